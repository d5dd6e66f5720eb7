"""The journal and the debtors in DynamoDB."""

from collections.abc import Iterator, Sequence
from datetime import date

from umlauf.kernel.work import Page
from umlauf.ledger.finding import JournalSearch
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf_adapters.kernel.spread_lists import Span, SpreadList
from umlauf_adapters.ledger.layouts import (
    DEBTORS,
    JOURNAL_ENTRIES,
    debtor_partition,
    journal_partitions,
    posted_on,
    reference_partition,
)


class DynamoJournal:
    """Implements umlauf.ledger.ports.Journal."""

    def of_reference(self, reference: str) -> Sequence[JournalEntry]:
        return list(JOURNAL_ENTRIES.all(reference_partition(reference), prefix="ENTRY#"))

    def of_day(self, day: date) -> Iterator[JournalEntry]:
        for partition in journal_partitions():
            yield from JOURNAL_ENTRIES.all(partition, index="gsi2", prefix=posted_on(day))


class DynamoJournalRegister:
    """Implements umlauf.ledger.ports.JournalRegister."""

    def find(
        self, search: JournalSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[JournalEntry]:
        if search.debtors == ():
            return Page([])
        journal = SpreadList(JOURNAL_ENTRIES, "gsi2", "JOURNAL", journal_partitions())
        if search.debtors is not None:
            accounts = tuple(debtor_partition(account) for account in search.debtors)
            journal = SpreadList(JOURNAL_ENTRIES, "gsi1", "+".join(accounts), accounts)
        return journal.page(
            lambda entries: [entry if search.is_met_by(entry) else None for entry in entries],
            span=Span.of_days(search.posted_from, search.posted_before),
            limit=limit,
            cursor=cursor,
        )


class DynamoDebtors:
    """Implements umlauf.ledger.ports.Debtors."""

    def get(self, debtor_id: str) -> Debtor | None:
        return DEBTORS.get(debtor_partition(debtor_id), "DEBTOR")
