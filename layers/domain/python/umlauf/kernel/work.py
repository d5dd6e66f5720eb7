"""The unit of work: everything one decision changes, committed together or not at all.

This is the one write path. A use case loads aggregates through ports, decides, and tells a `Work`
what must happen: changed aggregates (each with the version it was loaded at), events, and claims. A
`Works` adapter commits it as ONE transaction. So a command that is repeated meets its claim, of two
racing writers one gets `StaleVersion` and decides again, and a commit that is cut off leaves all or
nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

from umlauf.kernel.calendar import require_aware
from umlauf.kernel.errors import Conflict
from umlauf.kernel.events import Event

MAX_WRITES: Final = 100
"""DynamoDB's limit for one TransactWriteItems. A larger composition uses claim → chunks → seal."""

MAX_ATTEMPTS: Final = 5
"""How often a decision that lost a race is made anew."""

T = TypeVar("T")


class Aggregate(Protocol):
    """A frozen dataclass that is stored whole.

    `version` is 0 until it is first stored, then counts the writes. A class of which each is
    written as more than one item says so: `ITEMS`.
    """

    KIND: ClassVar[str]

    @property
    def id(self) -> str: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `next_cursor` is opaque and None on the last page."""

    items: Sequence[T]
    next_cursor: str | None = None


class StaleVersion(Conflict):
    """Somebody else wrote first. Reload and decide again (`carry_out` does)."""

    code = "work.stale_version"


class AlreadyClaimed(Conflict):
    """The business identity was claimed before.

    The act is done already. For most callers that is a success.
    """

    code = "work.already_claimed"

    def __init__(self, claim: "Claim") -> None:
        super().__init__(f"{claim.key} is done already")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do something once, named by business identity.

    `key` is what must not happen twice, e.g. `CHARGE#<subscription>#<item>#<version>#<period
    start>`. `fingerprint` and `answer` let a repeated command be told from another command under
    the same key, and be answered as before. Without `expires_at` (UTC) a claim lasts for ever;
    money claims always do.
    """

    key: str
    fingerprint: str = ""
    answer: Mapping[str, Any] | None = None
    expires_at: datetime | None = None


class Work:
    """Collects what one decision changes. Nothing is written until a `Works` commits it."""

    def __init__(self, now: datetime) -> None:
        self.now = require_aware(now)
        self._aggregates: dict[tuple[str, str], Aggregate] = {}
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._claims: dict[str, Claim] = {}

    def put(self, aggregate: Aggregate, *events: Event) -> None:
        """Store `aggregate` if its stored version is still `aggregate.version` (0: none yet).

        Put again, the later state replaces the earlier one of this work; events add up in order.
        """
        key = (aggregate.KIND, aggregate.id)
        earlier = self._aggregates.get(key)
        if earlier is not None and earlier.version != aggregate.version:
            raise ValueError(f"{key} was put at versions {earlier.version} and {aggregate.version}")
        self._aggregates[key] = aggregate
        self._events.setdefault(key, []).extend(events)

    def claim(self, claim: Claim) -> None:
        """Do all this only if nobody claimed the same before."""
        if claim.key in self._claims:
            raise ValueError(f"{claim.key} is claimed twice in one work")
        self._claims[claim.key] = claim

    @property
    def aggregates(self) -> tuple[Aggregate, ...]:
        return tuple(self._aggregates.values())

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(self._claims.values())

    def events_of(self, aggregate: Aggregate) -> tuple[Event, ...]:
        return tuple(self._events.get((aggregate.KIND, aggregate.id), ()))

    @property
    def events(self) -> tuple[Event, ...]:
        """All events, in the order of their aggregates."""
        return tuple(event for events in self._events.values() for event in events)

    @property
    def is_empty(self) -> bool:
        return not self._aggregates and not self._claims

    @property
    def size(self) -> int:
        """How many items the commit writes: aggregates, claims and events."""
        aggregates = sum(getattr(type(one), "ITEMS", 1) for one in self.aggregates)
        return aggregates + len(self._claims) + len(self.events)


class Works(Protocol):
    """Commits a work as one transaction."""

    def commit(self, work: Work) -> None:
        """Write all or nothing.

        Raises AlreadyClaimed (with the stored claim) if a claim was taken, even when a version is
        stale as well; StaleVersion if an aggregate changed meanwhile; Transient when the outcome is
        unknown or capacity is short: committing the same work again is safe then.
        """

    def claimed(self, key: str) -> Claim | None:
        """The stored claim, read consistently."""


def carry_out(decide: Callable[[Work], T], *, works: Works, now: datetime) -> T:
    """Decide and commit; a decision that lost a race is made anew, at most MAX_ATTEMPTS times.

    `decide` must load what it needs itself, each time. An empty work commits nothing.
    AlreadyClaimed reaches the caller, who knows whether a repetition is a success.
    """
    for attempt in range(1, MAX_ATTEMPTS + 1):
        work = Work(now)
        result = decide(work)
        if work.is_empty:
            return result
        try:
            works.commit(work)
        except StaleVersion:
            if attempt == MAX_ATTEMPTS:
                raise
        else:
            return result
    raise AssertionError("unreachable: the last attempt returns or raises")
