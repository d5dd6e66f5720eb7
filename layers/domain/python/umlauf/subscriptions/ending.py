"""How a subscription comes to its end, and how an end is taken back. Pure.

By notice it ends when minimum term and notice allow; for cause on the very day; by Storno as if it
had never been. What an end gives back follows from the history, as for every change.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from umlauf.catalog.model import Plan
from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.calendar import add_months, local_date
from umlauf.subscriptions.errors import (
    BadDates,
    EndedAlready,
    EndTooEarly,
    NotActive,
    NotPossibleThen,
    TermStandsStill,
)
from umlauf.subscriptions.model import EndReason, ReasonNotDue, Status, Subscription
from umlauf.subscriptions.pointer import awoken, due_again, to_be_repaired
from umlauf.subscriptions.schedule import earliest_end
from umlauf.subscriptions.timeline import cycles, term_end

MONTHS_AHEAD: Final = 120
_ONE_DAY: Final = timedelta(days=1)


def end_date(
    subscription: Subscription, plan: Plan, now: datetime, *, wanted_end: date | None = None
) -> date:
    """The wanted end, or the first that minimum term and notice allow.

    Give the subscription as it will stand (`changing.projected`) and the plan it will be under.
    Raises EndTooEarly, BadDates when it is far off, TermStandsStill, and NotActive before the
    start.
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
    return _end_on_or_after(subscription, plan, wanted_end, _term_end(subscription, plan))


def first_end(subscription: Subscription, plan: Plan, now: datetime) -> date:
    """The first day on which it could end if it were cancelled now.

    Raises NotActive, TermStandsStill.
    """
    bound_until = _term_end(subscription, plan)
    day = earliest_end(
        local_date(now, subscription.time_zone),
        minimum_term_end=bound_until,
        notice=plan.terms.notice,
    )
    first = max(day, subscription.started_on + _ONE_DAY)
    return _end_on_or_after(subscription, plan, first, bound_until)


def end_moved_by_pauses(subscription: Subscription, plan: Plan) -> Subscription:
    """A given end moves on with the minimum term when a pause stops its clock, never back.

    Raises TermStandsStill for a pause without end.
    """
    if subscription.ends_on is None or subscription.end_reason is not EndReason.CANCELLED:
        return subscription
    bound_until = _term_end(subscription, plan)
    if bound_until is None or bound_until <= subscription.ends_on:
        return subscription
    return replace(subscription, ends_on=bound_until)


def cancelled(
    subscription: Subscription,
    ends_on: date,
    now: datetime,
    *,
    credit: CreditPolicy = CreditPolicy.UNUSED,
) -> Subscription:
    """Set the end. What falls due next is the end, if that comes first."""
    return _ending(subscription, ends_on, now, (EndReason.CANCELLED, credit))


def terminated(subscription: Subscription, ends_on: date, now: datetime) -> Subscription:
    """End it for cause, on the very day and without notice; an earlier end stays.

    Raises NotActive, NotPossibleThen.
    """
    _require_live(subscription)
    if subscription.ends_on is not None and subscription.ends_on <= ends_on:
        return subscription
    first = subscription.started_on + _ONE_DAY
    if subscription.imported_through is not None:
        first = max(first, subscription.imported_through)
    if ends_on < first:
        raise NotPossibleThen(
            f"it can end on {first} at the earliest; void it to undo it whole", field="ends_on"
        )
    return _ending(subscription, ends_on, now, (EndReason.TERMINATED, CreditPolicy.UNUSED))


def revoked(subscription: Subscription, now: datetime) -> Subscription:
    """Take a cancellation back before its end comes; without one it is unchanged.

    Raises NotActive, and EndedAlready once the end is there or was not the subscriber's to revoke.
    """
    _require_live(subscription)
    ends_on = subscription.ends_on
    if ends_on is None:
        return subscription
    is_over = local_date(now, subscription.time_zone) >= ends_on
    if is_over or subscription.end_reason not in {None, EndReason.CANCELLED}:
        raise EndedAlready(
            f"it was {subscription.end_reason or 'ended'} to {ends_on}; reactivate it after its end"
            if is_over
            else f"it was {subscription.end_reason}, which cannot be revoked; order again",
            field="subscription_id",
        )
    on = replace(
        subscription,
        cancelled_at=None,
        ends_on=None,
        end_reason=None,
        end_credit=CreditPolicy.UNUSED,
    )
    return due_again(on, now)


