"""Where subscriptions that fall due are found: one bucket an hour, eight shards a bucket.

Hours and shards spread the index's keys, and shards are what a billing run works on at once.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from umlauf.kernel.calendar import require_aware
from umlauf.subscriptions.errors import BadDates

SHARDS: Final = 8
MAX_BUCKETS: Final = 24 * 366
_HOUR: Final = timedelta(hours=1)


def shard_of(subscription_id: str) -> int:
    """The same for ever, on every machine."""
    return sha256(subscription_id.encode()).digest()[0] % SHARDS


def hour_bucket(instant: datetime) -> str:
    """`2026-11-23T06`, in UTC."""
    return require_aware(instant).astimezone(UTC).strftime("%Y-%m-%dT%H")


def hour_buckets(since: datetime, until: datetime) -> Iterator[str]:
    """Every bucket that may hold what fell due in `[since, until]`, oldest first."""
    hour = require_aware(since).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for _ in range(MAX_BUCKETS):
        if hour > until:
            return
        yield hour_bucket(hour)
        hour += _HOUR
    raise BadDates(f"more than {MAX_BUCKETS} hours back; bill in steps", field="since")
