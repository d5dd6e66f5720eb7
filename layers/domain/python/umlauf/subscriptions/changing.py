"""Changes of a running subscription: applied when their day has come, listed until then. Pure.

A change that begins on a day another one began on joins it, so their order leaves no trace. A
change that brings back what was in force before leaves nothing, but for its instant where a plan
prorates by the second. What it costs or gives back follows from the history: billing compares it
with what is billed (`repair_from` says from when on).
"""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

from umlauf.catalog.policies import ProrationBasis
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.events import Event
from umlauf.subscriptions.agreements import (
    AddAddOn,
    Agreement,
    BeginPause,
    BindFor,
    Change,
    ChangePlan,
    ChangeQuantity,
    ChooseAmount,
    RemoveAddOn,
    Resume,
    ScheduledChange,
)
from umlauf.subscriptions.changes.add_ons import add_add_on, remove_add_on
from umlauf.subscriptions.changes.bind_for import bind_for
from umlauf.subscriptions.changes.change_plan import change_plan
from umlauf.subscriptions.changes.choose_amount import choose_amount
from umlauf.subscriptions.changes.editing import Edit
from umlauf.subscriptions.changes.pausing import begin_pause, resume
from umlauf.subscriptions.changes.quantities import change_quantity
from umlauf.subscriptions.charges import has_charges
from umlauf.subscriptions.ending import end_moved_by_pauses
from umlauf.subscriptions.errors import (
    NotActive,
    NotPossibleThen,
    ScheduledChangeInTheWay,
    TooMany,
    UnknownScheduledChange,
)
from umlauf.subscriptions.events import SubscriptionChanged
from umlauf.subscriptions.model import ReasonNotDue, Subscription
from umlauf.subscriptions.pointer import awoken, due_again, to_be_repaired
from umlauf.subscriptions.timeline import PlanOf, agreement_on

MOST_SCHEDULED: Final = 50
MOST_AGREEMENTS: Final = 400
"""All of a subscription is one stored document."""


def apply_change(
    subscription: Subscription,
    change: Change,
    starts_on: date,
    *,
    plan_of: PlanOf,
    now: datetime,
) -> Subscription:
    """The subscription with the change in force from that day on, whether it has come or not.

    Already so, it is unchanged. Raises NotActive, NotPossibleThen, and what the change refuses.
    """
    return _applied(subscription, change, starts_on, plan_of=plan_of, now=now, asked_at=now)


def request_change(
    subscription: Subscription,
    wanted: ScheduledChange,
    *,
    plan_of: PlanOf,
    now: datetime,
) -> tuple[Subscription, tuple[Event, ...]]:
    """Apply the change if its day has come, else list it if it could begin then.

    Pauses are dated themselves and stand at once. Raises what `apply_change` does, and
    ScheduledChangeInTheWay when a change that is listed would not be possible any more.
    """
    subscription, begun = begin_scheduled(
        subscription, local_date(now, subscription.time_zone), plan_of=plan_of, now=now
    )
    is_ahead = wanted.starts_on > local_date(now, subscription.time_zone)
    if is_ahead and not isinstance(wanted.change, BeginPause | Resume):
        return _listed(subscription, wanted, plan_of=plan_of, now=now), begun
    changed = apply_change(subscription, wanted.change, wanted.starts_on, plan_of=plan_of, now=now)
    if changed == subscription:
        return subscription, begun
    _require_possible(changed, plan_of=plan_of, now=now)
    if isinstance(wanted.change, BeginPause | Resume):
        return changed, begun
    return changed, (*begun, _changed(changed, wanted.change, wanted.starts_on))


def begin_scheduled(
    subscription: Subscription, day: date, *, plan_of: PlanOf, now: datetime
) -> tuple[Subscription, tuple[Event, ...]]:
    """Apply what is scheduled to begin by `day`, in order; what lies after the end never begins."""
    events = []
    for scheduled in _beginning(subscription, day):
        rest = tuple(one for one in subscription.scheduled if one.id != scheduled.id)
        before = replace(subscription, scheduled=rest)
        subscription = _applied(
            before,
            scheduled.change,
            scheduled.starts_on,
            plan_of=plan_of,
            now=now,
            asked_at=scheduled.requested_at,
        )
        events.append(_changed(subscription, scheduled.change, scheduled.starts_on))
    return subscription, tuple(events)


