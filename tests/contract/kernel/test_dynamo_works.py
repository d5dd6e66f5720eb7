"""DynamoDB keeps the promises of the unit of work: all or nothing, once, and never over a rival."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from umlauf.kernel.errors import Transient
from umlauf.kernel.money import Money
from umlauf.kernel.work import MAX_WRITES, AlreadyClaimed, Claim, StaleVersion, Work, carry_out
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.items import ClaimItem, EventItem, context_table
from umlauf_adapters.kernel.layouts import BadCursor, Layout

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Jar:
    KIND: ClassVar[str] = "jar"
    id: str
    content: Money
    rate: Decimal = Decimal("0.10")
    note: str | None = None
    version: int = 0


@dataclass(frozen=True)
class Filled:
    TYPE: ClassVar[str] = "jars.filled.v1"
    content: Money


# Any context's table will do; wallets has one index.
JARS = Layout(
    Jar,
    context_table("wallets"),
    key=lambda jar: (f"JAR#{jar.id}", "JAR"),
    gsi1=lambda jar: ("JARS", jar.id),
)


def _fill(work: Work, *, claim: str | None = None) -> Jar:
    jar = JARS.get("JAR#j", "JAR") or Jar("j", Money(0, "EUR"))
    filled = replace(jar, content=jar.content + Money(100, "EUR"))
    work.put(filled, Filled(filled.content))
    if claim:
        work.claim(Claim(claim, "fingerprint", {"cents": filled.content.amount_minor}))
    return filled


def _stored() -> tuple[Jar | None, list[str], int]:
    events = sorted(f"{item.pk}@{item.sk}" for item in EventItem.scan())
    return JARS.get("JAR#j", "JAR"), events, sum(1 for _ in ClaimItem.scan())


def test_aggregate_events_and_claim_are_written_together_and_read_back() -> None:
    carry_out(lambda work: _fill(work, claim="FILL#1"), works=DynamoWorks(), now=NOW)
    jar, events, claims = _stored()
    assert jar == Jar("j", Money(100, "EUR"), version=1)
    assert events == ["jar#j@0000000001.00"]
    assert claims == 1
    assert JARS.page("JARS", index="gsi1").items == [jar]


def test_a_replayed_command_changes_nothing_and_learns_the_first_answer() -> None:
    works = DynamoWorks()
    carry_out(lambda work: _fill(work, claim="FILL#1"), works=works, now=NOW)
    before = _stored()
    with pytest.raises(AlreadyClaimed) as refused:
        carry_out(lambda work: _fill(work, claim="FILL#1"), works=works, now=NOW)
    assert refused.value.claim == Claim("FILL#1", "fingerprint", {"cents": 100})
    assert works.claimed("FILL#1") == refused.value.claim
    assert works.claimed("FILL#2") is None
    assert _stored() == before


def test_the_writer_who_loaded_before_the_rival_wrote_is_refused_whole() -> None:
    works = DynamoWorks()
    late = Work(NOW)
    _fill(late, claim="FILL#late")
    carry_out(_fill, works=works, now=NOW)
    with pytest.raises(StaleVersion):
        works.commit(late)
    assert _stored() == (Jar("j", Money(100, "EUR"), version=1), ["jar#j@0000000001.00"], 0)


def test_a_taken_claim_tells_more_than_a_stale_version() -> None:
    works = DynamoWorks()
    late = Work(NOW)
    _fill(late, claim="FILL#1")
    carry_out(lambda work: _fill(work, claim="FILL#1"), works=works, now=NOW)
    with pytest.raises(AlreadyClaimed):
        works.commit(late)


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, bool], None]]:
    """Arrange that the nth call to DynamoDB breaks: before it is sent, or after it was done."""
    plan: dict[str, Any] = {"at": None, "lost": False, "calls": 0}
    real = BaseClient._make_api_call  # noqa: SLF001 - the one door all calls pass

    def broken(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        plan["calls"] += 1
        if plan["calls"] != plan["at"]:
            return real(self, operation, arguments)
        if plan["lost"]:
            real(self, operation, arguments)
        raise EndpointConnectionError(endpoint_url="http://dynamodb")

    monkeypatch.setattr(BaseClient, "_make_api_call", broken)

    def arrange(at: int, answer_lost: bool) -> None:  # noqa: FBT001 - read from a table
        plan.update(at=at, lost=answer_lost, calls=0)

    yield arrange
    plan["at"] = None


@pytest.mark.parametrize("answer_lost", [False, True], ids=["never sent", "answer lost"])
@pytest.mark.parametrize("call", [1, 2])
def test_a_commit_cut_off_at_any_call_leaves_all_or_nothing_and_a_rerun_ends_the_same(
    cut_off: Callable[[int, bool], None], call: int, *, answer_lost: bool
) -> None:
    works = DynamoWorks()

    def fill_once() -> None:
        carry_out(lambda work: _fill(work, claim="FILL#1"), works=works, now=NOW)

    cut_off(call, answer_lost)
    with pytest.raises(Transient):
        fill_once()
    jar, events, claims = _stored()
    assert (jar is None, len(events), claims) in {(True, 0, 0), (False, 1, 1)}
    try:
        fill_once()
    except AlreadyClaimed:
        assert answer_lost
    assert _stored() == (Jar("j", Money(100, "EUR"), version=1), ["jar#j@0000000001.00"], 1)


def test_more_writes_than_one_transaction_holds_are_our_mistake() -> None:
    work = Work(NOW)
    for n in range(MAX_WRITES + 1):
        work.put(Jar(f"j{n}", Money(0, "EUR")))
    with pytest.raises(ValueError, match="chunk"):
        DynamoWorks().commit(work)


def test_pages_follow_each_other_and_a_cursor_opens_only_its_own_list() -> None:
    work = Work(NOW)
    for n in range(7):
        work.put(Jar(f"j{n}", Money(0, "EUR")))
    DynamoWorks().commit(work)
    first = JARS.page("JARS", index="gsi1", limit=4)
    second = JARS.page("JARS", index="gsi1", limit=4, cursor=first.next_cursor)
    assert [jar.id for jar in (*first.items, *second.items)] == [f"j{n}" for n in range(7)]
    assert second.next_cursor is None
    for bad in ("nonsense", "eyJhIjoxfQ==", first.next_cursor or ""):
        with pytest.raises(BadCursor):
            JARS.page("OTHERS", index="gsi1", cursor=bad)
