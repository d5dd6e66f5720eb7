"""The same story on two fresh platforms is the same, event by event."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.story import OPENING, Story
from demo.trips import read_rides, sample_bikes
from tests.scenarios.conftest import running_platform

pytestmark = pytest.mark.local

BIKES = 4  # by card, by direct debit, by card, prepaid
THE_FIRST_DAYS = datetime(2026, 9, 3, tzinfo=UTC)


class Silence:
    """A Progress for nobody."""

    def scene(self, title: str, steps: int) -> None:
        pass

    def step(self, note: str = "") -> None:
        pass


def event_log_of_one_run(state_dir: Path) -> list[dict[str, Any]]:
    rides = read_rides()
    bikes = sample_bikes(rides, BIKES)
    with running_platform(state_dir, start=OPENING) as platform:
        story = Story(
            platform, [one for one in rides if one.ends_at < THE_FIRST_DAYS], bikes, Silence()
        )
        story.open_shop()
        story.sign_up()
        story.hand_over()
        story.ride()
        platform.cloud.advance(timedelta(days=3))
        story.close()
        return platform.cloud.events.all()


def test_the_same_story_twice_gives_the_same_event_log(tmp_path: Path) -> None:
    one = event_log_of_one_run(tmp_path / "one")
    other = event_log_of_one_run(tmp_path / "other")
    assert {event["type"] for event in one} >= {
        "billing.invoice_issued.v1",
        "payments.payment_processing.v1",
        "wallets.session_settled.v1",
        "ledger.entry_posted.v1",
    }
    assert [event["id"] for event in one] == [event["id"] for event in other]
    assert one == other
