"""From a subscription's history to what is in force on each day: pure, and the same for ever.

The billing grid is cut into billing periods; where something changes inside one, it is cut further
into segments. Billing prices segments; nothing else decides what a day costs.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Final

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import Plan
from umlauf.catalog.policies import CreditPolicy, Phase
from umlauf.kernel.calendar import Interval, Period
from umlauf.subscriptions.agreements import Agreement, AppliedCoupon, Pause
from umlauf.subscriptions.errors import BadDates
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.schedule import MAX_PERIODS, Cycle

PlanOf = Callable[[str, int], Plan]
"""Gives a plan by id and version, as `Plans.get` does. Raises UnknownPlan."""

_ONE_DAY: Final = timedelta(days=1)
_MOST_PAUSES: Final = 1_000


@dataclass(frozen=True, slots=True)
class BillingPeriod:
    """`period` is what is served, `full_period` what a full price pays for (see `Cycle`)."""

    period: Period
    full_period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a billing period in which nothing changes."""

    period: Period
    billing_period: BillingPeriod
    agreement: Agreement
    plan: Plan
    phase: str | None
    is_free: bool
    is_paused: bool
    coupons: tuple[Coupon, ...]

    @property
    def charges_fees(self) -> bool:
        return not (self.is_free or self.is_paused)


def cycles(subscription: Subscription) -> tuple[Cycle, ...]:
    """The billing grids, one after the other: a new one begins where anchor or interval change.

    A void subscription has none. Raises NotActive before the start.
    """
    first_day = subscription.started_on
    if subscription.is_void:
        return ()
    heads: list[Agreement] = []
    for agreement in subscription.agreements:
        if not heads or _grid(heads[-1]) != _grid(agreement):
            heads.append(agreement)
    starts = [first_day, *(_starts_on(agreement) for agreement in heads[1:])]
    ends = [*starts[1:], subscription.ends_on]
    found = []
    for head, start, end in zip(heads, starts, ends, strict=True):
        until = end if subscription.ends_on is None else min(end or date.max, subscription.ends_on)
        if until is None or start < until:
            found.append(Cycle(start, head.anchor or start, head.interval, until))
    return tuple(found)


def schedule(subscription: Subscription, horizon: date) -> Iterator[BillingPeriod]:
    """The billing periods that begin before `horizon`, in order: they tile the subscription.

    Raises NotActive before the start, BadDates for a horizon more than MAX_PERIODS periods away.
    """
    return billing_periods(subscription, subscription.started_on, horizon)


def billing_periods(
    subscription: Subscription, ending_after: date, horizon: date
) -> Iterator[BillingPeriod]:
    """Those that end after `ending_after` and begin before `horizon`."""
    count = 0
    for cycle in cycles(subscription):
        boundary = _first_start(cycle, ending_after)
        while boundary is not None and boundary < horizon:
            period = cycle.period_from(boundary)
            if period is None:
                break
            if count == MAX_PERIODS:
                raise BadDates(
                    f"more than {MAX_PERIODS} periods; ask for a nearer horizon", field="horizon"
                )
            yield BillingPeriod(period, cycle.full_period(period.start))
            boundary = period.end
            count += 1


def boundary_after(subscription: Subscription, day: date) -> date | None:
    """The first boundary later than `day`; None after the last."""
    for cycle in cycles(subscription):
        if cycle.ends_on is None or day < cycle.ends_on:
            return cycle.boundary_after(day)
    return None


def boundary_before(subscription: Subscription, day: date) -> date | None:
    """The last boundary earlier than `day`; None before the first."""
    for cycle in reversed(cycles(subscription)):
        if cycle.starts_on < day:
            return cycle.boundary_before(day)
    return None


def segments(
    subscription: Subscription, plan_of: PlanOf, billing_period: BillingPeriod
) -> Iterator[Segment]:
    """Cut a billing period where an agreement, pause, phase or coupon begins or ends."""
    served = billing_period.period
    cuts = {served.start, served.end}
    cuts.update(day for day in _turning_days(subscription, plan_of, served) if served.contains(day))
    days = sorted(cuts)
    for start, end in pairwise(days):
        agreement = agreement_on(subscription, start)
        plan = plan_of(agreement.plan_id, agreement.plan_version)
        phase = phase_on(subscription, plan, start, free_until=agreement.free_until)
        yield Segment(
            period=Period(start, end),
            billing_period=billing_period,
            agreement=agreement,
            plan=plan,
            phase=phase.name if phase else None,
            is_free=phase.is_free if phase else False,
            is_paused=subscription.is_paused(start),
            coupons=tuple(one.coupon for one in coupons_on(subscription, start)),
        )


def agreement_on(subscription: Subscription, day: date) -> Agreement:
    """The agreement in force on a day; the first one before the start."""
    found = subscription.agreements[0]
    for agreement in subscription.agreements[1:]:
        if _starts_on(agreement) > day:
            break
        found = agreement
    return found


