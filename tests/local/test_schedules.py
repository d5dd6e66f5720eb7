"""Schedules keep local time: what the clocks skip does not fire, what they repeat fires once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.schedules import NextLocal, next_in_zone

BERLIN = ZoneInfo("Europe/Berlin")
YEAR_START = datetime(2026, 1, 1, tzinfo=UTC)


def daily(hour: int, minute: int) -> NextLocal:
    def find(after: datetime) -> datetime:
        candidate = after.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return candidate if candidate > after else candidate + timedelta(days=1)

    return find


@pytest.mark.parametrize(
    ("at", "after", "expected"),
    [
        pytest.param((2, 30), "2026-03-28T01:30Z", "2026-03-30T00:30Z", id="skipped in spring"),
        pytest.param((3, 0), "2026-03-28T02:00Z", "2026-03-29T01:00Z", id="first minute after"),
        pytest.param((2, 30), "2026-10-24T01:00Z", "2026-10-25T00:30Z", id="first of the repeated"),
        pytest.param((2, 30), "2026-10-25T00:30Z", "2026-10-26T01:30Z", id="repeated only once"),
        pytest.param((12, 0), "2026-03-28T11:00Z", "2026-03-29T10:00Z", id="noon moves in UTC"),
    ],
)
def test_a_daily_schedule_follows_the_clocks(
    at: tuple[int, int], after: str, expected: str
) -> None:
    found = next_in_zone(daily(*at), datetime.fromisoformat(after).timestamp(), BERLIN)
    assert found == datetime.fromisoformat(expected).timestamp()


@given(
    st.integers(0, 730 * 86400).map(lambda seconds: YEAR_START + timedelta(seconds=seconds)),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_a_daily_schedule_always_fires_later_at_its_own_local_time(
    after: datetime, hour: int, minute: int
) -> None:
    found = next_in_zone(daily(hour, minute), after.timestamp(), BERLIN)
    assert found is not None
    local = datetime.fromtimestamp(found, BERLIN)
    assert (local.hour, local.minute) == (hour, minute)
    assert 0 < found - after.timestamp() <= 49 * 3600
