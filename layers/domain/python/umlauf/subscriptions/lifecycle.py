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
from umlauf.subscriptions.schedule import Cycle, earliest_end

MONTHS_AHEAD: Final = 120


def started(subscription: Subscription, plan: Plan, now: datetime) -> Subscription:
    """Begin today, local time: today is the anchor, and the first charges fall due at once."""
    today = local_date(now, subscription.time_zone)
    is_charged = has_charges(plan, subscription.add_ons)
    return replace(
        subscription,
        status=Status.ACTIVE,
        activated_at=now,
        starts_on=today,
        anchor=today,
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
    return _due_at(replace(ending, billed_through=through), min(through, ends_on), now)


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
    return _end_on_or_after(subscription.cycle, plan, wanted_end)


def first_end(subscription: Subscription, plan: Plan, now: datetime) -> date:
    """The first day on which it could end if it were cancelled now. Raises NotActive."""
    cycle = subscription.cycle
    minimum = plan.terms.minimum_term
    day = earliest_end(
        local_date(now, subscription.time_zone),
        minimum_term_end=None if minimum is None else minimum.after(cycle.starts_on, 1),
        notice=plan.terms.notice,
    )
    return _end_on_or_after(cycle, plan, day)


def mark_billed(
    subscription: Subscription, boundary: date, now: datetime
) -> tuple[Subscription, tuple[Event, ...]]:
    """Move on to the next boundary, once what fell due at this one is charged.

    At the last boundary the subscription ends, unless its asset is still out: then it awaits the
    return. Raises BoundaryNotDue when another run was faster.
    """
    if boundary != subscription.due_on:
        raise BoundaryNotDue(
            f"{subscription.id} is due on {subscription.due_on}, not on {boundary}"
        )
    following = subscription.cycle.boundary_after(boundary)
    if following is not None:
        return _due_at(replace(subscription, billed_through=following), following, now), ()
    billed = replace(subscription, next_due_at=None, reason_not_due=ReasonNotDue.AWAITING_RETURN)
    return _ended_if_done(billed, now)


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


def _end_on_or_after(cycle: Cycle, plan: Plan, day: date) -> date:
    if not plan.terms.ends_with_period:
        return day
    endless = replace(cycle, ends_on=None)
    return day if endless.is_boundary(day) else endless.full_period(day).end


def _due_at(subscription: Subscription, boundary: date, now: datetime) -> Subscription:
    # Never in the past: a bucket the billing runs have passed already would not be looked at again.
    instant = max(start_of_day(boundary, subscription.time_zone), now)
    return replace(subscription, next_due_at=instant, reason_not_due=None)
