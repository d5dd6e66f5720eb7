"""Post what happened, once per event."""

from dataclasses import dataclass
from datetime import datetime

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Claim, Work
from umlauf.ledger.coding import Books, code
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
    notice: Notice, *, books: Books, work: Work, debtors: Debtors
) -> JournalEntry | None:
    """Post the entry of an event; None if it moves nothing. Posted before, the claim says so.

    Raises NoAccount, NoDebtorAccountLeft.
    """
    coding = code(notice.fact, notice.occurred_at, books)
    if not coding.postings:
        return None

    control = books.chart.debtors.number
    movements = tuple(movements_on(control, coding.postings))
    debtor = None
    if movements:
        debtor = find_debtor(coding.customer_id, chart=books.chart, debtors=debtors)
        work.put(debtor.moved(movements))
    entry = JournalEntry(
        id=derive_id("jnl", notice.event_id),
        source_event_id=notice.event_id,
        source_type=notice.type,
        reference=coding.reference,
        text=coding.text,
        posted_on=coding.posted_on,
        recorded_at=work.now,
        postings=coding.postings,
        debtor=debtor.id if debtor else None,
    )
    work.claim(Claim(f"JOURNAL#{notice.event_id}"))
    work.put(entry, EntryPosted(entry.id, notice.event_id, entry.posted_on, entry.debit_total))
    return entry
