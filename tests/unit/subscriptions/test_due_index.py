"""Where due subscriptions are found: every instant in one bucket, every id in one shard."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.kernel.calendar import NaiveInstant
from umlauf.kernel.identifiers import derive_id
from umlauf.subscriptions.due import SHARDS, day_bucket, day_buckets, shard_of
from umlauf.subscriptions.errors import BadDates

instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside


@given(since=instants, moment=instants, until=instants)
def test_what_fell_due_meanwhile_lies_in_a_listed_bucket(
    since: datetime, moment: datetime, until: datetime
) -> None:
    since, moment, until = sorted((since, moment, until))
    buckets = list(day_buckets(since, until))
    assert day_bucket(moment) in buckets
    assert buckets == sorted(set(buckets))
    assert len(buckets) <= (until - since) / timedelta(days=1) + 2


def test_a_bucket_is_a_day_of_utc_wherever_the_clock_hangs() -> None:
    berlin_summer = datetime(2026, 7, 1, 1, 59, tzinfo=timezone(timedelta(hours=2)))
    assert day_bucket(berlin_summer) == "2026-06-30"


def test_shards_share_the_work() -> None:
    counts = [0] * SHARDS
    for number in range(4_000):
        counts[shard_of(derive_id("cus", str(number)))] += 1
    assert min(counts) > 0.8 * 4_000 / SHARDS


def test_a_shard_is_for_ever() -> None:
    # An index written yesterday must be found tomorrow: this may never change.
    assert [shard_of(f"cus_{letter}") for letter in "abcdef"] == [0, 2, 2, 4, 3, 6]


def test_no_run_looks_back_for_ever() -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(BadDates):
        list(day_buckets(start, start + timedelta(days=3650)))
    with pytest.raises(NaiveInstant):
        day_bucket(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point
