"""In-memory stand-ins for the adapters: the same promises as DynamoDB's, in microseconds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from umlauf.kernel.events import Event
from umlauf.kernel.work import (
    Aggregate,
    AlreadyClaimed,
    Claim,
    StaleVersion,
    Work,
    carry_out,
)

T = TypeVar("T")


@dataclass
class MemoryStore:
    """Implements umlauf.kernel.work.Works and keeps what was committed.

    `before_commit` is called with each work, before it is judged: a test lets a rival write there.
    """

    aggregates: dict[tuple[type, str], Aggregate] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    commits: int = 0
    before_commit: Callable[[Work], None] | None = None

    def commit(self, work: Work) -> None:
        if self.before_commit is not None:
            hook, self.before_commit = self.before_commit, None
            hook(work)
        for claim in work.claims:
            if claim.key in self.claims:
                raise AlreadyClaimed(self.claims[claim.key])
        for aggregate in work.aggregates:
            stored = self.aggregates.get((type(aggregate), aggregate.id))
            if aggregate.version != (stored.version if stored else 0):
                raise StaleVersion(f"{aggregate.KIND} {aggregate.id} changed meanwhile")
        for aggregate in work.aggregates:
            changed = replace(cast("Any", aggregate), version=aggregate.version + 1)
            self.aggregates[type(aggregate), aggregate.id] = changed
            self.events.extend(work.events_of(aggregate))
        self.claims |= {claim.key: claim for claim in work.claims}
        self.commits += 1

    def claimed(self, key: str) -> Claim | None:
        return self.claims.get(key)

    def get(self, cls: type[T], id: str) -> T | None:  # noqa: A002 - reads like the ports do
        return cast("T | None", self.aggregates.get((cls, id)))

    def all(self, cls: type[T]) -> Iterator[T]:
        return (cast("T", item) for (of, _), item in self.aggregates.items() if of is cls)

    def run(self, decide: Callable[[Work], T], now: datetime) -> T:
        """Carry a decision out as an edge would."""
        return carry_out(decide, works=self, now=now)
