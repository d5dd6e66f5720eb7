"""End a coupon of a subscription before its time."""

from dataclasses import dataclass
from datetime import date

from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Work
from umlauf.subscriptions.applying import without_coupon
from umlauf.subscriptions.events import CouponRemoved
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponEnd:
    """`ends_on` is the first day without it; None is today."""

    subscription_id: str
    coupon_id: str
    ends_on: date | None = None


def remove_coupon(command: CouponEnd, *, work: Work, subscriptions: Subscriptions) -> Subscription:
    """Not in force any more, nothing changes. Raises UnknownSubscription."""
    subscription = subscriptions.get(command.subscription_id)
    ends_on = command.ends_on or local_date(work.now, subscription.time_zone)
    changed = without_coupon(subscription, command.coupon_id, ends_on, now=work.now)
    if changed != subscription:
        event = CouponRemoved(
            subscription_id=changed.id,
            customer_id=changed.customer_id,
            coupon_id=command.coupon_id,
        )
        work.put(changed, event)
    return changed
