"""The unit of work: what it collects, and how a decision is carried out against rivals."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from tests.fakes import MemoryStore
from umlauf.kernel.calendar import NaiveInstant
from umlauf.kernel.work import MAX_ATTEMPTS, AlreadyClaimed, Claim, StaleVersion, Work, carry_out

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Counter:
    KIND: ClassVar[str] = "counter"
    id: str
    value: int = 0
    version: int = 0


@dataclass(frozen=True)
class Counted:
    TYPE: ClassVar[str] = "counters.counted.v1"
    value: int


def _count_up(store: MemoryStore, work: Work) -> int:
    counter = store.get(Counter, "c") or Counter("c")
    counted = replace(counter, value=counter.value + 1)
    work.put(counted, Counted(counted.value))
    return counted.value


def test_of_two_racing_writers_the_loser_decides_anew() -> None:
    store = MemoryStore()
    store.before_commit = lambda _: store.commit(_work_of(store))
    assert store.run(lambda work: _count_up(store, work), NOW) == 2
    assert store.get(Counter, "c") == Counter("c", value=2, version=2)
    assert store.events == [Counted(1), Counted(2)]


def _work_of(store: MemoryStore) -> Work:
    work = Work(NOW)
    _count_up(store, work)
    return work


def test_who_always_loses_gives_up_after_a_bounded_number_of_attempts() -> None:
    attempts = []

    class AlwaysLate(MemoryStore):
        def commit(self, work: Work) -> None:
            attempts.append(work)
            raise StaleVersion("again")

    store = AlwaysLate()
    with pytest.raises(StaleVersion):
        carry_out(lambda work: _count_up(store, work), works=store, now=NOW)
    assert len(attempts) == MAX_ATTEMPTS


def test_a_claim_is_taken_once_and_what_was_decided_with_it_happens_once() -> None:
    store = MemoryStore()

    def decide(work: Work) -> None:
        _count_up(store, work)
        work.claim(Claim("COUNT#monday", answer={"status": 201}))

    store.run(decide, NOW)
    with pytest.raises(AlreadyClaimed) as refused:
        store.run(decide, NOW)
    assert refused.value.claim.answer == {"status": 201}
    assert store.get(Counter, "c") == Counter("c", value=1, version=1)


def test_an_empty_work_commits_nothing() -> None:
    store = MemoryStore()
    assert store.run(lambda _: "nothing to do", NOW) == "nothing to do"
    assert store.commits == 0


def test_the_later_state_of_one_aggregate_replaces_the_earlier_and_events_add_up() -> None:
    work = Work(NOW)
    work.put(Counter("c", 1), Counted(1))
    work.put(Counter("c", 2), Counted(2))
    assert work.aggregates == (Counter("c", 2),)
    assert work.events == (Counted(1), Counted(2))
    assert work.size == 3


def test_two_versions_of_one_aggregate_in_one_work_are_our_mistake() -> None:
    work = Work(NOW)
    work.put(Counter("c", version=1))
    with pytest.raises(ValueError, match="versions"):
        work.put(Counter("c", version=2))
    work.claim(Claim("once"))
    with pytest.raises(ValueError, match="twice"):
        work.claim(Claim("once"))


def test_a_work_needs_an_aware_instant() -> None:
    with pytest.raises(NaiveInstant):
        Work(datetime(2026, 9, 1))  # noqa: DTZ001 - that is the point
