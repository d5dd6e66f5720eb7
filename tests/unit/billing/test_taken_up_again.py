"""A contract that ended and goes on: the time between is free, and nothing is charged twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine_world import EngineWorld, flat_plan, price
from umlauf.catalog.model import OneOffFee, Terms
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import BeginPause, ChangeQuantity
from umlauf.subscriptions.ending import cancelled
from umlauf.subscriptions.errors import NotEnded
from umlauf.subscriptions.lifecycle import reactivated
from umlauf.subscriptions.model import Status
from umlauf.subscriptions.withdrawing import withdrawn

START = date(2026, 1, 1)
SET_UP = OneOffFee(id="set-up", name="Set up", prices=price(700))
FREE_TO_GO = replace(flat_plan("city", 3_000), terms=Terms(ends_with_period=False))
CITY = replace(FREE_TO_GO, items=(*FREE_TO_GO.items, SET_UP))
ONE_DAY = timedelta(days=1)

End = Callable[[EngineWorld, date], None]


def by_notice(world: EngineWorld, ends_on: date) -> None:
    world.subscription = cancelled(world.subscription, ends_on, world.now)


def for_cause(world: EngineWorld, ends_on: date) -> None:
    world.end(ends_on)


def in_an_open_pause(world: EngineWorld, ends_on: date) -> None:
    world.change(BeginPause(), min(world.today + ONE_DAY, ends_on - ONE_DAY))
    world.end(ends_on)


def with_changes_ahead(world: EngineWorld, ends_on: date) -> None:
    world.change(ChangeQuantity(3), world.today)
    world.change(ChangeQuantity(1), world.today)
    world.end(ends_on)


ENDS = [by_notice, for_cause, in_an_open_pause, with_changes_ahead]


def ended(end: End, served: int, *, notice_days: int) -> EngineWorld:
    """Told some days before its end, billed to it."""
    world = EngineWorld.open([CITY], START)
    ends_on = START + timedelta(days=served)
    world.run_until(max(START, ends_on - timedelta(days=notice_days)))
    end(world, ends_on)
    world.run_until(ends_on)
    assert world.subscription.status is Status.ENDED
    return world


def taken_up_again(world: EngineWorld, gap: int) -> date:
    day = world.today + timedelta(days=gap)
    world.run_until(day)
    world.subscription = reactivated(world.subscription, CITY, world.now)
    return day


@given(
    end=st.sampled_from(ENDS),
    served=st.integers(3, 80),
    notice_days=st.integers(2, 20),
    gap=st.integers(0, 70),
    more=st.integers(0, 90),
)
def test_gone_on_with_it_costs_what_a_new_one_would_but_for_what_is_charged_once(
    end: End, served: int, notice_days: int, gap: int, more: int
) -> None:
    world = ended(end, served, notice_days=notice_days)
    before = world.total
    day = taken_up_again(world, gap)
    world.run_until(day + timedelta(days=more))

    fresh = EngineWorld.open([FREE_TO_GO], day)
    fresh.run_until(day + timedelta(days=more))
    assert world.total - before == fresh.total
    assert len([line for line in world.lines if line.item == "set-up"]) == 1


@pytest.mark.parametrize("end", ENDS)
def test_it_can_end_and_go_on_again_and_again(end: End) -> None:
    world = ended(end, 20, notice_days=5)
    for _ in range(3):
        day = taken_up_again(world, 10)
        world.run_until(day)
        end(world, day + timedelta(days=15))
        world.run_until(day + timedelta(days=15))
        assert world.subscription.status is Status.ENDED
    paused = [pause for pause in world.subscription.pauses if pause.ends_on is None]
    assert paused in ([], [world.subscription.pauses[-1]])
    assert world.total >= Money(700, "EUR")


def test_what_was_undone_is_ordered_anew() -> None:
    undone = EngineWorld.open([CITY], START)
    undone.bill()
    undone.void()
    undone.bill()
    off = EngineWorld.open([CITY], START)
    off.bill()
    off.subscription = withdrawn(off.subscription, CITY, off.now, country="DE")
    off.bill()
    running = EngineWorld.open([CITY], START)
    for world, status in (
        (undone, Status.VOIDED),
        (off, Status.WITHDRAWN),
        (running, Status.ACTIVE),
    ):
        assert world.subscription.status is status
        with pytest.raises(NotEnded, match="only an ended one"):
            reactivated(world.subscription, CITY, world.now)
