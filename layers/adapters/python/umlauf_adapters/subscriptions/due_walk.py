"""Every subscription that falls due within some days, page by page, without a scan.

The due index has partitions for each day, so a page walks the days in order until it is full, or
has read as many as one request may. Whoever has no next due date (settled from the wallet, awaiting
the return, over) is not in it: look for those by customer, plan or status.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from umlauf.kernel.work import Page
from umlauf.subscriptions.model import Subscription
from umlauf_adapters.kernel.layouts import BadCursor
from umlauf_adapters.kernel.spread_lists import Show, SpreadList
from umlauf_adapters.subscriptions.subscriptions import SUBSCRIPTIONS, due_partitions

MOST_DAYS: Final = 40
"""Read for one page: more than a month."""

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DueDays:
    """Half-open days, in UTC."""

    since: date
    until: date


def page_of_due(
    days: DueDays, show: Show[Subscription, Subscription], *, limit: int, cursor: str | None = None
) -> Page[Subscription]:
    """The wanted ones, earliest first; a page is short only where it is the last, or read enough.

    What moves in the index meanwhile may be missed or seen twice. Raises BadCursor.
    """
    place = _read_cursor(cursor, days) if cursor else _Place(days.since)
    found: list[Subscription] = []
    for _ in range(MOST_DAYS):
        if place.day >= days.until:
            return Page(found)
        is_full = len(found) == limit
        page = _of_day(place.day).page(
            show, limit=1 if is_full else limit - len(found), cursor=place.inner
        )
        if is_full and (page.items or page.next_cursor):
            break
        found.extend(page.items)
        if page.next_cursor:
            place = _Place(place.day, page.next_cursor)
            break
        place = _Place(place.day + _ONE_DAY)
    return Page(found, _write_cursor(place) if place.day < days.until else None)


def _of_day(day: date) -> SpreadList[Subscription]:
    partitions = due_partitions(day.isoformat())
    return SpreadList(SUBSCRIPTIONS, "gsi2", f"DUE#{day}", partitions, newest_first=False)


@dataclass(frozen=True, slots=True)
class _Place:
    day: date
    inner: str | None = None


def _write_cursor(place: _Place) -> str:
    text = json.dumps([place.day.isoformat(), place.inner], separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode()


def _read_cursor(cursor: str, days: DueDays) -> _Place:
    try:
        text, inner = json.loads(urlsafe_b64decode(cursor.encode()))
        day = date.fromisoformat(text)
        if days.since <= day < days.until and (inner is None or isinstance(inner, str)):
            return _Place(day, inner)
    except (ValueError, Base64Error, TypeError):
        pass
    raise BadCursor(
        "cursor must be a next_cursor of this list; leave it out to start", field="cursor"
    )
