"""Post what happened, once per event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from umlauf.billing.terms import ENTITIES, LegalEntity
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Claim, Work
from umlauf.ledger.books import books_for
from umlauf.ledger.coding import code
from umlauf.ledger.events import EntryPosted
from umlauf.ledger.facts import Fact
from umlauf.ledger.model import JournalEntry, movements_on
from umlauf.ledger.ports import Debtors
from umlauf.ledger.use_cases.find_debtor import find_debtor


@dataclass(frozen=True, slots=True)
class Notice:
    """An event as the ledger is told of it."""

    event_id: str
    type: str
    occurred_at: datetime
    fact: Fact


def post_journal(
    notice: Notice,
    *,
    work: Work,
    debtors: Debtors,
    entities: Sequence[LegalEntity] = ENTITIES,
) -> JournalEntry | None:
    """Post the entry of an event in the books it belongs in; None if it moves nothing.

    Posted before, the claim says so. Raises NoBooks, NoChart, NoAccount, NoDebtorAccountLeft.
    """
    books = books_for(notice.fact, entities)
    coding = code(notice.fact, notice.occurred_at, books)
    if not coding.postings:
        return None

    control = books.chart.debtors.number
    movements = tuple(movements_on(control, coding.postings))
    debtor = None
    if movements:
        debtor = find_debtor(coding.customer_id, books=books, debtors=debtors)
        work.put(debtor.moved(movements))
    entry = JournalEntry(
        id=derive_id("jnl", notice.event_id),
        legal_entity=books.legal_entity,
        source_event_id=notice.event_id,
        source_type=notice.type,
        reference=coding.reference,
        text=coding.text,
        posted_on=coding.posted_on,
        recorded_at=work.now,
        postings=coding.postings,
        debtor=debtor.number if debtor else None,
    )
    work.claim(Claim(f"JOURNAL#{notice.event_id}"))
    work.put(entry, EntryPosted(entry.id, notice.event_id, entry.posted_on, entry.debit_total))
    return entry
