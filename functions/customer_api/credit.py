"""The customer's credit notes, and what they have to their credit."""

from ownership import own_credit_balance, own_credit_note
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.credit_balances import (
    CreditBalanceOut,
    CreditBalancesOut,
    CreditEntriesOut,
    CreditEntryOut,
)
from umlauf_http.representations.credit_notes import (
    CreditNoteOut,
    CreditNotesOut,
    CreditNoteSummaryOut,
)
from umlauf_http.representations.document_lists import CreditNotesQuery
from umlauf_http.wire import PageQuery
from wiring import CREDIT_BALANCES, CREDIT_NOTE_REGISTER

routes = Routes(__name__, Access.CUSTOMER)


@endpoint(routes, "/v1/credit-notes")
def list_credit_notes(query: CreditNotesQuery, call: Call) -> CreditNotesOut:
    """List the caller's credit notes and cancellations, the newest first."""
    search = query.search(call.customer_id)
    page = CREDIT_NOTE_REGISTER.find(search, limit=query.limit, cursor=query.cursor)
    return CreditNotesOut.of(page, CreditNoteSummaryOut.of)


@endpoint(routes, "/v1/credit-notes/{credit_note_id}")
def get_credit_note(credit_note_id: str, call: Call) -> CreditNoteOut:
    """Show a credit note and where its amount went."""
    return CreditNoteOut.of(own_credit_note(credit_note_id, call))


@endpoint(routes, "/v1/credit-balances")
def list_credit_balances(call: Call) -> CreditBalancesOut:
    """List what the caller has to their credit, per company that bills them and currency."""
    balances = CREDIT_BALANCES.of_customer(call.customer_id)
    return CreditBalancesOut(items=[CreditBalanceOut.of(balance) for balance in balances])


@endpoint(routes, "/v1/credit-balances/{balance_id}/entries")
def list_own_credit_entries(balance_id: str, query: PageQuery, call: Call) -> CreditEntriesOut:
    """List the movements of a balance, the newest first."""
    balance = own_credit_balance(balance_id, call)
    page = CREDIT_BALANCES.entries(balance.id, limit=query.limit, cursor=query.cursor)
    return CreditEntriesOut.of(page, CreditEntryOut.of)
