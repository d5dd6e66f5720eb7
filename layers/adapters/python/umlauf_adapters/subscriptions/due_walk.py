"""Every subscription that falls due within some days, page by page, without a scan.

The due index has one partition for each day and shard, so a page walks partitions in order until
it is full, or has read as many as one request may. Whoever has no next due date (settled from the
wallet, awaiting the return, over) is not in it: look for those by customer.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from umlauf.kernel.work import Page
from umlauf.subscriptions.due import SHARDS
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf_adapters.kernel.layouts import BadCursor

MOST_PARTITIONS: Final = 64
"""Read for one page: eight days."""

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueDays:
    """Half-open days, in UTC."""

    since: date
    until: date

    def partition(self, number: int) -> tuple[date, int]:
        return self.since + timedelta(days=number // SHARDS), number % SHARDS

    @property
    def partitions(self) -> int:
        return max((self.until - self.since).days, 0) * SHARDS


def page_of_due(
    subscriptions: Subscriptions,
    days: DueDays,
    is_wanted: Callable[[Subscription], bool],
    *,
    limit: int,
    cursor: str | None = None,
) -> Page[Subscription]:
    """The wanted ones, earliest first; a page may hold fewer than `limit`, even none, and go on.

    What moves in the index meanwhile may be missed or seen twice. Raises BadCursor.
    """
    place = _read_cursor(cursor, days) if cursor else _Place(0)
    found: list[Subscription] = []
    for _ in range(MOST_PARTITIONS):
        if place.partition >= days.partitions:
            return Page(found)
        day, shard = days.partition(place.partition)
        page = subscriptions.list_due(
            day.isoformat(),
            shard,
            until=datetime.combine(day + _ONE_DAY, time(), UTC),
            limit=limit - len(found),
            cursor=place.inner,
        )
        found.extend(one for one in page.items if is_wanted(one))
        is_over = page.next_cursor is None
        place = (
            _Place(place.partition + 1) if is_over else _Place(place.partition, page.next_cursor)
        )
        if len(found) >= limit:
            break
    return Page(found, None if place.partition >= days.partitions else _write_cursor(place, days))


@dataclass(frozen=True, slots=True)
class _Place:
    partition: int
    inner: str | None = None


def _write_cursor(place: _Place, days: DueDays) -> str:
    day, shard = days.partition(place.partition)
    text = json.dumps([day.isoformat(), shard, place.inner], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode()


def _read_cursor(cursor: str, days: DueDays) -> _Place:
    try:
        day, shard, inner = json.loads(urlsafe_b64decode(cursor.encode()))
        ahead = (date.fromisoformat(day) - days.since).days
        number = ahead * SHARDS + shard
        is_place = 0 <= shard < SHARDS and 0 <= number < days.partitions
        if is_place and (inner is None or isinstance(inner, str)):
            return _Place(number, inner)
    except (ValueError, Base64Error, TypeError):
        pass
    raise BadCursor(
        "cursor must be a next_cursor of this list; leave it out to start", field="cursor"
    )
