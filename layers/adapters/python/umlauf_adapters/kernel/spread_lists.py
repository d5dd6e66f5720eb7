"""Lists that lie in several partitions and are read as one, filtered, a page at a time.

Writers are spread over shards, so a list is many partitions with one order: their sort keys'. A
page merges them, asks of each row what it shows, and goes on until it is full, the list is over,
or it has looked at as many rows as one request may: only then can it be short, and `next_cursor`
says that there is more. A cursor is the sort key of the last row that was looked at, so it stays
good whatever is added or removed meanwhile, and opens no other list.
"""

import heapq
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

from umlauf.kernel.work import Page
from umlauf_adapters.kernel.layouts import MAX_PAGE, BadCursor, Index, Layout

T = TypeVar("T")
R = TypeVar("R")

Show = Callable[[Sequence[T]], Sequence[R | None]]
"""What each of some rows shows, in their order; None for one that is not wanted."""

MOST_ROWS: Final = 2_000
"""Looked at for one page."""

LOWEST: Final = "!"
HIGHEST: Final = "~"
"""Before and after every sort key of a list."""

_SPARE: Final = 4
_AS_THEY_ARE: Final = "cursor must be a next_cursor of this list; leave it out to start"


@dataclass(frozen=True, slots=True)
class Span:
    """Sort keys from `low` to `high`; a day's name stands before all that is of the day."""

    low: str = LOWEST
    high: str = HIGHEST

    @classmethod
    def of_days(cls, first: object | None, before: object | None) -> "Span":
        """Half-open days, open where None is given."""
        low = LOWEST if first is None else f"{first}"
        return cls(low, HIGHEST if before is None else f"{before}")


@dataclass(frozen=True, slots=True)
class SpreadList(Generic[T]):
    """The partitions that hold one list, and under which name cursors know it."""

    layout: Layout[T]
    index: Index
    name: str
    partitions: tuple[str, ...]
    newest_first: bool = True
    most_rows: int = MOST_ROWS

    def page(
        self, show: Show[T, R], *, span: Span | None = None, limit: int, cursor: str | None = None
    ) -> Page[R]:
        """The next rows that show something. Raises BadCursor."""
        place = None if cursor is None else self._read(cursor)
        rows = self._rows(self._rest(span or Span(), place), place, limit)
        found: list[R] = []
        looked_at = place
        for chunk in _chunks(islice(rows, self.most_rows), limit + 1):
            for row, shown in zip(chunk, show(chunk), strict=True):
                if shown is not None and len(found) == limit:
                    return Page(found, self._write(looked_at))
                if shown is not None:
                    found.append(shown)
                looked_at = self._sort_key(row)
        is_over = next(rows, None) is None
        return Page(found, None if is_over else self._write(looked_at))

    def _rest(self, span: Span, place: str | None) -> Span:
        """What of a span lies behind a place."""
        if place is None:
            return span
        if self.newest_first:
            return Span(span.low, min(span.high, place))
        return Span(max(span.low, place), span.high)

    def _rows(self, span: Span, place: str | None, limit: int) -> Iterator[T]:
        """All partitions as one, without the row that a cursor names."""
        if span.low > span.high:
            return iter(())
        first_page = (limit + 1) // len(self.partitions) + _SPARE
        streams = [self._partition(pk, span, first_page) for pk in self.partitions]
        merged = heapq.merge(*streams, key=self._sort_key, reverse=self.newest_first)
        return (row for row in merged if self._sort_key(row) != place)

    def _partition(self, pk: str, span: Span, first_page: int) -> Iterator[T]:
        """Read as far as it is wanted, in pages that grow: whoever wants a little reads a little.

        Every page is of rows, so there are never more pages than rows that are looked at.
        """
        size, cursor = min(first_page, MAX_PAGE), None
        for _ in range(self.most_rows):
            page = self.layout.page(
                pk,
                index=self.index,
                between=(span.low, span.high),
                limit=size,
                cursor=cursor,
                newest_first=self.newest_first,
            )
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
            size = min(2 * size, MAX_PAGE)

    def _sort_key(self, row: T) -> str:
        keys = self.layout.gsi1 if self.index == "gsi1" else self.layout.gsi2
        key = keys(row) if keys else None
        if key is None:
            raise AssertionError(f"a {self.layout.kind} that is in {self.index} has no key there")
        return key[1]

    def _write(self, place: str | None) -> str:
        return urlsafe_b64encode(json.dumps([self.name, place]).encode()).decode()

    def _read(self, cursor: str) -> str:
        try:
            name, place = json.loads(urlsafe_b64decode(cursor.encode()))
        except (ValueError, Base64Error, TypeError):
            name, place = None, None
        if name == self.name and isinstance(place, str) and LOWEST <= place <= HIGHEST:
            return place
        raise BadCursor(_AS_THEY_ARE, field="cursor")


def _chunks(rows: Iterator[T], first: int) -> Iterator[list[T]]:
    """As many as a page wants, then by the hundred, as many as one read of others takes."""
    size = first
    while chunk := list(islice(rows, size)):
        yield chunk
        size = MAX_PAGE
