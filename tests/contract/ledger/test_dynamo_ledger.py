"""The ledger's repositories: entries by reference, by debtor and by day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf.ledger.finding import JournalSearch
from umlauf.ledger.model import Debtor, JournalEntry, Posting, Side
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.ledger.journal import DynamoDebtors, DynamoJournal, DynamoJournalRegister

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
DAY = date(2026, 10, 1)
TEN = Money(1000, "EUR")
JOURNAL, DEBTORS = DynamoJournal(), DynamoDebtors()


def store(*aggregates: Any) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)
    DynamoWorks().commit(work)


def entry(number: int, *, day: date = DAY, debtor: str | None = "10001") -> JournalEntry:
    return JournalEntry(
        id=f"jnl_{number}",
        legal_entity="umlauf-de",
        source_event_id=f"invoice#inv_{number}:1.0",
        source_type="billing.invoice_issued.v1",
        reference=f"inv_{number}",
        text="Invoice",
        posted_on=day,
        recorded_at=NOW,
        postings=(Posting("1200", Side.DEBIT, TEN), Posting("4400", Side.CREDIT, TEN)),
        debtor=debtor,
    )


def test_entries_are_found_by_reference_and_day() -> None:
    first, second = entry(1), entry(2, day=date(2026, 10, 2))
    prepaid = entry(3, debtor=None)
    store(first, second, prepaid)
    assert JOURNAL.of_reference("inv_1") == [replace(first, version=1)]
    assert {one.id for one in JOURNAL.of_day(DAY)} == {"jnl_1", "jnl_3"}
    assert JOURNAL.of_reference("inv_x") == []


def test_a_posted_entry_cannot_be_written_again() -> None:
    store(entry(1))
    with pytest.raises(StaleVersion):
        store(replace(entry(1), text="something else"))


def test_a_debtor_comes_back_with_a_balance_for_each_currency() -> None:
    debtor = Debtor("umlauf-de", "10001", "cus_1").moved([TEN, Money(5, "USD"), TEN])
    store(debtor)
    assert DEBTORS.get("umlauf-de.10001") == replace(debtor, version=1)
    assert debtor.balances == (Money(2000, "EUR"), Money(5, "USD"))
    assert DEBTORS.get("umlauf-nl.10001") is None


def test_of_two_who_open_one_account_number_the_second_is_refused() -> None:
    store(Debtor("umlauf-de", "10001", "cus_1"))
    with pytest.raises(StaleVersion):
        store(Debtor("umlauf-de", "10001", "cus_2"))


@pytest.fixture
def journal(tables: None) -> list[JournalEntry]:
    """Two a day on three debtors of two companies, every 5th on none; the newest first."""
    entries = []
    for number in range(20):
        made = entry(
            number,
            day=DAY + timedelta(days=number // 2),
            debtor=None if number % 5 == 0 else f"1000{number % 3}",
        )
        account = "4400" if number % 4 else "3500"
        entries.append(
            replace(
                made,
                legal_entity="umlauf-nl" if number % 2 else "umlauf-de",
                postings=(made.postings[0], replace(made.postings[1], account=account)),
            )
        )
    store(*entries)
    in_order = sorted(entries, key=lambda one: (one.posted_on, one.id), reverse=True)
    return [replace(one, version=1) for one in in_order]


@pytest.mark.parametrize("limit", [3, 50])
@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"debtors": ("umlauf-de.10001",)},
        {"debtors": ("umlauf-de.10001", "umlauf-nl.10001")},
        {"debtors": ()},
        {"legal_entity": "umlauf-nl"},
        {"account": "3500"},
        {"posted_from": DAY + timedelta(days=2)},
        {"posted_before": DAY + timedelta(days=2)},
        {
            "debtors": ("umlauf-nl.10001", "umlauf-nl.10002"),
            "account": "4400",
            "posted_from": DAY + timedelta(days=1),
            "posted_before": DAY + timedelta(days=9),
        },
    ],
    ids=str,
)
def test_the_journal_is_listed_by_any_combination(
    journal: list[JournalEntry], wishes: dict[str, Any], limit: int
) -> None:
    search = JournalSearch(**wishes)
    found: list[JournalEntry] = []
    cursor = None
    for _ in range(len(journal) + 1):
        page = DynamoJournalRegister().find(search, limit=limit, cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.items) == limit
    assert found == [one for one in journal if search.is_met_by(one)]
    assert found or wishes == {"debtors": ()}
