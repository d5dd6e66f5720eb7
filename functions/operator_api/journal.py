"""The journal: all of it, or what stands on a customer's accounts in the books of each entity."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from pydantic import model_validator

from groups import LOOK_UP
from umlauf.billing.terms import ENTITIES, LegalEntity, entity_of
from umlauf.ledger.books import books_of
from umlauf.ledger.finding import JournalSearch
from umlauf.ledger.model import JournalEntry, Posting
from umlauf.ledger.use_cases.find_debtor import find_debtor
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Day, Identifier, MoneyOut, Out, PageOut, PageQuery
from wiring import CUSTOMERS, DEBTORS, JOURNAL_REGISTER

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class JournalQuery(PageQuery):
    """Each narrows the list. `account` is one that an entry moves; the days are half-open.

    Of a customer, it lists what stands on their debtor accounts, in the books of each entity.
    """

    customer_id: Identifier | None = None
    legal_entity: Identifier | None = None
    account: Identifier | None = None
    posted_from: Day | None = None
    posted_before: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        first, before = self.posted_from, self.posted_before
        if first is not None and before is not None and before <= first:
            raise ValueError("posted_before must lie after posted_from")
        return self


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
    """List journal entries, the newest first: all, or narrowed by what is known."""
    entities = ENTITIES if query.legal_entity is None else (entity_of(query.legal_entity),)
    search = JournalSearch(
        debtors=None if query.customer_id is None else _debtors(query.customer_id, entities),
        legal_entity=query.legal_entity,
        account=query.account,
        posted_from=query.posted_from,
        posted_before=query.posted_before,
    )
    page = JOURNAL_REGISTER.find(search, limit=query.limit, cursor=query.cursor)
    return JournalEntriesOut.of(page, JournalEntryOut.of)


def _debtors(customer_id: str, entities: Iterable[LegalEntity]) -> tuple[str, ...]:
    """The customer's accounts with these entities, as far as there are any."""
    customer = CUSTOMERS.get(customer_id)
    found = [find_debtor(customer.id, books=books_of(one), debtors=DEBTORS) for one in entities]
    return tuple(account.id for account in found if account.version)