def voided(subscription: Subscription, now: datetime) -> Subscription:
    """Storno: as if it had never been. What was charged is given back when billing comes by.

    Repeated, it is unchanged.
    """
    if subscription.is_void:
        return subscription
    return undone(subscription, EndReason.VOIDED, now)


def undone(subscription: Subscription, reason: EndReason, now: datetime) -> Subscription:
    """Take back everything; one for which nothing was billed is over at once."""
    undoing = replace(
        subscription,
        is_void=True,
        closing_on=None,
        end_reason=reason,
        end_credit=CreditPolicy.FULL,
        cancelled_at=subscription.cancelled_at or now,
        scheduled=(),
    )
    if undoing.starts_on is None:
        return closed(undoing, now)
    if undoing.billed_through == undoing.starts_on and undoing.repair_from is None:
        return closed_if_returned(undoing, now)
    return to_be_repaired(undoing, undoing.starts_on, now)


def closed_if_returned(subscription: Subscription, now: datetime) -> Subscription:
    """All is billed: over, unless the asset is still out. Then it awaits the return."""
    if subscription.asset_id is None:
        return closed(subscription, now)
    return replace(subscription, next_due_at=None, reason_not_due=ReasonNotDue.AWAITING_RETURN)


def closed(subscription: Subscription, now: datetime) -> Subscription:
    status, reason = _FINAL[subscription.end_reason]
    return replace(
        subscription,
        status=status,
        asset_id=None,
        ended_at=subscription.ended_at or now,
        next_due_at=None,
        reason_not_due=reason,
    )


_FINAL: Final = {
    None: (Status.ENDED, ReasonNotDue.ENDED),
    EndReason.CANCELLED: (Status.ENDED, ReasonNotDue.ENDED),
    EndReason.TERMINATED: (Status.ENDED, ReasonNotDue.ENDED),
    EndReason.WITHDRAWN: (Status.WITHDRAWN, ReasonNotDue.WITHDRAWN),
    EndReason.VOIDED: (Status.VOIDED, ReasonNotDue.VOIDED),
}


def _ending(
    subscription: Subscription,
    ends_on: date,
    now: datetime,
    how: tuple[EndReason, CreditPolicy],
) -> Subscription:
    reason, credit = how
    ending = replace(
        subscription,
        cancelled_at=subscription.cancelled_at or now,
        ends_on=ends_on,
        end_reason=reason,
        end_credit=credit,
    )
    # Where nothing is ever charged nothing is open before the end; the end itself must be met.
    return to_be_repaired(awoken(ending, ends_on), ends_on, now)


def _require_live(subscription: Subscription) -> None:
    if not subscription.is_live or subscription.is_void:
        raise NotActive(
            f"subscription {subscription.id} is {subscription.status}; only an active one can end",
            field="subscription_id",
        )


def _term_end(subscription: Subscription, plan: Plan) -> date | None:
    bound_until = term_end(subscription, plan)
    if bound_until == date.max:
        raise TermStandsStill(
            "the minimum term stands still in a pause without end; resume it, or give it an end",
            field="ends_on",
        )
    return bound_until


def _end_on_or_after(
    subscription: Subscription, plan: Plan, day: date, bound_until: date | None
) -> date:
    """The day itself, or the end of the period it lies in where the plan ends with its periods.

    The minimum term is over on its own day, wherever pauses moved it: nobody is bound for longer.
    """
    if day == bound_until or not plan.terms.ends_with_period:
        return day
    grids = cycles(replace(subscription, ends_on=None))
    grid = next((one for one in reversed(grids) if one.starts_on <= day), grids[0])
    return day if grid.is_boundary(day) else grid.full_period(day).end
