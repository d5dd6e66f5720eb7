"""Where subscriptions that fall due are found: one bucket a day, eight shards a bucket.

Days and shards spread the index's keys, and shards are what a billing run works on at once. Why
a day and not an hour: docs/decisions/0020.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from umlauf.kernel.calendar import require_aware
from umlauf.subscriptions.errors import BadDates

SHARDS: Final = 8
MAX_BUCKETS: Final = 366
_DAY: Final = timedelta(days=1)


def shard_of(customer_id: str) -> int:
    """The same for ever, on every machine. A customer's contracts may be billed together."""
    return sha256(customer_id.encode()).digest()[0] % SHARDS


def day_bucket(instant: datetime) -> str:
    """`2026-11-23`, in UTC."""
    return require_aware(instant).astimezone(UTC).date().isoformat()


def day_buckets(since: datetime, until: datetime) -> Iterator[str]:
    """Every bucket that may hold what fell due in `[since, until]`, oldest first."""
    day = require_aware(since).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(MAX_BUCKETS):
        if day > until:
            return
        yield day_bucket(day)
        day += _DAY
    raise BadDates(f"more than {MAX_BUCKETS} days back; bill in steps", field="since")