def phase_on(
    subscription: Subscription, plan: Plan, day: date, *, free_until: date | None = None
) -> Phase | None:
    """The plan's phase on a day, counted from the subscription's start; None without phases."""
    for phase, _, end in phase_spans(subscription, plan, free_until=free_until):
        if end is None or day < end:
            return phase
    return None


def phase_spans(
    subscription: Subscription, plan: Plan, *, free_until: date | None = None
) -> Iterator[tuple[Phase, date, date | None]]:
    """Each phase with its first day and its exclusive end; None goes on for ever.

    Pauses that stop the clock move what lies behind them on by their days. The trial an agreement
    begins with ends on its `free_until` at the latest, so it may have no day at all.
    """
    nominal, begins = subscription.started_on, subscription.started_on
    pauses, is_trial = _stopping_the_clock(subscription), True
    for phase in plan.phases:
        if phase.length is None:
            yield phase, begins, None
            return
        is_trial = is_trial and phase.is_free
        nominal = phase.length.after(nominal, 1)
        if is_trial and free_until is not None:
            nominal = min(nominal, free_until)
        end = moved_by_pauses(nominal, pauses)
        yield phase, begins, end
        if end is None:
            return
        begins = end


def first_paid_day(
    subscription: Subscription, plan: Plan, day: date, *, free_until: date | None = None
) -> date:
    """The day itself, or the first one after the free phase it lies in."""
    for phase, begins, end in phase_spans(subscription, plan, free_until=free_until):
        if not phase.is_free and (end is None or day < end):
            return max(begins, day)
    return day


def moved_by_pauses(day: date, pauses: Iterable[Pause], *, since: date = date.min) -> date | None:
    """Where a day comes to lie when every paused day from `since` on pushes it on by one.

    None while a pause before it is open.
    """
    moved = day
    for pause in sorted(pauses, key=lambda pause: pause.starts_on)[:_MOST_PAUSES]:
        is_behind = pause.ends_on is not None and pause.ends_on <= since
        if is_behind or pause.starts_on >= moved:
            continue
        if pause.ends_on is None:
            return None
        moved += pause.ends_on - max(pause.starts_on, since)
    return moved


def term_end(subscription: Subscription, plan: Plan) -> date | None:
    """The first day the minimum term no longer binds; None without one.

    It is date.max while the clock stands still.
    """
    agreement = subscription.current
    term = agreement.term or plan.terms.minimum_term
    if term is None:
        return None
    starts_on = agreement.term_starts_on or subscription.started_on
    pauses = _stopping_the_clock(subscription)
    moved = moved_by_pauses(term.after(starts_on, 1), pauses, since=starts_on)
    return date.max if moved is None else moved


def coupons_on(subscription: Subscription, day: date) -> tuple[AppliedCoupon, ...]:
    """The coupons in force on a day; one for other plans rests until such a plan is chosen."""
    if not subscription.coupons:
        return ()
    plan_id = agreement_on(subscription, day).plan_id
    return tuple(
        one
        for one in subscription.coupons
        if one.coupon.is_for(plan_id) and _is_between(one, day, coupon_end(subscription, one))
    )


