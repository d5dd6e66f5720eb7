"""Storno: a subscription that should never have been."""

from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.kernel.work import Work
from umlauf.subscriptions.ending import voided
from umlauf.subscriptions.events import SubscriptionVoided
from umlauf.subscriptions.lifecycle import with_ending
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.ports import Subscriptions


def void_subscription(
    subscription_id: str, *, work: Work, subscriptions: Subscriptions, assets: Assets
) -> Subscription:
    """Give back all that was charged; it is over when that is billed and its asset is back.

    Void already, it is unchanged. Raises UnknownSubscription.
    """
    subscription = subscriptions.get(subscription_id)
    void = voided(subscription, work.now)
    if void == subscription:
        return void
    if subscription.status is Status.PENDING and subscription.asset_id is not None:
        release_reservation(subscription.asset_id, void.id, work=work, assets=assets)
    void, ended = with_ending(void)
    event = SubscriptionVoided(subscription_id=void.id, customer_id=void.customer_id)
    work.put(void, event, *ended)
    return void
