"""Periods never drift, and local days tile time across every clock change."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.kernel.calendar import (
    Interval,
    IntervalUnit,
    NaiveInstant,
    Period,
    UnknownZone,
    add_months,
    hours_in_day,
    local_date,
    nth_period,
    period_number,
    start_of_day,
)
from umlauf.kernel.errors import InvalidInput

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))
INTERVALS = st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 24))
ZONES = st.sampled_from(
    ["Europe/Berlin", "America/Los_Angeles", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kolkata",
     "Australia/Lord_Howe", "Africa/Cairo", "Asia/Beirut", "America/Havana", "UTC"]
)  # fmt: skip


def test_the_end_of_the_month_comes_back_after_february() -> None:
    anchor = date(2026, 1, 31)
    starts = [add_months(anchor, n) for n in range(5)]
    assert starts == [
        date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
        date(2026, 5, 31),
    ]  # fmt: skip


@given(anchor=DAYS, interval=INTERVALS, n=st.integers(-40, 40))
def test_periods_tile_time(anchor: date, interval: Interval, n: int) -> None:
    assert nth_period(anchor, interval, n).end == nth_period(anchor, interval, n + 1).start


@given(anchor=DAYS, interval=INTERVALS, day=DAYS)
def test_every_day_lies_in_the_period_that_its_number_names(
    anchor: date, interval: Interval, day: date
) -> None:
    number = period_number(anchor, interval, day)
    assert nth_period(anchor, interval, number).contains(day)


@given(day=DAYS, zone_name=ZONES)
def test_local_days_tile_time_across_every_clock_change(day: date, zone_name: str) -> None:
    start, end = start_of_day(day, zone_name), start_of_day(day + timedelta(days=1), zone_name)
    assert start <= end
    if start < end:  # Apia had no 30 December 2011
        assert local_date(start, zone_name) == day
        assert local_date(end - timedelta(seconds=1), zone_name) == day
        assert local_date(start - timedelta(seconds=1), zone_name) < day


@pytest.mark.parametrize(
    ("day", "zone_name", "hours"),
    [
        pytest.param(date(2026, 3, 29), "Europe/Berlin", 23, id="spring"),
        pytest.param(date(2026, 10, 25), "Europe/Berlin", 25, id="autumn"),
        pytest.param(date(2026, 10, 4), "Australia/Lord_Howe", Fraction(47, 2), id="half an hour"),
        pytest.param(date(2018, 11, 4), "America/Sao_Paulo", 23, id="midnight that never was"),
        pytest.param(date(1919, 3, 31), "America/Toronto", Fraction(47, 2), id="gap before it"),
        pytest.param(date(2011, 12, 30), "Pacific/Apia", 0, id="day that never was"),
    ],
)
def test_days_have_the_hours_the_zone_gives_them(
    day: date, zone_name: str, hours: Fraction
) -> None:
    assert hours_in_day(day, zone_name) == hours


def test_a_boundary_instant_belongs_to_the_new_day() -> None:
    midnight = start_of_day(date(2026, 10, 1), "Europe/Berlin")
    assert midnight == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert local_date(midnight, "Europe/Berlin") == date(2026, 10, 1)


def test_a_fixed_offset_is_no_zone() -> None:
    for name in ("+02:00", "Mars/Olympus", "", "../etc/passwd"):
        with pytest.raises(UnknownZone, match="Europe/Berlin"):
            start_of_day(date(2026, 1, 1), name)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        local_date(datetime(2026, 1, 1), "Europe/Berlin")  # noqa: DTZ001 - that is the point


def test_a_period_must_end_after_it_starts() -> None:
    with pytest.raises(InvalidInput, match="end after it starts"):
        Period(date(2026, 1, 1), date(2026, 1, 1))
