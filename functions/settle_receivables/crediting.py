"""Credit that arose pays what its customer owes already: which credit, and which invoices."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from umlauf.billing.credits import balance_id, to_be_paid_by
from umlauf.billing.events import CreditNoteIssued, OverpaymentCredited, PrepaymentRecorded
from umlauf.billing.finding import InvoiceSearch, InvoiceState
from umlauf.billing.model import Receivable
from umlauf.kernel.events import EventEnvelope
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.billing.registers import DynamoInvoiceRegister
from umlauf_adapters.dunning.repositories import DynamoCases, DynamoDossiers
from umlauf_adapters.kernel.documents import decode

_BALANCES: Final = DynamoCreditBalances()
_REGISTER: Final = DynamoInvoiceRegister()
_DOSSIERS: Final = DynamoDossiers()
_CASES: Final = DynamoCases()
_MOST_PAGES: Final = 20


def _of_note(envelope: EventEnvelope) -> str | None:
    told = decode(CreditNoteIssued, envelope.data)
    if not told.to_balance:
        return None
    return balance_id(told.customer_id, told.legal_entity, told.currency)


def _of_prepayment(envelope: EventEnvelope) -> str:
    return decode(PrepaymentRecorded, envelope.data).balance_id


def _of_overpayment(envelope: EventEnvelope) -> str:
    return decode(OverpaymentCredited, envelope.data).balance_id


CREDITED: Final[dict[str, Callable[[EventEnvelope], str | None]]] = {
    CreditNoteIssued.TYPE: _of_note,
    PrepaymentRecorded.TYPE: _of_prepayment,
    OverpaymentCredited.TYPE: _of_overpayment,
}
"""Which balance an event tells grew; None for none."""


def invoices_to_be_paid(balance: str, now: datetime) -> list[str]:
    """What the balance is to pay, the oldest due first."""
    found = _BALANCES.get(balance)
    if found is None or not found.amount:
        return []
    return [one.id for one in to_be_paid_by(found, _open_invoices(found.customer_id, now))]


def _open_invoices(customer_id: str, now: datetime) -> Iterator[Receivable]:
    search = InvoiceSearch(customer_id=customer_id, state=InvoiceState.OPEN)
    cursor = None
    for _ in range(_MOST_PAGES):
        page = _REGISTER.find(search, now=now, cursor=cursor)
        yield from (one.receivable for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def is_disputed(invoice_id: str) -> bool:
    """A dispute freezes everything: what is contested is not paid behind anybody's back."""
    dossier = _DOSSIERS.get(invoice_id)
    case = _CASES.get(dossier.open_case_id) if dossier and dossier.open_case_id else None
    return case is not None and case.frozen_since is not None
