"""A coupon for some periods takes off what it promises, however often it is paused meanwhile."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.engine_world import EngineWorld, flat_plan
from umlauf.catalog.coupons import Coupon
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import BeginPause
from umlauf.subscriptions.applying import with_coupon

START = date(2026, 1, 1)
END = date(2027, 6, 1)
CITY = flat_plan("city", 3_100)
THREE_TIMES = Coupon(id="three", name="Three off", amounts=(Money(310, "EUR"),), periods=3)
A_DAYS_WORTH = 310 // 28
ROUNDING = 6
"""One cent for each line that a pause cuts."""

Pauses = list[tuple[int, int]]
PAUSES = st.lists(st.tuples(st.integers(1, 45), st.integers(1, 70)), min_size=1, max_size=2)
"""Each: the days served before it, and its own."""


def total_with(pauses: Pauses, *, coupon: Coupon | None) -> int:
    world = EngineWorld.open([CITY], START)
    if coupon is not None:
        world.subscription = with_coupon(
            world.subscription, coupon, START, plan_of=world.plan_of, now=world.now
        )
    day = START
    for served, paused in pauses:
        day += timedelta(days=served)
        world.run_until(day)
        world.change(BeginPause(day + timedelta(days=paused)))
        day += timedelta(days=paused)
    world.run_until(END)
    return world.total.amount_minor


@given(pauses=PAUSES)
def test_a_pause_eats_nothing_of_a_coupon(pauses: Pauses) -> None:
    off = total_with(pauses, coupon=None) - total_with(pauses, coupon=THREE_TIMES)
    assert 3 * 310 - ROUNDING <= off <= 3 * 310 + 2 * A_DAYS_WORTH + ROUNDING


def test_a_period_that_is_paused_whole_is_no_period_of_a_coupon() -> None:
    february = [(31, 28)]
    assert total_with(february, coupon=None) - total_with(february, coupon=THREE_TIMES) == 930
