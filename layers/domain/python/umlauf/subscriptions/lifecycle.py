"""How a subscription moves from order to end: pure, and the same for preview and deed."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import add_months, local_date, start_of_day
from umlauf.kernel.events import Event
from umlauf.subscriptions.charges import has_charges
from umlauf.subscriptions.errors import BadDates, BoundaryNotDue, EndTooEarly
from umlauf.subscriptions.events import SubscriptionEnded
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf.subscriptions.schedule import earliest_end
from umlauf.subscriptions.timeline import boundary_after, cycles, term_end

MONTHS_AHEAD: Final = 120


def started(subscription: Subscription, plan: Plan, now: datetime) -> Subscription:
    """Begin today, local time: today is the anchor, and the first charges fall due at once."""
    today = local_date(now, subscription.time_zone)
    is_charged = has_charges(plan, subscription.add_ons)
    agreement = replace(subscription.current, starts_on=today, anchor=today, term_starts_on=today)
    return replace(
        subscription,
        status=Status.ACTIVE,
        agreements=(agreement,),
        activated_at=now,
        starts_on=today,
        billed_through=today,
        next_due_at=now if is_charged else None,
        reason_not_due=None if is_charged else ReasonNotDue.SETTLED_FROM_WALLET,
    )


def cancelled(subscription: Subscription, ends_on: date, now: datetime) -> Subscription:
    """Set the end. What falls due next is the end, if that comes first."""
    ending = replace(subscription, cancelled_at=now, ends_on=ends_on)
    through = ending.billed_through
    if through is None or ending.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET:
        # Where nothing is ever charged nothing is open before the end; the end itself must be met.
        through = ends_on
    return _due_again(replace(ending, billed_through=through), now)


def end_date(
    subscription: Subscription, plan: Plan, now: datetime, *, wanted_end: date | None = None
) -> date:
    """The wanted end, or the first that minimum term and notice allow.

    Raises EndTooEarly, BadDates when it is far off, and NotActive before the start.
    """
    first = first_end(subscription, plan, now)
    if wanted_end is None:
        return first
    if wanted_end < first:
        raise EndTooEarly(
            f"minimum term and notice allow {first} at the earliest; choose that or a later day",
            field="ends_on",
        )
    if wanted_end > add_months(first, MONTHS_AHEAD):
        raise BadDates(
            f"an end may lie {MONTHS_AHEAD} months ahead; cancel again nearer to {wanted_end}",
            field="ends_on",
        )
    return _end_on_or_after(subscription, plan, wanted_end)


def first_end(subscription: Subscription, plan: Plan, now: datetime) -> date:
    """The first day on which it could end if it were cancelled now. Raises NotActive."""
    day = earliest_end(
        local_date(now, subscription.time_zone),
        minimum_term_end=term_end(subscription, plan),
        notice=plan.terms.notice,
    )
    return _end_on_or_after(subscription, plan, day)


def mark_billed(
    subscription: Subscription, day: date, now: datetime
) -> tuple[Subscription, tuple[Event, ...]]:
    """Move on once everything up to `day` is charged, repairs included.

    At the end it is over, unless its asset is still out: then it awaits the return. Raises
    BoundaryNotDue when another run was faster.
    """
    due_on = subscription.due_on
    if subscription.repair_from is None and (due_on is None or day < due_on):
        raise BoundaryNotDue(f"{subscription.id} is due on {due_on}, not on {day}")
    billed = replace(subscription, repair_from=None)
    if billed.billed_through is None:
        raise ValueError(f"{billed.id} was repaired before it started")
    following: date | None = billed.billed_through
    if day >= billed.billed_through or _is_over(billed, day):
        following = boundary_after(billed, day)
    if following is not None:
        return _due_again(replace(billed, billed_through=following), now), ()
    over = replace(billed, next_due_at=None, reason_not_due=ReasonNotDue.AWAITING_RETURN)
    return _ended_if_done(over, now)


def without_asset(
    subscription: Subscription, now: datetime
) -> tuple[Subscription, tuple[Event, ...]]:
    """The asset is back. If the term is over and billed, so is the subscription."""
    return _ended_if_done(replace(subscription, asset_id=None), now)


def withdrawn(subscription: Subscription, now: datetime) -> Subscription:
    return replace(
        subscription,
        status=Status.WITHDRAWN,
        cancelled_at=now,
        asset_id=None,
        reason_not_due=ReasonNotDue.WITHDRAWN,
    )


def _ended_if_done(
    subscription: Subscription, now: datetime
) -> tuple[Subscription, tuple[Event, ...]]:
    is_over = subscription.reason_not_due is ReasonNotDue.AWAITING_RETURN
    if not is_over or subscription.asset_id is not None:
        return subscription, ()
    ended = replace(
        subscription, status=Status.ENDED, ended_at=now, reason_not_due=ReasonNotDue.ENDED
    )
    return ended, (SubscriptionEnded(ended.id, ended.customer_id),)


def _end_on_or_after(subscription: Subscription, plan: Plan, day: date) -> date:
    if not plan.terms.ends_with_period:
        return day
    endless = cycles(replace(subscription, ends_on=None))[-1]
    return day if endless.is_boundary(day) else endless.full_period(day).end


def _is_over(subscription: Subscription, day: date) -> bool:
    ends_on = subscription.ends_on
    return subscription.is_void or (ends_on is not None and day >= ends_on)


def _due_again(subscription: Subscription, now: datetime) -> Subscription:
    """Set the instant of what falls due next."""
    open_ended = replace(subscription, next_due_at=now, reason_not_due=None)
    if open_ended.due_on is None:
        raise ValueError(f"{subscription.id} has not started")
    # Never in the past: a bucket the billing runs have passed already would not be looked at again.
    instant = max(start_of_day(open_ended.due_on, subscription.time_zone), now)
    return replace(open_ended, next_due_at=instant)