def coupon_end(subscription: Subscription, applied: AppliedCoupon) -> date | None:
    """Its first day without effect; None without one, and while an open pause moves it.

    A coupon is given for so many billed periods. What pauses take of them, whole or in part, it
    has of the periods that follow, also where a pause leaves the minimum term's clock running.
    """
    if applied.ends_on is None:
        return applied.removed_on
    end = _end_with_pauses(subscription, applied.starts_on, applied.ends_on)
    return min((day for day in (end, applied.removed_on) if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class PaidTime:
    """Time that was charged from a day on, under a version of a plan."""

    starts_on: date
    plan_id: str
    plan_version: int

    def is_under(self, agreement: Agreement) -> bool:
        return (self.plan_id, self.plan_version) == (agreement.plan_id, agreement.plan_version)


def credits_over(
    subscription: Subscription, paid: PaidTime, unwanted: Period
) -> Iterator[tuple[Period, CreditPolicy]]:
    """Cut paid time that is not wanted any more by what is given back of it, in order.

    Whoever takes it away says: Storno, the end, a pause while it lasts, or the change it begins
    with. What a change took stays taken: no later change, pause or end has a say in it. What none
    of them took, a coupon did, or a phase that moved; that is given back.
    """
    start, day = unwanted.start, unwanted.start
    policy, until = _taken_on(subscription, paid, unwanted, day)
    while until is not None and until < unwanted.end:
        day = until
        following, until = _taken_on(subscription, paid, unwanted, day)
        if following is not policy:
            yield Period(start, day), policy
            start, policy = day, following
    yield Period(start, unwanted.end), policy


def _taken_on(
    subscription: Subscription, paid: PaidTime, unwanted: Period, day: date
) -> tuple[CreditPolicy, date | None]:
    """What is given back from a day on, and until when; None: for all of it."""
    ends_on = subscription.ends_on
    if subscription.is_void:
        return CreditPolicy.FULL, None
    if ends_on is not None and day >= ends_on:
        return subscription.end_credit, None
    for pause in subscription.pauses:
        if pause.contains(day):
            return pause.credit, min(pause.ends_on or date.max, ends_on or date.max)
    change = _change_that_took(subscription, paid, unwanted.start, day)
    return (CreditPolicy.UNUSED if change is None else change.credit), None


def _change_that_took(
    subscription: Subscription, paid: PaidTime, since: date, day: date
) -> Agreement | None:
    """The first change that begins with the unwanted time, or began another grid before."""
    grid = _grid(agreement_on(subscription, paid.starts_on))
    for agreement in subscription.agreements:
        begins = _starts_on(agreement)
        if begins == paid.starts_on and paid.is_under(agreement):
            continue
        is_later_look = paid.starts_on < begins and _grid(agreement) != grid
        if begins <= day and (begins >= since or is_later_look):
            return agreement
    return None


def exact_instants(subscription: Subscription) -> dict[date, datetime]:
    """The instants of changes that were made inside a day, for proration by the second."""
    return {
        agreement.starts_on: agreement.starts_at
        for agreement in subscription.agreements
        if agreement.starts_on is not None and agreement.starts_at is not None
    }


def _policy_days(subscription: Subscription) -> Iterator[date]:
    """The days on which another agreement, pause or the end begins to say what is given back."""
    for agreement in subscription.agreements:
        if agreement.starts_on is not None:
            yield agreement.starts_on
    for pause in subscription.pauses:
        yield pause.starts_on
        if pause.ends_on is not None:
            yield pause.ends_on
    if subscription.ends_on is not None:
        yield subscription.ends_on


def _turning_days(subscription: Subscription, plan_of: PlanOf, served: Period) -> Iterator[date]:
    yield from _policy_days(subscription)
    for applied in subscription.coupons:
        yield applied.starts_on
        end = coupon_end(subscription, applied)
        if end is not None:
            yield end
    for plan_id, plan_version, free_until in {
        (agreement.plan_id, agreement.plan_version, agreement.free_until)
        for agreement in subscription.agreements
        if agreement.starts_on is None or agreement.starts_on < served.end
    }:
        plan = plan_of(plan_id, plan_version)
        for _, begins, _ in phase_spans(subscription, plan, free_until=free_until):
            yield begins


def _stopping_the_clock(subscription: Subscription) -> tuple[Pause, ...]:
    return tuple(pause for pause in subscription.pauses if pause.stops_clock)


def _end_with_pauses(subscription: Subscription, starts_on: date, ends_on: date) -> date | None:
    if not any(pause.overlaps(Period(starts_on, ends_on)) for pause in subscription.pauses):
        return ends_on
    missing = Fraction(0)
    endless = replace(subscription, ends_on=None)
    for span in _spans(endless, starts_on, ends_on):
        days = [day for day in _days(span) if not subscription.is_paused(day)]
        served = Fraction(len(days), span.days)
        if span.start < ends_on:
            missing += 1 - served
        elif missing <= served:
            return span.start if not missing else days[ceil(missing * span.days) - 1] + _ONE_DAY
        elif any(pause.ends_on is None and pause.contains(span.start) for pause in endless.pauses):
            return None
        else:
            missing -= served
    return ends_on


def _spans(subscription: Subscription, starts_on: date, cut: date) -> Iterator[Period]:
    """The billing periods from a day on, cut on another."""
    for one in billing_periods(subscription, starts_on, date.max):
        start, end = max(one.period.start, starts_on), one.period.end
        if start < cut < end:
            yield Period(start, cut)
            start = cut
        yield Period(start, end)


def _days(span: Period) -> Iterator[date]:
    return (span.start + number * _ONE_DAY for number in range(span.days))


def _is_between(applied: AppliedCoupon, day: date, end: date | None) -> bool:
    return applied.starts_on <= day and (end is None or day < end)


def _grid(agreement: Agreement) -> tuple[date | None, Interval]:
    return agreement.anchor, agreement.interval


def _first_start(cycle: Cycle, ending_after: date) -> date | None:
    """The start of the cycle's first period that ends after a day."""
    if ending_after <= cycle.starts_on:
        return cycle.starts_on
    if cycle.ends_on is not None and ending_after >= cycle.ends_on:
        return None
    if cycle.is_boundary(ending_after):
        return ending_after
    return cycle.boundary_before(ending_after)


def _starts_on(agreement: Agreement) -> date:
    if agreement.starts_on is None:
        raise ValueError(f"an agreement on {agreement.plan_id} has no first day")
    return agreement.starts_on
