"""Issue the credit note that a bill below zero becomes."""

from collections.abc import Iterable, Sequence

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import (
    CONTRACT_CHANGED,
    CorrectedInvoice,
    CreditNote,
    NoteHeader,
    NoteKind,
    compose_credit_note,
    corrected,
)
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.model import InvoiceLine
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import BillingDesk
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


def issue_bill_note(
    document: DraftDocument,
    number: FreeNumber,
    before: Sequence[BilledCharge],
    *,
    work: Work,
    desk: BillingDesk,
) -> CreditNote:
    """Put the credit note that a bill below zero becomes, and the charges that stand on it.

    `before` are the charges of the corrected invoices as they stood before this bill.
    """
    draft = document.draft
    note_id = derive_id("cn", number.number)
    header = NoteHeader(
        kind=NoteKind.CREDIT_NOTE,
        reason=CONTRACT_CHANGED,
        legal_entity=draft.entity.id,
        customer_id=draft.contract.customer_id,
        subscription_id=draft.contract.subscription_id,
        currency=draft.contract.currency,
        price_basis=draft.contract.price_basis,
        is_business=draft.contract.parties.is_business,
        corrects=_corrected(draft.lines, desk),
    )
    for record in document.records(note_id):
        work.put(record)
    composed = compose_credit_note(draft.lines, header, before)
    accounts = CustomerAccounts(work, desk)
    return accounts.put_note(composed, number, issued_on=draft.issued_on, note_id=note_id)


def _corrected(lines: Iterable[InvoiceLine], desk: BillingDesk) -> tuple[CorrectedInvoice, ...]:
    """The invoices the lines point at, the oldest first. What was imported is not on record."""
    ids = dict.fromkeys(line.corrects.invoice_id for line in lines if line.corrects)
    found = [desk.invoices.get(invoice_id) for invoice_id in ids]
    invoices = [invoice for invoice in found if invoice is not None]
    return tuple(corrected(one) for one in sorted(invoices, key=lambda one: one.issued_at))
