"""Issue the documents of a bill: an invoice with what is owed on it, or a credit note."""

from collections.abc import Iterable, Sequence

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.charges import BilledCharge
from umlauf.billing.composing import issue, receivable_of
from umlauf.billing.credit_notes import (
    CorrectedInvoice,
    CreditNote,
    NoteHeader,
    NoteKind,
    compose_credit_note,
    corrected,
)
from umlauf.billing.documents import DocumentKind
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.events import InvoiceIssued, IssuedLine, IssuedTax
from umlauf.billing.model import Invoice, InvoiceLine, TaxAmount
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import BillingDesk
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


def issue_invoice(
    document: DraftDocument, number: FreeNumber, *, work: Work, desk: BillingDesk
) -> Invoice:
    """Put the invoice, its charges and what is owed on it.

    What the customer has to their credit pays it at once, as far as it goes.
    """
    invoice_id = derive_id("inv", number.number)
    invoice = issue(document.draft, invoice_id=invoice_id, number=number.number)
    work.put(invoice, issued(invoice))
    for record in document.records(invoice_id):
        work.put(record)
    receivable = receivable_of(invoice, document.draft.contract.time_zone)
    accounts = CustomerAccounts(work, desk)
    paid = accounts.pay_from_balance(receivable, invoice.legal_entity)
    accounts.put_receivable(paid, was_paid=False)
    kind = DocumentKind.DEPOSIT_REQUEST if document.is_deposit_request else DocumentKind.INVOICE
    billed = (line.subscription_id for line in invoice.lines)
    work.put(number.used_on(invoice_id, kind, invoice.gross, billed))
    return invoice


def issue_note_of_bill(
    document: DraftDocument,
    number: FreeNumber,
    before: Sequence[BilledCharge],
    *,
    work: Work,
    desk: BillingDesk,
) -> CreditNote:
    """Put the credit note that a bill below zero becomes, and the charges that stand on it.

    `before` are the contract's charges as they stood before this bill.
    """
    draft = document.draft
    note_id = derive_id("cn", number.number)
    header = NoteHeader(
        kind=NoteKind.CREDIT_NOTE,
        reason="contract_changed",
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


def issued(invoice: Invoice) -> InvoiceIssued:
    """The event that tells of a fresh invoice."""
    return InvoiceIssued(
        invoice_id=invoice.id,
        number=invoice.number,
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        currency=invoice.currency,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        taxes=tuple(_tax(amount) for amount in invoice.taxes),
        lines=tuple(_line(line) for line in invoice.lines),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        is_business=invoice.is_business,
    )


def _tax(amount: TaxAmount) -> IssuedTax:
    return IssuedTax(
        country=amount.treatment.country,
        category=amount.treatment.category,
        rate=amount.treatment.rate,
        net=amount.net,
        tax=amount.tax,
    )


def _line(line: InvoiceLine) -> IssuedLine:
    return IssuedLine(
        item=line.item,
        kind=line.kind,
        net=line.net,
        quantity=line.quantity,
        unit=line.unit,
        starts_on=line.service_period.start,
        ends_on=line.service_period.end,
    )
