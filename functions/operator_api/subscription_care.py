"""What else staff does for a subscriber: coupons, another asset, a contract taken up again."""

from typing import Final

from groups import RUN
from rentals import is_payment_ready
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.use_cases.apply_coupon import CouponUse, apply_coupon
from umlauf.subscriptions.use_cases.reactivate_subscription import reactivate_subscription
from umlauf.subscriptions.use_cases.remove_coupon import CouponEnd, remove_coupon
from umlauf.subscriptions.use_cases.transfer_asset import Transfer, transfer_asset
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.forecasts import ChangePreviewOut, HorizonQuery
from umlauf_http.representations.subscription_acts import ActIn
from umlauf_http.representations.subscriptions import SubscriptionOut
from umlauf_http.subscription_acts import Target, carry_out, show
from umlauf_http.wire import Day, Identifier, In
from wiring import ASSETS, COUPONS, PLANS, STATIONS, SUBSCRIPTIONS, act_desk

routes = Routes(__name__, Access.STAFF, groups=RUN)

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


class CouponRemovalIn(In):
    """`ends_on` is the first day without it; left out, today."""

    ends_on: Day | None = None


class TransferIn(In):
    """`station_id` is where the former asset was brought; leave it out for one that is missing."""

    asset_id: Identifier
    station_id: Identifier | None = None


@endpoint(routes, f"{ONE}/coupons", method="POST")
def use_coupon(subscription_id: str, body: CouponIn, call: Call) -> SubscriptionOut:
    """Put a coupon in force. In force already, nothing changes."""
    return carry_out(body, _target(subscription_id), call)


@endpoint(
    routes,
    f"{ONE}/coupons/preview",
    method="POST",
    errors=(409,),
    idempotency=Idempotency.NONE,
)
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
    command = CouponEnd(subscription_id=subscription_id, coupon_id=coupon_id, ends_on=body.ends_on)
    return SubscriptionOut.of(remove_coupon(command, work=call.work, subscriptions=SUBSCRIPTIONS))


@endpoint(routes, f"{ONE}/transfer", method="POST")
def transfer(subscription_id: str, body: TransferIn, call: Call) -> SubscriptionOut:
    """Take the asset back and hand another one over, in one step. It never touches billing."""
    command = Transfer(
        subscription_id=subscription_id, asset_id=body.asset_id, station_id=body.station_id
    )
    return SubscriptionOut.of(
        transfer_asset(
            command,
            work=call.work,
            subscriptions=SUBSCRIPTIONS,
            plans=PLANS,
            assets=ASSETS,
            stations=STATIONS,
        )
    )


@endpoint(routes, f"{ONE}/reactivation", method="POST")
def reactivate(subscription_id: str, call: Call) -> SubscriptionOut:
    """Take an ended subscription up again from today; an asset follows by transfer."""
    subscription = SUBSCRIPTIONS.get(subscription_id)
    return SubscriptionOut.of(
        reactivate_subscription(
            subscription_id,
            payment_ready=is_payment_ready(subscription),
            work=call.work,
            subscriptions=SUBSCRIPTIONS,
            plans=PLANS,
        )
    )


def _target(subscription_id: str) -> Target:
    return Target(subscription=SUBSCRIPTIONS.get(subscription_id), desk=act_desk(), by_staff=True)
