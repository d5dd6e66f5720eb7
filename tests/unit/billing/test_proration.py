"""Shares of a full period: three bases, each of which adds up to the whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine_world import EngineWorld, flat_plan
from umlauf.billing.proration import share, share_by_seconds, share_of_instants
from umlauf.catalog.policies import ProrationBasis
from umlauf.kernel.calendar import Period, add_months, start_of_day
from umlauf.kernel.errors import InvalidInput
from umlauf.subscriptions.agreements import BeginPause, ChangePlan

FEBRUARY = Period(date(2028, 2, 1), date(2028, 3, 1))
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("part", "full", "by_days", "by_thirty"),
    [
        (Period(date(2028, 2, 15), date(2028, 3, 1)), FEBRUARY, (15, 29), (16, 30)),
        (Period(date(2028, 2, 1), date(2028, 2, 15)), FEBRUARY, (14, 29), (14, 30)),
        (Period(date(2026, 3, 31), date(2026, 4, 1)), MARCH, (1, 31), (1, 30)),
        (Period(date(2026, 3, 30), date(2026, 3, 31)), MARCH, (1, 31), (0, 30)),
        (MARCH, MARCH, (1, 1), (1, 1)),
    ],
)
def test_a_part_costs_its_days(
    part: Period, full: Period, by_days: tuple[int, int], by_thirty: tuple[int, int]
) -> None:
    assert share(part, full) == Fraction(*by_days)
    assert share(part, full, ProrationBasis.THIRTY_DAYS) == Fraction(*by_thirty)


@given(
    start=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    months=st.sampled_from([1, 3, 12]),
    cuts=st.sets(st.integers(1, 364), max_size=5),
    basis=st.sampled_from(ProrationBasis),
)
def test_the_shares_of_all_parts_are_the_whole(
    start: date, months: int, cuts: set[int], basis: ProrationBasis
) -> None:
    full = Period(start, add_months(start, months))
    days = {start + timedelta(days=after) for after in cuts if after < full.days}
    parts = [Period(*ends) for ends in pairwise(sorted({*days, full.start, full.end}))]
    if basis is ProrationBasis.SECONDS:
        shares = [share_by_seconds(part, full, {}, "Europe/Berlin") for part in parts]
    else:
        shares = [share(part, full, basis) for part in parts]
    assert sum(shares) == 1
    assert all(one >= 0 for one in shares)


def test_by_seconds_the_day_the_clock_goes_forward_is_an_hour_shorter() -> None:
    day = Period(date(2026, 3, 29), date(2026, 3, 30))
    assert share_by_seconds(day, MARCH, {}, "Europe/Berlin") == Fraction(23, 31 * 24 - 1)
    assert share(day, MARCH) == Fraction(1, 31)


def test_what_lies_outside_has_no_share() -> None:
    with pytest.raises(InvalidInput, match="outside"):
        share(Period(date(2026, 2, 28), date(2026, 3, 2)), MARCH)
    bounds = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    with pytest.raises(InvalidInput, match="outside"):
        share_of_instants(bounds[0], bounds[1] + timedelta(seconds=1), bounds)


class TestBySeconds:
    def _world(self) -> EngineWorld:
        plans = [
            replace(flat_plan(name, minor), proration=ProrationBasis.SECONDS)
            for name, minor in (("one", 74_400), ("two", 148_800))
        ]
        return EngineWorld.open(plans, date(2026, 1, 1))

    def _switch(self, world: EngineWorld, plan_id: str, hour: int) -> None:
        world.go_to(date(2026, 1, 16), hour)
        world.change(ChangePlan(plan_id=plan_id, plan_version=1))
        world.bill()

    def test_a_change_costs_from_its_second_on(self) -> None:
        world = self._world()
        world.run_until(date(2026, 1, 16))
        self._switch(world, "two", 18)
        hours = (start_of_day(date(2026, 2, 1), "Europe/Berlin") - world.now).total_seconds() / 3600
        assert world.total.amount_minor == 74_400 + hours * 100

    @pytest.mark.parametrize("back_at", [12, 18])
    def test_what_is_taken_back_the_same_day_costs_nothing(self, back_at: int) -> None:
        world = self._world()
        world.run_until(date(2026, 1, 16))
        self._switch(world, "two", 12)
        self._switch(world, "one", back_at)
        assert world.total.amount_minor == 74_400

    def test_a_pause_that_begins_on_the_day_of_a_change_is_measured_from_it(self) -> None:
        world = self._world()
        world.run_until(date(2026, 1, 16))
        self._switch(world, "two", 12)
        world.change(BeginPause(date(2026, 2, 1)))
        world.bill()
        assert world.total.amount_minor == (15 * 24 + 12) * 100


def test_a_zone_of_its_own_measures_its_own_days() -> None:
    full = Period(date(2026, 11, 1), date(2026, 12, 1))
    day = Period(date(2026, 11, 1), date(2026, 11, 2))
    new_york = start_of_day(date(2026, 11, 2), "America/New_York").astimezone(
        ZoneInfo("America/New_York")
    )
    assert new_york.hour == 0
    assert share_by_seconds(day, full, {}, "America/New_York") == Fraction(25, 30 * 24 + 1)
