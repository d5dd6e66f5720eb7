"""The journal and the debtors in DynamoDB."""

from collections.abc import Iterator, Sequence
from datetime import date

from umlauf.kernel.work import Page
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf_adapters.ledger.layouts import (
    DAY_SHARDS,
    DEBTORS,
    JOURNAL_ENTRIES,
    day_partition,
    debtor_partition,
    reference_partition,
)


class DynamoJournal:
    """Implements umlauf.ledger.ports.Journal."""

    def of_reference(self, reference: str) -> Sequence[JournalEntry]:
        return list(JOURNAL_ENTRIES.all(reference_partition(reference), prefix="ENTRY#"))

    def of_debtor(
        self, debtor_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[JournalEntry]:
        return JOURNAL_ENTRIES.page(
            debtor_partition(debtor_id), index="gsi1", limit=limit, cursor=cursor, newest_first=True
        )

    def of_day(self, day: date) -> Iterator[JournalEntry]:
        for shard in range(DAY_SHARDS):
            yield from JOURNAL_ENTRIES.all(day_partition(day, shard), index="gsi2")


class DynamoDebtors:
    """Implements umlauf.ledger.ports.Debtors."""

    def get(self, debtor_id: str) -> Debtor | None:
        return DEBTORS.get(debtor_partition(debtor_id), "DEBTOR")