def projected(subscription: Subscription, *, plan_of: PlanOf, now: datetime) -> Subscription:
    """As it will stand when everything scheduled has begun."""
    standing, _ = begin_scheduled(subscription, date.max, plan_of=plan_of, now=now)
    return standing


def without_scheduled(
    subscription: Subscription, change_id: str, *, plan_of: PlanOf, now: datetime
) -> Subscription:
    """Take a scheduled change off the list. Raises UnknownScheduledChange when it is not on it."""
    rest = tuple(one for one in subscription.scheduled if one.id != change_id)
    if len(rest) == len(subscription.scheduled):
        raise UnknownScheduledChange(
            f"{subscription.id} has no scheduled change {change_id}; it may have begun",
            field="change_id",
        )
    left = replace(subscription, scheduled=rest)
    _require_possible(left, plan_of=plan_of, now=now)
    return left if left.next_due_at is None else due_again(left, now)


def require_day_within(subscription: Subscription, day: date) -> None:
    """Refuse a day on which the subscription does not run.

    Raises NotActive before it is handed over and when it is over, NotPossibleThen.
    """
    if not subscription.is_live or subscription.is_void:
        raise NotActive(
            f"subscription {subscription.id} is {subscription.status}; only an active one can be "
            "changed",
            field="subscription_id",
        )
    first = subscription.started_on
    if subscription.imported_through is not None:
        first = max(first, subscription.imported_through)
    if day < first:
        raise NotPossibleThen(f"choose {first} or a later day", field="starts_on")
    if subscription.ends_on is not None and day >= subscription.ends_on:
        raise NotPossibleThen(
            f"it ends on {subscription.ends_on}; choose an earlier day or revoke the cancellation",
            field="starts_on",
        )


def _applied(
    subscription: Subscription,
    change: Change,
    starts_on: date,
    *,
    plan_of: PlanOf,
    now: datetime,
    asked_at: datetime,
) -> Subscription:
    require_day_within(subscription, starts_on)
    if isinstance(change, BeginPause | Resume):
        changed = _with_pauses(subscription, change, starts_on, plan_of)
        if changed == subscription:
            return subscription
        return _billed_anew(changed, starts_on, now)
    edit = _edit(subscription, starts_on, plan_of, asked_at)
    edited = _edited(change, edit)
    if edited == edit.current:
        return subscription
    changed = replace(subscription, agreements=_joined(edit, edited, asked_at))
    if subscription.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET:
        plan = plan_of(edited.plan_id, edited.plan_version)
        if not has_charges(plan, edited.add_ons):
            return changed
        changed = awoken(changed, starts_on)
    changed = to_be_repaired(changed, starts_on, now)
    if _has_other_grid(subscription, changed, starts_on):
        # A new grid begins here: its first period is not billed, whatever was paid ahead.
        through = min(changed.billed_through or starts_on, starts_on)
        changed = due_again(replace(changed, billed_through=through), now)
    return changed


def _edited(change: Change, edit: Edit) -> Agreement:
    match change:
        case ChangePlan():
            return change_plan(change, edit)
        case ChangeQuantity():
            return change_quantity(change, edit)
        case AddAddOn():
            return add_add_on(change, edit)
        case RemoveAddOn():
            return remove_add_on(change, edit)
        case ChooseAmount():
            return choose_amount(change, edit)
        case BindFor():
            return bind_for(change, edit)
        case BeginPause() | Resume():
            raise AssertionError("pauses are no part of an agreement")


def _edit(subscription: Subscription, starts_on: date, plan_of: PlanOf, asked_at: datetime) -> Edit:
    current = subscription.current
    if current.starts_on is not None and starts_on < current.starts_on:
        raise NotPossibleThen(
            f"the agreement in force began on {current.starts_on}; choose that or a later day",
            field="starts_on",
        )
    return Edit(
        subscription=subscription,
        current=current,
        plan=plan_of(current.plan_id, current.plan_version),
        starts_on=starts_on,
        asked_on=local_date(asked_at, subscription.time_zone),
        plan_of=plan_of,
    )


def _joined(edit: Edit, edited: Agreement, asked_at: datetime) -> tuple[Agreement, ...]:
    """The agreements with the edited one: it joins one of the same day, or follows."""
    earlier = edit.subscription.agreements[:-1]
    if edit.starts_on == edit.current.starts_on:
        if earlier and _is_the_same_deal(earlier[-1], edited) and not _is_timed(edit, edited):
            return earlier
        return (*earlier, edited)
    if len(earlier) + 2 > MOST_AGREEMENTS:
        raise TooMany(
            f"a subscription can be changed {MOST_AGREEMENTS - 1} times; cancel it and order anew",
            field="change",
        )
    is_inside_today = edit.asked_on == edit.starts_on
    following = replace(
        edited,
        starts_on=edit.starts_on,
        starts_at=asked_at if is_inside_today else None,
        credit=edit.plan.changes.credit,
    )
    return (*earlier, edit.current, following)


