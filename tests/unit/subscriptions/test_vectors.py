"""Published cases of billing anchors, day lengths and notice: one adapter a topic."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.offer_fakes import subscribed
from umlauf.kernel.calendar import Interval, IntervalUnit, Period, hours_in_day, nth_period
from umlauf.subscriptions.schedule import Cycle, earliest_end
from umlauf.subscriptions.timeline import schedule

_FILE = Path(__file__).parents[2] / "vectors" / "subscriptions.json"
CASES: list[dict[str, Any]] = json.loads(_FILE.read_text(encoding="utf-8"))
MONTHLY = Interval(IntervalUnit.MONTH)
YEARLY = Interval(IntervalUnit.YEAR)


def _periods(cycle: Cycle, count: int) -> list[Period]:
    return [one.period for one in islice(schedule(subscribed(cycle), date.max), count)]


def _starts(anchor: str, interval: Interval, numbers: list[int]) -> list[str]:
    start = date.fromisoformat(anchor)
    return [nth_period(start, interval, n).start.isoformat() for n in numbers]


def _nth_boundaries(inputs: dict[str, Any]) -> list[str]:
    return _starts(inputs["anchor"], MONTHLY, inputs["n"])


def _period_at(inputs: dict[str, Any]) -> list[str]:
    start = date.fromisoformat(inputs["anchor"][:10])
    period = Cycle(start, start, MONTHLY).full_period(date.fromisoformat(inputs["at"][:10]))
    return [period.start.isoformat(), period.end.isoformat()]


def _anniversary_periods(inputs: dict[str, Any]) -> list[list[str]]:
    """The case prints inclusive last days."""
    start = date.fromisoformat(inputs["start"])
    return [
        [period.start.isoformat(), (period.end - timedelta(days=1)).isoformat()]
        for period in _periods(Cycle(start, start, MONTHLY), inputs["periods"])
    ]


def _yearly_starts(inputs: dict[str, Any]) -> list[str]:
    return _starts(inputs["start"], YEARLY, inputs["steps_years"])


def _bill_cycle_day(inputs: dict[str, Any]) -> list[str]:
    first = date.fromisoformat(inputs["boundaries_from"])
    cycle = Cycle(first, first.replace(day=inputs["bcd"]), MONTHLY)
    return [period.start.isoformat() for period in _periods(cycle, inputs["count"])]


def _nth_of_days(inputs: dict[str, Any]) -> str:
    (start,) = _starts(
        inputs["start"], Interval(IntervalUnit.DAY, inputs["interval_days"]), [inputs["n"]]
    )
    return start


def _stub_to_fixed_anchor(inputs: dict[str, Any]) -> list[list[str]]:
    cycle = Cycle(
        date.fromisoformat(inputs["subscription_start"]),
        date.fromisoformat(inputs["anchor"]),
        MONTHLY,
    )
    return [
        [period.start.isoformat(), period.end.isoformat()]
        for period in _periods(cycle, inputs["periods"])
    ]


def _day_lengths(inputs: dict[str, Any]) -> list[int]:
    return [hours_in_day(date.fromisoformat(day), inputs["tz"]) for day in inputs["days"]]


def _notice(inputs: dict[str, Any]) -> dict[str, str]:
    """A clause that renews the term would bind beyond the notice: ours must not."""
    term_end = date.fromisoformat(inputs["initial_term_end"])
    end = earliest_end(
        date.fromisoformat(inputs["notice"]),
        minimum_term_end=term_end,
        notice={"1 month": MONTHLY}[inputs["notice_period"]],
    )
    is_renewed = end >= YEARLY.after(term_end, 1)
    return {
        "latest_end": end.isoformat(),
        "clause_auto_renew_12_months": "in force" if is_renewed else "invalid",
    }


RUNNERS: dict[str, Callable[[dict[str, Any]], object]] = {
    "billing anchor, month end": _nth_boundaries,
    "billing anchor, end is exclusive": _period_at,
    "billing anchor, day 30": _nth_boundaries,
    "billing anchor, anniversary periods": _anniversary_periods,
    "yearly interval from 29 February": _yearly_starts,
    "account bill-cycle day 31": _bill_cycle_day,
    "thirty-day interval is not a month": _nth_of_days,
    "short first period to a fixed anchor": _stub_to_fixed_anchor,
    "DST day length, Berlin": _day_lengths,
    "notice date": _notice,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_published_case_comes_out_as_printed(case: dict[str, Any]) -> None:
    assert RUNNERS[case["topic"]](case["inputs"]) == case["expected"]
