"""What else staff does for a subscriber: coupons, another asset, a contract taken up again."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from groups import RUN
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pinning import Pin
from umlauf.subscriptions.use_cases.apply_coupon import CouponUse, apply_coupon
from umlauf.subscriptions.use_cases.remove_coupon import CouponEnd, remove_coupon
from umlauf.subscriptions.use_cases.transfer_asset import Transfer, transfer_asset
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.forecasts import ChangePreviewOut, HorizonQuery
from umlauf_http.representations.subscription_acts import ActIn, ReactivationIn
from umlauf_http.representations.subscriptions import SubscriptionOut
from umlauf_http.subscription_acts import Target, carry_out, carry_out_now, show
from umlauf_http.wire import Day, Identifier
from wiring import ASSETS, COUPONS, PLANS, STATIONS, SUBSCRIPTIONS, act_desk

routes = Routes(__name__, Access.STAFF, groups=RUN)

PREVIEW: Final = Idempotency.NONE
ONE: Final = "/v1/operator/subscriptions/{subscription_id}"


class CouponIn(ActIn):
    """Without `starts_on` it begins with the first period that is not billed yet."""

    coupon_id: Identifier
    starts_on: Day | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        command = CouponUse(
            subscription_id=target.id, coupon_id=self.coupon_id, starts_on=self.starts_on
        )
        return apply_coupon(
            command, work=work, subscriptions=SUBSCRIPTIONS, plans=PLANS, coupons=COUPONS
        )


class CouponRemovalIn(ActIn):
    """`ends_on` is the first day without it; left out, today. The path says which coupon."""

    ends_on: Day | None = None

    def of(self, coupon_id: str) -> "CouponRemoval":
        return CouponRemoval(coupon_id, self.ends_on, self.pin)


@dataclass(frozen=True, slots=True)
class CouponRemoval:
    """The act of ending one coupon."""

    coupon_id: str
    ends_on: date | None
    pin: Pin | None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        command = CouponEnd(
            subscription_id=target.id, coupon_id=self.coupon_id, ends_on=self.ends_on
        )
        return remove_coupon(command, work=work, subscriptions=SUBSCRIPTIONS)


class TransferIn(ActIn):
    """`station_id` is where the former asset was brought; leave it out for one that is missing."""

    asset_id: Identifier
    station_id: Identifier | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        command = Transfer(
            subscription_id=target.id, asset_id=self.asset_id, station_id=self.station_id
        )
        return transfer_asset(
            command,
            work=work,
            subscriptions=SUBSCRIPTIONS,
            plans=PLANS,
            assets=ASSETS,
            stations=STATIONS,
        )


@endpoint(routes, f"{ONE}/coupons", method="POST")
def use_coupon(subscription_id: str, body: CouponIn, call: Call) -> SubscriptionOut:
    """Put a coupon in force. In force already, nothing changes."""
    return carry_out(body, _target(subscription_id), call)


@endpoint(routes, f"{ONE}/coupons/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_coupon(
    subscription_id: str, body: CouponIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a coupon takes off the bills to come."""
    return show(body, _target(subscription_id), call, until=query.until)


@endpoint(routes, f"{ONE}/coupons/{{coupon_id}}/removal", method="POST")
def end_coupon(
    subscription_id: str, coupon_id: str, body: CouponRemovalIn, call: Call
) -> SubscriptionOut:
    """End a coupon before its time. Not in force any more, nothing changes."""
    return carry_out(body.of(coupon_id), _target(subscription_id), call)


@endpoint(
    routes,
    f"{ONE}/coupons/{{coupon_id}}/removal/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_end_of_coupon(
    subscription_id: str, coupon_id: str, body: CouponRemovalIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show the bills to come without a coupon."""
    return show(body.of(coupon_id), _target(subscription_id), call, until=query.until)


@endpoint(routes, f"{ONE}/transfer", method="POST")
def transfer(subscription_id: str, body: TransferIn, call: Call) -> SubscriptionOut:
    """Take the asset back and hand another one over, in one step. It never touches billing."""
    return carry_out_now(body, _target(subscription_id), call)


@endpoint(routes, f"{ONE}/transfer/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_transfer(
    subscription_id: str, body: TransferIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show that the swap is possible, and that the bills to come stay as they are."""
    return show(body, _target(subscription_id), call, until=query.until)


@endpoint(routes, f"{ONE}/reactivation", method="POST")
def reactivate_for_customer(
    subscription_id: str, body: ReactivationIn, call: Call
) -> SubscriptionOut:
    """Take an ended subscription up again from today; an asset follows by transfer."""
    return carry_out(body, _target(subscription_id), call)


@endpoint(routes, f"{ONE}/reactivation/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_reactivation_for_customer(
    subscription_id: str, body: ReactivationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what going on from today costs."""
    return show(body, _target(subscription_id), call, until=query.until)


def _target(subscription_id: str) -> Target:
    return Target(subscription=SUBSCRIPTIONS.get(subscription_id), desk=act_desk(), by_staff=True)
