"""Have a skipped delivery after all."""

from umlauf.catalog.ports import Plans
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import Skip
from umlauf.subscriptions.events import DeliveryRestored
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.skipping import restored


def restore_delivery(
    subscription_id: str, skip: Skip, *, work: Work, subscriptions: Subscriptions, plans: Plans
) -> Subscription:
    """Not skipped, nothing changes.

    Raises UnknownSubscription, NotActive, NoSuchDelivery, SkipTooLate.
    """
    subscription = subscriptions.get(subscription_id)
    changed = restored(subscription, skip, plan_of=plans.get, now=work.now)
    if changed != subscription:
        event = DeliveryRestored(
            subscription_id=changed.id,
            customer_id=changed.customer_id,
            item=skip.item,
            period_start=skip.period_start,
        )
        work.put(changed, event)
    return changed
