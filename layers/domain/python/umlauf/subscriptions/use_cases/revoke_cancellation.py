"""Take a notice back before the end it gave has come."""

from umlauf.kernel.work import Work
from umlauf.subscriptions.ending import revoked
from umlauf.subscriptions.events import CancellationRevoked
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


def revoke_cancellation(
    subscription_id: str, *, work: Work, subscriptions: Subscriptions
) -> Subscription:
    """Not cancelled, it is unchanged. Raises UnknownSubscription, NotActive, EndedAlready."""
    subscription = subscriptions.get(subscription_id)
    on = revoked(subscription, work.now)
    if on != subscription:
        event = CancellationRevoked(subscription_id=on.id, customer_id=on.customer_id)
        work.put(on, event)
    return on
