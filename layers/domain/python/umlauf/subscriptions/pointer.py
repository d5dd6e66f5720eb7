"""When billing looks at a subscription next."""

from dataclasses import replace
from datetime import date, datetime

from umlauf.kernel.calendar import start_of_day
from umlauf.subscriptions.model import ReasonNotDue, Subscription


def due_again(subscription: Subscription, now: datetime) -> Subscription:
    """Set the instant of what falls due next. Never in the past: no billing run passes it by."""
    due = replace(subscription, next_due_at=now, reason_not_due=None)
    if due.due_on is None:
        raise ValueError(f"{subscription.id} has not started")
    return replace(due, next_due_at=max(start_of_day(due.due_on, due.time_zone), now))


def to_be_repaired(subscription: Subscription, day: date, now: datetime) -> Subscription:
    """Note that what is billed from `day` on may be wrong; where nothing is, it changes nothing.

    A day that lies ahead is put right when it comes. What was billed elsewhere stays as it is.
    """
    if subscription.billed_through is None:
        return subscription
    days = [
        day if subscription.imported_through is None else max(day, subscription.imported_through)
    ]
    if days[0] >= subscription.billed_through:
        return due_again(subscription, now)
    if subscription.repair_from is not None:
        days.append(subscription.repair_from)
    return due_again(replace(subscription, repair_from=min(days)), now)


def awoken(subscription: Subscription, day: date) -> Subscription:
    """One that is settled from the wallet alone, ready to fall due on a day: nothing was before."""
    if subscription.reason_not_due is not ReasonNotDue.SETTLED_FROM_WALLET:
        return subscription
    return replace(subscription, billed_through=day)
