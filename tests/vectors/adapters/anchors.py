"""Billing anchors and periods, local days, notice."""

from datetime import date
from itertools import islice
from typing import Any

from tests.offer_fakes import subscribed
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import A_MONTH, A_YEAR, day, each, instant, interval, zone_of
from umlauf.kernel.calendar import (
    Interval,
    IntervalUnit,
    Period,
    hours_in_day,
    local_date,
    nth_period,
    start_of_day,
)
from umlauf.subscriptions.schedule import Cycle, earliest_end
from umlauf.subscriptions.timeline import schedule

START = "start|subscription_start|start_date|starts_on"
FIXED = "anchor|bcd|billing_day|anchor_day|bill_cycle_day"
_LONG_MONTH = 1
_MONTHS_AHEAD = 24
UNITS = {"days": "day", "weeks": "week", "months": "month", "years": "year"}


def interval_of(case: Case) -> Interval:
    """The case's interval; a month where it names none."""
    name = case.key(r"interval_(days|weeks|months|years)")
    if name is not None:
        return Interval(IntervalUnit(UNITS[name.removeprefix("interval_")]), case.inputs[name])
    unit = interval(case.get("interval|period|frequency", "month"))
    count = case.get("interval_count|every")
    return unit if count is None else Interval(unit.unit, count)


def anchor_of(case: Case, start: date) -> date:
    """A date, or a day of the month."""
    fixed = case.get(FIXED)
    if isinstance(fixed, int):
        return anchor_day(start, fixed, interval_of(case))
    if fixed is not None:
        return day(fixed, zone_of(case))
    return (
        start
        if case.get("billing_time|billing|alignment", "") != "calendar"
        else _calendar(case, start)
    )


def anchor_day(start: date, day_of_month: int, step: Interval) -> date:
    """Months align to the day in a long month; longer intervals to its first one from the start."""
    january = date(start.year, _LONG_MONTH, day_of_month)
    if step == A_MONTH:
        return january
    days = (A_MONTH.after(january, number) for number in range(_MONTHS_AHEAD))
    return next(one for one in days if one >= start)


def _calendar(case: Case, start: date) -> date:
    match interval_of(case).unit:
        case IntervalUnit.WEEK:
            year, week, _ = start.isocalendar()
            return date.fromisocalendar(year, week, 1)
        case IntervalUnit.MONTH | IntervalUnit.YEAR:
            return start.replace(month=1, day=1)
        case IntervalUnit.DAY:
            return start


def periods_of(cycle: Cycle, count: int) -> list[Period]:
    return [one.period for one in islice(schedule(subscribed(cycle), date.max), count)]


@adapter(f"{START}|anchor", "n", may=r"interval|interval_(days|weeks|months|years)|interval_count")
def nth_starts(case: Case) -> Any:
    anchor, step = day(case.get(f"anchor|{START}"), zone_of(case)), interval_of(case)
    found = [nth_period(anchor, step, number) for number in each(case.inputs["n"])]
    return found if isinstance(case.inputs["n"], list) else found[0]


@adapter(f"{START}|anchor", r"steps?_(days|weeks|months|years)")
def stepped_starts(case: Case) -> Any:
    name = case.key(r"steps?_(days|weeks|months|years)") or ""
    step = Interval(IntervalUnit(UNITS[name.rpartition("_")[2]]))
    anchor = day(case.get(f"anchor|{START}"), zone_of(case))
    return [nth_period(anchor, step, number) for number in each(case.inputs[name])]


@adapter("anchor", "at|on", may=f"{START}|interval|interval_count")
def period_around(case: Case) -> Any:
    zone, anchor = zone_of(case), day(case.inputs["anchor"], zone_of(case))
    cycle = Cycle(day(case.get(START, case.inputs["anchor"]), zone), anchor, interval_of(case))
    asked = case.get("at|on")
    found = [cycle.full_period(day(one, zone)) for one in each(asked)]
    return found if isinstance(asked, list) else found[0]


@adapter(
    f"{START}|boundaries_from",
    "periods|count",
    may=rf"{FIXED}|interval|interval_(days|weeks|months|years)|interval_count|billing_time|billing|alignment|end|ends_on",
)
def first_periods(case: Case) -> Any:
    zone = zone_of(case)
    start = day(case.get(f"{START}|boundaries_from"), zone)
    ends = case.get("end|ends_on")
    cycle = Cycle(
        start, anchor_of(case, start), interval_of(case), None if ends is None else day(ends, zone)
    )
    return periods_of(cycle, case.get("periods|count"))


@adapter("tz|time_zone|timezone|zone", "days?|dates?", topic=r"length|hours|DST day")
def day_lengths(case: Case) -> Any:
    asked = case.get("days?|dates?")
    hours = [hours_in_day(day(one), zone_of(case)) for one in each(asked)]
    return hours if isinstance(asked, list) else hours[0]


@adapter("tz|time_zone|timezone|zone", "days?|dates?|local_dates?|local_midnights?|local_days?")
def day_starts(case: Case) -> Any:
    asked = case.get("days?|dates?|local_dates?|local_midnights?|local_days?")
    starts = [start_of_day(day(one), zone_of(case)) for one in each(asked)]
    return starts if isinstance(asked, list) else starts[0]


@adapter("tz|time_zone|timezone|zone", "instants?|utc|timestamps?|events?")
def local_days(case: Case) -> Any:
    asked = case.get("instants?|utc|timestamps?|events?")
    days = [local_date(instant(one), zone_of(case)) for one in each(asked)]
    return days if isinstance(asked, list) else days[0]


@adapter(START, r"trial_(?:days|weeks|months)")
def trial_end(case: Case) -> Any:
    """A trial keeps local days: it ends when its last day does."""
    first = day(case.get(START), zone_of(case))
    name = case.key(r"trial_(?:days|weeks|months)") or ""
    unit = IntervalUnit(UNITS[name.removeprefix("trial_")])
    return Interval(unit, case.inputs[name]).after(first, 1)


@adapter("notice", "notice_period", may="initial_term_end|minimum_term_end")
def notice(case: Case) -> Any:
    """A clause that renews the term would bind beyond the notice: ours must not."""
    printed = case.get("initial_term_end|minimum_term_end")
    term_end = None if printed is None else day(printed)
    end = earliest_end(
        day(case.inputs["notice"]),
        minimum_term_end=term_end,
        notice=interval(case.inputs["notice_period"]),
    )
    is_renewed = term_end is not None and end >= A_YEAR.after(term_end, 1)
    return Answer(
        end,
        latest_end=end,
        clause_auto_renew_12_months="in force" if is_renewed else "invalid",
    )
