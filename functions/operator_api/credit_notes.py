"""Giving invoices back, in part or whole: previewed, issued, and looked up."""

from groups import LOOK_UP, RUN
from umlauf.billing.credit_notes import remaining
from umlauf.billing.errors import UnknownCreditNote
from umlauf.billing.giving_back import (
    Cancellation,
    CreditOrder,
    propose_cancellation,
    propose_credit,
    with_charges,
)
from umlauf.billing.use_cases.cancel_invoice import cancel_invoice
from umlauf.billing.use_cases.issue_credit_note import issue_credit_note
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.credit_notes import (
    CreditNoteIn,
    CreditNoteOut,
    CreditNotesOut,
    CreditNoteSummaryOut,
    CreditPreviewOut,
    CreditWishIn,
    InvoiceCancellationIn,
)
from umlauf_http.representations.document_lists import CreditNotesQuery
from umlauf_http.wire import Identifier, MoneyOut, Out
from wiring import CREDIT_NOTE_REGISTER, CREDIT_NOTES, SUBSCRIPTIONS, credit_desk

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class AllCreditNotesQuery(CreditNotesQuery):
    customer_id: Identifier | None = None
    legal_entity: Identifier | None = None


class CreditableLineOut(Out):
    number: int
    name: str
    amount: MoneyOut
    creditable: MoneyOut


class CreditableOut(Out):
    """What is left to be credited of an invoice, line by line, in its price basis."""

    price_basis: str
    lines: list[CreditableLineOut]


@endpoint(routes, "/v1/operator/invoices/{invoice_id}/creditable")
def show_creditable(invoice_id: str) -> CreditableOut:
    """Show what of an invoice can still be credited."""
    invoice, charges = with_charges(invoice_id, credit_desk())
    left = remaining(invoice, charges)
    return CreditableOut(
        price_basis=invoice.price_basis.value,
        lines=[
            CreditableLineOut(
                number=line.number,
                name=line.name,
                amount=MoneyOut.of(line.amount),
                creditable=MoneyOut.of(left[line.number]),
            )
            for line in invoice.lines
            if line.number in left
        ],
    )


@endpoint(
    routes,
    "/v1/operator/invoices/{invoice_id}/credit-notes/preview",
    method="POST",
    errors=(404, 409),
    groups=RUN,
    idempotency=Idempotency.NONE,
)
def preview_credit_note(invoice_id: str, body: CreditWishIn) -> CreditPreviewOut:
    """Preview the credit note that would be issued now."""
    order = CreditOrder(invoice_id=invoice_id, wanted=body.wanted(), reason=body.reason)
    proposal = propose_credit(order, credit_desk())
    return CreditPreviewOut.of(proposal.draft)


@endpoint(
    routes,
    "/v1/operator/invoices/{invoice_id}/credit-notes",
    method="POST",
    status=201,
    errors=(404,),
    groups=RUN,
)
def credit_an_invoice(invoice_id: str, body: CreditNoteIn, call: Call) -> CreditNoteOut:
    """Issue a credit note: it lowers what is open, and the rest is the customer's credit."""
    order = CreditOrder(
        invoice_id=invoice_id,
        wanted=body.wanted(),
        reason=body.reason,
        refund=None if body.refund is None else body.refund.money(),
    )
    note = issue_credit_note(order, command_id=call.command_id, work=call.work, desk=credit_desk())
    call.created(f"/v1/operator/credit-notes/{note.id}")
    return CreditNoteOut.of(note)


@endpoint(
    routes,
    "/v1/operator/invoices/{invoice_id}/cancellation/preview",
    method="POST",
    errors=(404, 409),
    groups=RUN,
    idempotency=Idempotency.NONE,
)
def preview_invoice_cancellation(invoice_id: str, body: InvoiceCancellationIn) -> CreditPreviewOut:
    """Preview the cancellation of an invoice."""
    order = _cancellation(invoice_id, body)
    proposal = propose_cancellation(order, credit_desk())
    return CreditPreviewOut.of(proposal.draft)


@endpoint(
    routes,
    "/v1/operator/invoices/{invoice_id}/cancellation",
    method="POST",
    status=201,
    errors=(404,),
    groups=RUN,
)
def cancel_an_invoice(invoice_id: str, body: InvoiceCancellationIn, call: Call) -> CreditNoteOut:
    """Cancel an invoice that should not have been."""
    order = _cancellation(invoice_id, body)
    note = cancel_invoice(order, command_id=call.command_id, work=call.work, desk=credit_desk())
    call.created(f"/v1/operator/credit-notes/{note.id}")
    return CreditNoteOut.of(note)


@endpoint(routes, "/v1/operator/credit-notes", errors=(404,))
def find_credit_notes(query: AllCreditNotesQuery) -> CreditNotesOut:
    """List credit notes and cancellations, the newest first: all, or narrowed by what is known."""
    customer_id = query.customer_id
    if customer_id is None and query.subscription_id is not None:
        customer_id = SUBSCRIPTIONS.get(query.subscription_id).customer_id
    search = query.search(customer_id, query.legal_entity)
    page = CREDIT_NOTE_REGISTER.find(search, limit=query.limit, cursor=query.cursor)
    return CreditNotesOut.of(page, CreditNoteSummaryOut.of)


@endpoint(routes, "/v1/operator/credit-notes/{credit_note_id}")
def look_up_credit_note(credit_note_id: str) -> CreditNoteOut:
    """Show a credit note and where its amount went."""
    note = CREDIT_NOTES.get(credit_note_id)
    if note is None:
        raise UnknownCreditNote(
            f"there is no credit note {credit_note_id}; list credit notes to find its id"
        )
    return CreditNoteOut.of(note)


def _cancellation(invoice_id: str, body: InvoiceCancellationIn) -> Cancellation:
    return Cancellation(
        invoice_id=invoice_id, reason=body.reason, is_billed_again=body.is_billed_again
    )
