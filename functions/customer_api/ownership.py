"""A customer reaches only their own things: another's is answered as if it were not there."""

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.credits import CreditBalance
from umlauf.billing.errors import (
    UnknownCreditBalance,
    UnknownCreditNote,
    UnknownDocument,
    UnknownInvoice,
)
from umlauf.billing.model import Invoice
from umlauf.billing.stored_documents import StoredDocument
from umlauf.subscriptions.errors import UnknownSubscription
from umlauf.subscriptions.model import Subscription
from umlauf.wallets.errors import UnknownSession
from umlauf.wallets.model import Session
from umlauf_http.calls import Call
from wiring import (
    CREDIT_BALANCES,
    CREDIT_NOTES,
    INVOICES,
    SESSIONS,
    STORED_DOCUMENTS,
    SUBSCRIPTIONS,
)


def own_subscription(subscription_id: str, call: Call) -> Subscription:
    """Raises UnknownSubscription."""
    found = SUBSCRIPTIONS.find(subscription_id)
    if found is None or found.customer_id != call.customer_id:
        raise UnknownSubscription(
            f"there is no subscription {subscription_id}; list yours to find its id"
        )
    return found


def own_invoice(invoice_id: str, call: Call) -> Invoice:
    """Raises UnknownInvoice."""
    found = INVOICES.get(invoice_id)
    if found is None or found.customer_id != call.customer_id:
        raise UnknownInvoice(f"there is no invoice {invoice_id}; list yours to find its id")
    return found


def own_document(document_id: str, call: Call) -> StoredDocument:
    """Raises UnknownDocument."""
    found = STORED_DOCUMENTS.get(document_id)
    if found is None or found.customer_id != call.customer_id:
        raise UnknownDocument(
            f"there is no document of {document_id} in the archive; one is stored minutes after"
        )
    return found


def own_credit_note(credit_note_id: str, call: Call) -> CreditNote:
    """Raises UnknownCreditNote."""
    found = CREDIT_NOTES.get(credit_note_id)
    if found is None or found.customer_id != call.customer_id:
        raise UnknownCreditNote(
            f"there is no credit note {credit_note_id}; list yours to find its id"
        )
    return found


def own_credit_balance(balance_id: str, call: Call) -> CreditBalance:
    """Raises UnknownCreditBalance."""
    found = CREDIT_BALANCES.get(balance_id)
    if found is None or found.customer_id != call.customer_id:
        raise UnknownCreditBalance(
            f"there is no credit balance {balance_id}; list yours to find its id"
        )
    return found


def own_session(session_id: str, call: Call) -> Session:
    """Raises UnknownSession."""
    found = SESSIONS.find(session_id)
    if found is None or found.customer_id != call.customer_id:
        raise UnknownSession(f"there is no session {session_id}; start one")
    return found
