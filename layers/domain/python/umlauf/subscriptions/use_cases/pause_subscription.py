"""Pause: a holiday's effect on term, money and deliveries in one command."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.ports import Plans
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import BeginPause, ScheduledChange
from umlauf.subscriptions.changing import request_change
from umlauf.subscriptions.events import SubscriptionPaused
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.timing import begins_on, require_timing


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseWish:
    """Half-open days. Without a first day it begins as soon as the plan's notice allows.

    Without an end it lasts until it is resumed, or as long as the plan allows.
    """

    subscription_id: str
    starts_on: date | None = None
    ends_on: date | None = None
    by_staff: bool = False


def pause_subscription(
    wish: PauseWish, *, work: Work, subscriptions: Subscriptions, plans: Plans
) -> Subscription:
    """Paused so already, nothing changes.

    Raises UnknownSubscription, NotActive, TooEarly, PauseNotAllowed, PausesOverlap,
    NotPossibleThen, TermStandsStill, ScheduledChangeInTheWay.
    """
    subscription = subscriptions.get(wish.subscription_id)
    change = BeginPause(wish.ends_on)
    day = begins_on(subscription, change, wish.starts_on, plan_of=plans.get, now=work.now)
    if not wish.by_staff:
        require_timing(subscription, change, day, plan_of=plans.get, now=work.now)
    wanted = ScheduledChange("pause", change, day, work.now)
    paused, events = request_change(subscription, wanted, plan_of=plans.get, now=work.now)
    added = set(paused.pauses) - set(subscription.pauses)
    pauses = tuple(
        SubscriptionPaused(
            subscription_id=paused.id,
            customer_id=paused.customer_id,
            starts_on=pause.starts_on,
            ends_on=pause.ends_on,
            subscription_ends_on=paused.ends_on,
        )
        for pause in added
    )
    if paused != subscription:
        work.put(paused, *events, *pauses)
    return paused
