"""Where aggregates lie: under which keys of which table a class is stored, and how to read it back.

Repositories are built from layouts and speak domain; the one writer (`dynamo_works`) finds the
layout by class.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar, cast

from umlauf.kernel.errors import InvalidInput, UmlaufError
from umlauf.kernel.work import Page
from umlauf_adapters.kernel.documents import decode, encode
from umlauf_adapters.kernel.faults import transient_faults
from umlauf_adapters.kernel.items import ContextItem

T = TypeVar("T")
Key = tuple[str, str]
Index = Literal["gsi1", "gsi2"]
MAX_PAGE: Final = 100
MAX_ITEMS_IN_ALL: Final = 10_000

_layouts: dict[type, "Layout[Any]"] = {}


class BadCursor(InvalidInput):
    code = "page.bad_cursor"


@dataclass(frozen=True)
class Layout(Generic[T]):
    """How aggregates of one class are stored.

    `key` gives (pk, sk); `gsi1` and `gsi2` the sparse index keys, None to stay out of the index;
    `expires_at` the instant after which DynamoDB may delete the item. `also` makes a second item of
    the same aggregate, written with it, by which it is found in further indexes; its class then
    says `ITEMS = 2`. Making a layout registers it for the writer.
    """

    cls: type[T]
    table: type[ContextItem]
    key: Callable[[T], Key]
    gsi1: Callable[[T], Key | None] | None = None
    gsi2: Callable[[T], Key | None] | None = None
    expires_at: Callable[[T], datetime | None] | None = None
    also: Callable[[T], ContextItem] | None = None

    def __post_init__(self) -> None:
        _layouts[self.cls] = cast("Layout[Any]", self)

    def to_item(self, aggregate: T) -> ContextItem:
        """The item of the next version. The version itself is not part of the body."""
        pk, sk = self.key(aggregate)
        body = encode(aggregate)
        version = body.pop("version") + 1
        item = self.table(pk, sk, kind=cast("Any", self.cls).KIND, version=version, body=body)
        if self.gsi1 and (first := self.gsi1(aggregate)):
            item.gsi1pk, item.gsi1sk = first
        if self.gsi2 and (second := self.gsi2(aggregate)):
            item.gsi2pk, item.gsi2sk = second
        if self.expires_at and (instant := self.expires_at(aggregate)):
            item.expires_at = int(instant.timestamp())
        return item

    def from_item(self, item: ContextItem) -> T:
        return decode(self.cls, {**item.body, "version": int(item.version)})

    def get(self, pk: str, sk: str) -> T | None:
        """Read one, consistently."""
        with transient_faults():
            try:
                return self.from_item(self.table.get(pk, sk, consistent_read=True))
            except self.table.DoesNotExist:
                return None

    def get_many(self, keys: Iterable[Key]) -> list[T]:
        """Read those of the keys that exist, consistently and in no order, a hundred a call."""
        with transient_faults():
            found = self.table.batch_get(list(dict.fromkeys(keys)), consistent_read=True)
            return [self.from_item(item) for item in found]

    def page(  # noqa: PLR0913 - a query has this many sides
        self,
        pk: str,
        *,
        index: Index | None = None,
        prefix: str = "",
        up_to: str | None = None,
        between: tuple[str, str] | None = None,
        limit: int = MAX_PAGE,
        cursor: str | None = None,
        newest_first: bool = False,
        on_unreadable: Callable[[ContextItem], None] | None = None,
    ) -> Page[T]:
        """One page of a partition in key order; of the table consistent, of an index eventually.

        `prefix` narrows by sort key; `up_to` takes the sort keys up to and including it, `between`
        those from the first to the second, both included. What cannot be read stops the page,
        unless `on_unreadable` takes the item. Raises BadCursor, UnreadableDocument.
        """
        model = cast("Any", self.table)
        source = getattr(model, index) if index else model
        sort_key = getattr(self.table, f"{index}sk" if index else "sk")
        condition = None
        if up_to is not None:
            condition = sort_key <= up_to
        elif between is not None:
            condition = sort_key.between(*between)
        elif prefix:
            condition = sort_key.startswith(prefix)
        with transient_faults():
            found = source.query(
                pk,
                range_key_condition=condition,
                limit=min(limit, MAX_PAGE),
                page_size=min(limit, MAX_PAGE),
                last_evaluated_key=_read_cursor(cursor, pk, index) if cursor else None,
                scan_index_forward=not newest_first,
                consistent_read=index is None,
            )
            items = list(self._read(found, on_unreadable))
            return Page(items, _write_cursor(found.last_evaluated_key, pk))

    def _read(
        self, found: Iterable[Any], on_unreadable: Callable[[ContextItem], None] | None
    ) -> Iterator[T]:
        for item in found:
            if item.kind != self.kind:
                continue
            try:
                yield self.from_item(item)
            except (ArithmeticError, TypeError, ValueError, UmlaufError):
                if on_unreadable is None:
                    raise
                on_unreadable(item)

    def all(
        self,
        pk: str,
        *,
        index: Index | None = None,
        prefix: str = "",
        between: tuple[str, str] | None = None,
    ) -> Iterator[T]:
        """Every aggregate of a partition, page by page; refuses to run past MAX_ITEMS_IN_ALL."""
        cursor: str | None = None
        for _ in range(MAX_ITEMS_IN_ALL // MAX_PAGE):
            page = self.page(pk, index=index, prefix=prefix, between=between, cursor=cursor)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return
        raise RuntimeError(f"{pk} holds more than {MAX_ITEMS_IN_ALL} items")

    def scan(self) -> Iterator[T]:
        """Every aggregate of the class: for exports and invariant checks only."""
        with transient_faults():
            for item in self.table.scan(consistent_read=True):
                if item.kind == self.kind:
                    yield self.from_item(item)

    @property
    def kind(self) -> str:
        return str(cast("Any", self.cls).KIND)


def layout_of(cls: type[T]) -> Layout[T]:
    """The layout a class was registered with. Raises LookupError: its adapter was not imported."""
    try:
        return cast("Layout[T]", _layouts[cls])
    except KeyError:
        raise LookupError(f"no layout for {cls.__name__}; import its adapter") from None


def read_all(*classes: type) -> dict[type, list[Any]]:
    """Every stored aggregate of these classes: for exports and invariant checks only.

    Each table is scanned once, however many of the classes lie in it.
    """
    found: dict[type, list[Any]] = {cls: [] for cls in classes}
    by_table: dict[type[ContextItem], dict[str, Layout[Any]]] = {}
    for cls in classes:
        known: Layout[Any] = layout_of(cls)
        by_table.setdefault(known.table, {})[known.kind] = known
    with transient_faults():
        for table, layouts in by_table.items():
            for item in table.scan(consistent_read=True):
                if layout := layouts.get(item.kind):
                    found[layout.cls].append(layout.from_item(item))
    return found


def stored(aggregate: T) -> T:
    """The aggregate as it stands after its work was committed: one version on."""
    changing = cast("Any", aggregate)
    return cast("T", replace(changing, version=changing.version + 1))


def _write_cursor(last_key: dict[str, Any] | None, pk: str) -> str | None:
    if not last_key:
        return None
    return urlsafe_b64encode(json.dumps([pk, last_key], separators=(",", ":")).encode()).decode()


def _read_cursor(cursor: str, pk: str, index: Index | None) -> dict[str, Any]:
    """A cursor only opens the list it came from: its partition is part of it.

    Whatever else a forger puts in, DynamoDB gets a key of the right shape in the right partition.
    """
    try:
        of_pk, last_key = json.loads(urlsafe_b64decode(cursor.encode()))
        names = {"pk", "sk"} | ({f"{index}pk", f"{index}sk"} if index else set())
        is_a_key = last_key.keys() == names and all(_is_text(part) for part in last_key.values())
        if of_pk == pk and is_a_key and last_key[f"{index or ''}pk"]["S"] == pk:
            return cast("dict[str, Any]", last_key)
    except (ValueError, Base64Error, TypeError, AttributeError):
        pass
    raise BadCursor(
        "cursor must be a next_cursor of this list; leave it out to start", field="cursor"
    )


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.keys() == {"S"} and isinstance(part["S"], str)
