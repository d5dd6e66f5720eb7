"""The law of usage events finds what is rated and was never told, and what was told and is lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

import pytest

from invariants.books import Books
from invariants.usage_events import events_are_rated_as_told
from tests.engine_world import EngineWorld
from tests.unit.billing.test_event_meters import DRILL, opened, plan_of
from umlauf.billing.charges import BilledCharge
from umlauf.subscriptions.model import Subscription
from umlauf.usage.usage_events import ReportedEvent, UsageEvent

TOLD_AT: Final = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)


def drilled() -> EngineWorld:
    """A contract that drilled ten minutes in January, billed and closed."""
    world = opened(plan_of(DRILL))
    world.tell("told", TOLD_AT, 10, id="e-1", name="eco")
    world.end(date(2026, 2, 1))
    world.run_until(date(2026, 3, 1))
    assert world.subscription.next_due_at is None
    return world


def event(event_id: str, quantity: int = 10, corrects: str | None = None) -> UsageEvent:
    reported = ReportedEvent(
        subscription_id="sub",
        event_id=event_id,
        meter="told",
        at=TOLD_AT,
        quantity=Decimal(quantity),
        name="eco",
        corrects=corrects,
    )
    recorded_at = TOLD_AT + timedelta(minutes=1)
    return UsageEvent(reported=reported, day=date(2026, 1, 10), recorded_at=recorded_at)


def broken(world: EngineWorld, *events: UsageEvent) -> list[str]:
    books = Books(
        {
            BilledCharge: list(world.billed),
            Subscription: [world.subscription],
            UsageEvent: list(events),
        }
    )
    return list(events_are_rated_as_told(books))


def test_what_was_told_and_billed_breaks_no_law() -> None:
    assert broken(drilled(), event("e-1")) == []
    assert broken(drilled(), event("e-1"), event("e-2"), event("e-3", corrects="e-2")) == []


@pytest.mark.parametrize(
    ("events", "says"),
    [
        pytest.param([], "neither rated nor open", id="rated and never told"),
        pytest.param([event("e-1"), event("e-2")], "neither rated nor open", id="told and lost"),
        pytest.param([event("e-1", 9)], "neither rated nor open", id="rated otherwise"),
        pytest.param(
            [event("e-1"), event("e-3", corrects="e-2")], "told False", id="a correction of nothing"
        ),
        pytest.param(
            [event("e-1"), event("e-2"), event("c", corrects="e-2"), event("d", corrects="e-2")],
            "cancelled 2 times",
            id="cancelled twice",
        ),
    ],
)
def test_a_broken_law_is_told(events: list[UsageEvent], says: str) -> None:
    assert any(says in violation for violation in broken(drilled(), *events))


def test_what_is_open_is_lost_only_once_nobody_will_look_again() -> None:
    world = drilled()
    world.subscription = replace(world.subscription, next_due_at=TOLD_AT, reason_not_due=None)
    assert broken(world, event("e-1"), event("e-2")) == []
