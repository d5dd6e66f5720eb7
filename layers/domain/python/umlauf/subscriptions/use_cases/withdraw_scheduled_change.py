"""Take back a change that has not begun."""

from umlauf.catalog.ports import Plans
from umlauf.kernel.work import Work
from umlauf.subscriptions.changing import without_scheduled
from umlauf.subscriptions.events import ScheduledChangeWithdrawn
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


def withdraw_scheduled_change(
    subscription_id: str,
    change_id: str,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
) -> Subscription:
    """Raises UnknownSubscription, UnknownScheduledChange, ScheduledChangeInTheWay."""
    subscription = subscriptions.get(subscription_id)
    left = without_scheduled(subscription, change_id, plan_of=plans.get, now=work.now)
    event = ScheduledChangeWithdrawn(
        subscription_id=left.id, customer_id=left.customer_id, change_id=change_id
    )
    work.put(left, event)
    return left
