"""The ledger behind one customer: an account of theirs in the books of each company."""

from datetime import date

from groups import LOOK_UP
from umlauf.billing.terms import ENTITIES, entity_of
from umlauf.kernel.errors import InvalidInput
from umlauf.ledger.books import books_of
from umlauf.ledger.model import Debtor, JournalEntry, Posting
from umlauf.ledger.use_cases.find_debtor import find_debtor
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, MoneyOut, Out, PageOut, PageQuery
from wiring import CUSTOMERS, DEBTORS, JOURNAL

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class JournalQuery(PageQuery):
    """`legal_entity` is needed only of a customer with an account in the books of several."""

    customer_id: Identifier
    legal_entity: Identifier | None = None


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
    legal_entity: str
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
            legal_entity=entry.legal_entity,
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
    debtor = _debtor(CUSTOMERS.get(query.customer_id).id, query.legal_entity)
    page = JOURNAL.of_debtor(debtor.id, limit=query.limit, cursor=query.cursor)
    return JournalEntriesOut.of(page, JournalEntryOut.of)


def _debtor(customer_id: str, named: str | None) -> Debtor:
    """The customer's account with the company that is named, or with the only one that has any."""
    companies = ENTITIES if named is None else (entity_of(named),)
    accounts = [find_debtor(customer_id, books=books_of(one), debtors=DEBTORS) for one in companies]
    kept = [account for account in accounts if account.version]
    if len(kept) > 1:
        names = " and ".join(account.legal_entity for account in kept)
        raise InvalidInput(
            f"{customer_id} has an account in the books of {names}; say which", field="legal_entity"
        )
    return kept[0] if kept else accounts[0]
