"""Pauses begun and ended.

A pause is a dated stretch, so one that lies ahead stands among the others at once: billing charges
no day that is known to be paused.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from umlauf.catalog.model import Plan
from umlauf.catalog.policies import PausePolicy
from umlauf.subscriptions.agreements import BeginPause, Pause
from umlauf.subscriptions.errors import NotPaused, PauseNotAllowed, PausesOverlap, TooMany
from umlauf.subscriptions.model import Subscription

MOST_PAUSES: Final = 200


def begin_pause(
    change: BeginPause, subscription: Subscription, plan: Plan, starts_on: date
) -> Subscription:
    """Add a pause; the very same one again changes nothing.

    Without an end it lasts as long as the plan allows. Raises PauseNotAllowed, PausesOverlap,
    TooMany, InvalidInput.
    """
    pause = _allowed(change, plan, starts_on)
    if pause in subscription.pauses:
        return subscription
    for other in subscription.pauses:
        if _overlap(pause, other):
            raise PausesOverlap(
                f"it is paused from {other.starts_on} until {other.ends_on or 'it is resumed'}; "
                "resume that pause, or choose other days",
                field="starts_on",
            )
    if len(subscription.pauses) >= MOST_PAUSES:
        raise TooMany(f"a subscription can be paused {MOST_PAUSES} times", field="starts_on")
    pauses = sorted((*subscription.pauses, pause), key=lambda one: one.starts_on)
    return replace(subscription, pauses=tuple(pauses))


def resume(subscription: Subscription, resumes_on: date) -> Subscription:
    """End the pause that day lies in; one that would begin then, or is over before it began, goes.

    Raises NotPaused.
    """
    found = next((one for one in subscription.pauses if one.contains(resumes_on)), None)
    if found is None:
        ended_then = any(one.ends_on == resumes_on for one in subscription.pauses)
        if ended_then:
            return subscription
        raise NotPaused(
            f"it is not paused on {resumes_on}; its pauses: {_days(subscription)}",
            field="resumes_on",
        )
    left = [one for one in subscription.pauses if one is not found]
    if found.starts_on < resumes_on:
        left.append(replace(found, ends_on=resumes_on))
    return replace(subscription, pauses=tuple(sorted(left, key=lambda one: one.starts_on)))


def _days(subscription: Subscription) -> str:
    """The pauses it has, for whoever named another day."""
    pauses = (f"{one.starts_on} until {one.ends_on or 'resumed'}" for one in subscription.pauses)
    return ", ".join(pauses) or "none"


def _allowed(change: BeginPause, plan: Plan, starts_on: date) -> Pause:
    policy = plan.pauses
    if policy is None:
        raise PauseNotAllowed(
            f"{plan.plan_id} cannot be paused; cancel it, or change to a plan that can",
            field="starts_on",
        )
    ends_on = change.ends_on or _last_end(policy, starts_on)
    pause = Pause(starts_on, ends_on, policy.credit, policy.stops_clock)
    latest = _last_end(policy, starts_on)
    if latest is not None and ends_on is not None and ends_on > latest:
        raise PauseNotAllowed(
            f"{plan.plan_id} can be paused for {policy.most_days} days: choose an end on {latest} "
            "at the latest",
            field="ends_on",
        )
    return pause


def _last_end(policy: PausePolicy, starts_on: date) -> date | None:
    return None if policy.most_days is None else starts_on + timedelta(days=policy.most_days)


def _overlap(one: Pause, other: Pause) -> bool:
    first, second = sorted((one, other), key=lambda pause: pause.starts_on)
    return first.ends_on is None or second.starts_on < first.ends_on
