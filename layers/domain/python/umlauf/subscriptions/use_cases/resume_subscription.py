"""End a pause: today, on a day that lies ahead, or before it began."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.ports import Plans
from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import Resume, ScheduledChange
from umlauf.subscriptions.changing import request_change
from umlauf.subscriptions.errors import TooEarly
from umlauf.subscriptions.events import SubscriptionResumed
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """`resumes_on` is the first day served again; None is today.

    The first day of a pause that lies ahead calls that pause off.
    """

    subscription_id: str
    resumes_on: date | None = None
    by_staff: bool = False


def resume_subscription(
    command: Resumption, *, work: Work, subscriptions: Subscriptions, plans: Plans
) -> Subscription:
    """Resumed on that day already, nothing changes.

    Raises UnknownSubscription, NotActive, NotPaused, TooEarly for a subscriber's day in the past.
    """
    subscription = subscriptions.get(command.subscription_id)
    today = local_date(work.now, subscription.time_zone)
    day = command.resumes_on or today
    if day < today and not command.by_staff:
        raise TooEarly(f"it can be resumed from {today} on; choose that day", field="resumes_on")
    wanted = ScheduledChange("resume", Resume(), day, work.now)
    resumed, events = request_change(subscription, wanted, plan_of=plans.get, now=work.now)
    if resumed != subscription:
        event = SubscriptionResumed(
            subscription_id=resumed.id, customer_id=resumed.customer_id, resumes_on=day
        )
        work.put(resumed, *events, event)
    return resumed
