"""The ledger behind one customer."""

from datetime import date

from groups import LOOK_UP
from umlauf.ledger.chart import SKR04
from umlauf.ledger.model import JournalEntry, Posting
from umlauf.ledger.use_cases.find_debtor import find_debtor
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, MoneyOut, Out, PageOut, PageQuery
from wiring import CUSTOMERS, DEBTORS, JOURNAL

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class JournalQuery(PageQuery):
    customer_id: Identifier


class PostingOut(Out):
    account: str
    side: str
    amount: MoneyOut

    @classmethod
    def of(cls, posting: Posting) -> "PostingOut":
        return cls(
            account=posting.account, side=posting.side.value, amount=MoneyOut.of(posting.amount)
        )


class JournalEntryOut(Out):
    id: str
    posted_on: date
    text: str
    reference: str
    source_type: str
    source_event_id: str
    debtor: str | None
    postings: list[PostingOut]

    @classmethod
    def of(cls, entry: JournalEntry) -> "JournalEntryOut":
        return cls(
            id=entry.id,
            posted_on=entry.posted_on,
            text=entry.text,
            reference=entry.reference,
            source_type=entry.source_type,
            source_event_id=entry.source_event_id,
            debtor=entry.debtor,
            postings=[PostingOut.of(posting) for posting in entry.postings],
        )


class JournalEntriesOut(PageOut[JournalEntryOut]):
    """Journal entries, the newest first. Entries are reversed, never edited."""


@endpoint(routes, "/v1/operator/journal-entries", errors=(404,))
def list_journal_entries(query: JournalQuery) -> JournalEntriesOut:
    """List the journal entries on a customer's debtor account, the newest first."""
    customer = CUSTOMERS.get(query.customer_id)
    debtor = find_debtor(customer.id, chart=SKR04, debtors=DEBTORS)
    page = JOURNAL.of_debtor(debtor.id, limit=query.limit, cursor=query.cursor)
    return JournalEntriesOut.of(page, JournalEntryOut.of)
