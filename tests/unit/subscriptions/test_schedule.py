"""Billing periods tile a subscription's life, whatever its anchor, interval and end."""

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offer_fakes import subscribed
from umlauf.kernel.calendar import Interval, IntervalUnit, Period
from umlauf.subscriptions.errors import BadDates
from umlauf.subscriptions.schedule import MAX_PERIODS, Cycle, earliest_end
from umlauf.subscriptions.timeline import schedule

MONTHLY = Interval(IntervalUnit.MONTH)
ONE_DAY = timedelta(days=1)

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
intervals = st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 5))


@st.composite
def cycles(draw: st.DrawFn) -> Cycle:
    starts_on = draw(days)
    length = draw(st.none() | st.integers(1, 1_500))
    ends_on = None if length is None else starts_on + timedelta(days=length)
    return Cycle(starts_on, draw(days), draw(intervals), ends_on)


def periods_of(cycle: Cycle, horizon: date) -> list[Period]:
    return [one.period for one in schedule(subscribed(cycle), horizon)]


@given(cycles())
def test_periods_tile_time_without_gap_or_overlap(cycle: Cycle) -> None:
    horizon = cycle.starts_on + timedelta(days=900)
    periods = periods_of(cycle, horizon)

    assert periods[0].start == cycle.starts_on
    assert all(one.end == following.start for one, following in pairwise(periods))
    assert periods[-1].end >= min(horizon, cycle.ends_on or horizon)
    if cycle.ends_on is not None:
        assert periods[-1].end <= cycle.ends_on


@given(cycles())
def test_all_but_the_first_and_the_last_period_are_the_anchors_own(cycle: Cycle) -> None:
    periods = periods_of(cycle, cycle.starts_on + timedelta(days=900))
    for period in periods[1:-1]:
        assert cycle.full_period(period.start) == period
    for period in periods:
        full = cycle.full_period(period.start)
        assert full.start <= period.start
        assert period.end <= full.end


@given(cycles(), st.integers(0, 1_600))
def test_looking_back_finds_what_looking_ahead_left(cycle: Cycle, offset: int) -> None:
    day = cycle.starts_on + timedelta(days=offset)
    after = cycle.boundary_after(day)
    if after is None:
        assert cycle.ends_on is not None
        assert day >= cycle.ends_on
        return
    assert cycle.is_boundary(after)
    before = cycle.boundary_before(after)
    assert before is not None
    assert before <= day < after
    assert cycle.period_from(before) == Period(before, after)


@given(cycles())
def test_nothing_lies_before_the_start_or_after_the_end(cycle: Cycle) -> None:
    assert cycle.boundary_before(cycle.starts_on) is None
    assert cycle.boundary_after(cycle.starts_on - ONE_DAY) == cycle.starts_on
    assert not cycle.is_boundary(cycle.starts_on - ONE_DAY)
    if cycle.ends_on is not None:
        assert cycle.is_boundary(cycle.ends_on)
        assert cycle.period_from(cycle.ends_on) is None
        assert not cycle.is_boundary(cycle.ends_on + ONE_DAY)
        assert cycle.boundary_before(cycle.ends_on + ONE_DAY) == cycle.ends_on


def test_a_month_end_anchor_does_not_drift_over_a_leap_year() -> None:
    cycle = Cycle(date(2028, 1, 31), date(2028, 1, 31), MONTHLY)
    ends = [period.end for period in periods_of(cycle, date(2028, 6, 1))]
    assert ends == [
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
        date(2028, 5, 31),
        date(2028, 6, 30),
    ]


def test_an_end_before_the_start_is_refused() -> None:
    for ends_on in (date(2026, 9, 1), date(2026, 8, 31)):
        with pytest.raises(BadDates) as refusal:
            Cycle(date(2026, 9, 1), date(2026, 9, 1), MONTHLY, ends_on)
        assert refusal.value.field == "ends_on"


def test_an_endless_horizon_is_refused() -> None:
    daily = Cycle(date(2026, 1, 1), date(2026, 1, 1), Interval(IntervalUnit.DAY))
    periods = schedule(subscribed(daily), date(2099, 1, 1))
    assert len(list(islice(periods, MAX_PERIODS))) == MAX_PERIODS
    with pytest.raises(BadDates, match="nearer horizon"):
        next(periods)


@pytest.mark.parametrize(
    ("given_on", "minimum_term_end", "notice", "end"),
    [
        pytest.param(
            date(2026, 3, 10), None, None, date(2026, 3, 11), id="without terms the day is served"
        ),
        pytest.param(
            date(2026, 1, 31), None, MONTHLY, date(2026, 2, 28), id="a month from a month end"
        ),
        pytest.param(
            date(2026, 2, 27),
            date(2026, 3, 1),
            MONTHLY,
            date(2026, 3, 27),
            id="too late for the minimum term, it is not renewed",
        ),
        pytest.param(
            date(2026, 1, 31),
            date(2026, 3, 1),
            MONTHLY,
            date(2026, 3, 1),
            id="in time for the end of the minimum term",
        ),
    ],
)
def test_notice_ends_it_as_soon_as_term_and_notice_allow(
    given_on: date, minimum_term_end: date | None, notice: Interval | None, end: date
) -> None:
    assert earliest_end(given_on, minimum_term_end=minimum_term_end, notice=notice) == end
