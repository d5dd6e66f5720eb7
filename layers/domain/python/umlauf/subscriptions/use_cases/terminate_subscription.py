"""End a subscription for cause: on the very day, without notice."""

from dataclasses import dataclass
from datetime import date, timedelta

from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Work
from umlauf.subscriptions.ending import terminated
from umlauf.subscriptions.events import SubscriptionTerminated
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """`ends_on` is the first day that is over; None: today is the last one served."""

    subscription_id: str
    ends_on: date | None = None


def terminate_subscription(
    command: Termination, *, work: Work, subscriptions: Subscriptions
) -> Subscription:
    """An earlier end stays. Raises UnknownSubscription, NotActive, NotPossibleThen."""
    subscription = subscriptions.get(command.subscription_id)
    tomorrow = local_date(work.now, subscription.time_zone) + timedelta(days=1)
    ends_on = command.ends_on or tomorrow
    ending = terminated(subscription, ends_on, work.now)
    if ending != subscription:
        event = SubscriptionTerminated(
            subscription_id=ending.id, customer_id=ending.customer_id, ends_on=ends_on
        )
        work.put(ending, event)
    return ending
