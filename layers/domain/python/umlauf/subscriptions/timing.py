"""From which day on a change is in force, as the policy of the plan that is left has it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from umlauf.catalog.model import BaseFee, Delivery, Plan, price_for
from umlauf.catalog.policies import ChangeTiming
from umlauf.catalog.price_books import PriceChoice
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.rating import rate_as_fraction
from umlauf.kernel.calendar import Interval, IntervalUnit, local_date
from umlauf.subscriptions.agreements import Agreement, BeginPause, BindFor, Change, Resume
from umlauf.subscriptions.changing import apply_change
from umlauf.subscriptions.errors import TermBinds, TooEarly
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import PlanOf, boundary_after, term_end

When = ChangeTiming | date | None
"""At once, at the end of the period, on a day; None as the policy has it."""

_AVERAGE_DAYS: Final = {
    IntervalUnit.DAY: Fraction(1),
    IntervalUnit.WEEK: Fraction(7),
    IntervalUnit.MONTH: Fraction("30.436875"),
    IntervalUnit.YEAR: Fraction("365.2425"),
}


def begins_on(
    subscription: Subscription, change: Change, when: When, *, plan_of: PlanOf, now: datetime
) -> date:
    """The day the wish names, or the policy's. Whether the wish is allowed: `require_timing`."""
    today = local_date(now, subscription.time_zone)
    match when:
        case None:
            return policy_day(subscription, change, plan_of=plan_of, now=now)
        case ChangeTiming.AT_ONCE:
            return max(today, subscription.started_on)
        case ChangeTiming.PERIOD_END:
            return period_end(subscription, today)
        case date():
            return when


def require_timing(
    subscription: Subscription, change: Change, day: date, *, plan_of: PlanOf, now: datetime
) -> None:
    """Refuse a subscriber a day before the policy's; staff need not ask. Raises TooEarly."""
    first = policy_day(subscription, change, plan_of=plan_of, now=now)
    if day < first:
        raise TooEarly(
            f"this change is possible from {first} on; choose that day", field="starts_on"
        )


def require_term_kept(
    subscription: Subscription, change: Change, day: date, *, plan_of: PlanOf, now: datetime
) -> None:
    """Refuse a change by which a subscriber would be bound less long. Raises TermBinds."""
    plan = plan_of(subscription.plan_id, subscription.plan_version)
    bound_until = term_end(subscription, plan)
    if bound_until is None or bound_until <= day:
        return
    after = apply_change(subscription, change, day, plan_of=plan_of, now=now)
    then = term_end(after, plan_of(after.plan_id, after.plan_version))
    if then is None or then < bound_until:
        until = "the pause is over" if bound_until == date.max else bound_until
        raise TermBinds(
            f"the minimum term runs until {until}; choose one that lasts as long, or change then",
            field="change",
        )


def policy_day(
    subscription: Subscription, change: Change, *, plan_of: PlanOf, now: datetime
) -> date:
    """The first day the plan in force allows: dearer or cheaper decides, and notice of a pause."""
    today = local_date(now, subscription.time_zone)
    current = subscription.current
    first = max(today, current.starts_on or subscription.started_on)
    plan = plan_of(current.plan_id, current.plan_version)
    if isinstance(change, BeginPause):
        notice = 0 if plan.pauses is None else plan.pauses.notice_days
        return max(first, today + timedelta(days=notice))
    if isinstance(change, Resume | BindFor):
        return first
    changed = apply_change(subscription, change, first, plan_of=plan_of, now=now).current
    before = list_price_per_day(subscription, current, plan)
    after = list_price_per_day(
        subscription, changed, plan_of(changed.plan_id, changed.plan_version)
    )
    timing = plan.changes.downgrade if after < before else plan.changes.upgrade
    return first if timing is ChangeTiming.AT_ONCE else period_end(subscription, today)


def period_end(subscription: Subscription, today: date) -> date:
    """The end of the billing period today lies in, whatever end is set."""
    end = boundary_after(replace(subscription, ends_on=None), today)
    return subscription.started_on if end is None else end


def list_price_per_day(subscription: Subscription, agreement: Agreement, plan: Plan) -> Fraction:
    """What the standing fees come to on an average day of the plan's last phase, in minor units."""
    choice = PriceChoice(
        subscription.currency,
        site=subscription.site,
        term=agreement.term,
        phase=plan.phases[-1].name if plan.phases else None,
        on=agreement.agreed_on,
    )
    counts = {item.id: agreement.quantity for item in plan.items}
    for add_on in plan.add_ons:
        counts.update({item.id: agreement.quantity_of(add_on.id) for item in add_on.items})
    whole = Fraction(0)
    for item in plan.items_with(agreement.add_ons):
        if not isinstance(item, BaseFee | Delivery):
            continue
        model = price_for(item, choice).model
        if isinstance(model, ChosenAmount):
            chosen = agreement.chosen_minor.get(item.id, model.suggestion_minor)
            whole += rate_as_fraction(model, chosen) * counts[item.id]
        else:
            whole += rate_as_fraction(model, counts[item.id])
    return whole / days_of(plan.interval)


def days_of(interval: Interval) -> Fraction:
    """An interval's days on average over the calendar's four hundred years."""
    return _AVERAGE_DAYS[interval.unit] * interval.count
