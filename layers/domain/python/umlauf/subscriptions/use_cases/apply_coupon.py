"""Put a coupon in force on a subscription."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.ports import Coupons, Plans
from umlauf.kernel.work import Work
from umlauf.subscriptions.applying import with_coupon
from umlauf.subscriptions.events import CouponApplied
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponUse:
    """Without a day it begins with the first period that is not billed yet."""

    subscription_id: str
    coupon_id: str
    starts_on: date | None = None


def apply_coupon(
    command: CouponUse,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    coupons: Coupons,
) -> Subscription:
    """The coupon as it is offered now; what changes about it later is for others.

    In force already, nothing changes. Raises UnknownSubscription, UnknownCoupon, CouponNotUsable,
    NotActive, NotPossibleThen, TooMany.
    """
    subscription = subscriptions.get(command.subscription_id)
    coupon = coupons.get(command.coupon_id)
    changed = with_coupon(subscription, coupon, command.starts_on, plan_of=plans.get, now=work.now)
    if changed != subscription:
        event = CouponApplied(
            subscription_id=changed.id, customer_id=changed.customer_id, coupon_id=coupon.id
        )
        work.put(changed, event)
    return changed