def _is_timed(edit: Edit, edited: Agreement) -> bool:
    """Whether the instant of the change stays the measure of what it gave back and charged."""
    plans = edit.plan, edit.plan_of(edited.plan_id, edited.plan_version)
    return edited.starts_at is not None and any(
        plan.proration is ProrationBasis.SECONDS for plan in plans
    )


def _is_the_same_deal(earlier: Agreement, later: Agreement) -> bool:
    return earlier == replace(
        later,
        starts_on=earlier.starts_on,
        starts_at=earlier.starts_at,
        anchor=earlier.anchor,
        agreed_on=earlier.agreed_on,
        credit=earlier.credit,
    )


def _with_pauses(
    subscription: Subscription, change: BeginPause | Resume, starts_on: date, plan_of: PlanOf
) -> Subscription:
    if isinstance(change, Resume):
        return resume(subscription, starts_on)
    agreed = agreement_on(subscription, starts_on)
    plan = plan_of(agreed.plan_id, agreed.plan_version)
    paused = begin_pause(change, subscription, plan, starts_on)
    return end_moved_by_pauses(paused, plan)


def _billed_anew(changed: Subscription, day: date, now: datetime) -> Subscription:
    if changed.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET:
        return changed
    return to_be_repaired(changed, day, now)


def _has_other_grid(before: Subscription, after: Subscription, day: date) -> bool:
    one, other = agreement_on(before, day), agreement_on(after, day)
    return (one.anchor, one.interval) != (other.anchor, other.interval)


def _listed(
    subscription: Subscription, wanted: ScheduledChange, *, plan_of: PlanOf, now: datetime
) -> Subscription:
    require_day_within(subscription, wanted.starts_on)
    others = [one for one in subscription.scheduled if one.id != wanted.id]
    if any((one.change, one.starts_on) == (wanted.change, wanted.starts_on) for one in others):
        return subscription
    if len(others) >= MOST_SCHEDULED:
        raise TooMany(
            f"{MOST_SCHEDULED} changes are scheduled already; withdraw some", field="change"
        )
    listed = sorted((*others, wanted), key=_order)
    changed = replace(subscription, scheduled=tuple(listed))
    _require_possible(changed, plan_of=plan_of, now=now, blamed=wanted.id)
    return due_again(awoken(changed, wanted.starts_on), now)


def _require_possible(
    subscription: Subscription, *, plan_of: PlanOf, now: datetime, blamed: str | None = None
) -> None:
    """Try everything scheduled; what fails is the new one's refusal, or stands in its way."""
    for scheduled in _beginning(subscription, date.max):
        try:
            subscription = _applied(
                subscription,
                scheduled.change,
                scheduled.starts_on,
                plan_of=plan_of,
                now=now,
                asked_at=scheduled.requested_at,
            )
        except UmlaufError as refusal:
            if scheduled.id == blamed:
                raise
            raise ScheduledChangeInTheWay(
                f"the change scheduled for {scheduled.starts_on} ({scheduled.id}) would fail: "
                f"{refusal.message}; withdraw it first",
                field="change",
            ) from refusal


def _beginning(subscription: Subscription, day: date) -> list[ScheduledChange]:
    ends_on = subscription.ends_on
    return [
        one
        for one in sorted(subscription.scheduled, key=_order)
        if one.starts_on <= day and (ends_on is None or one.starts_on < ends_on)
    ]


def _order(scheduled: ScheduledChange) -> tuple[date, datetime]:
    """Sorting is stable, so what was asked for at one instant stays in the order it was asked."""
    return scheduled.starts_on, scheduled.requested_at


def _changed(subscription: Subscription, change: Change, starts_on: date) -> SubscriptionChanged:
    agreement = subscription.current
    return SubscriptionChanged(
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        change=change.KIND,
        starts_on=starts_on,
        plan_id=agreement.plan_id,
        plan_version=agreement.plan_version,
        quantity=agreement.quantity,
        add_ons=agreement.add_ons,
    )
