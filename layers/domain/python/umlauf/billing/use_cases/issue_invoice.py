"""Issue an invoice with what is owed on it; what the customer has to their credit pays it."""

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.announcing import issued
from umlauf.billing.composing import issue, receivable_of
from umlauf.billing.documents import DocumentKind
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.model import Invoice
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import BillingDesk
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


def issue_invoice(
    document: DraftDocument, number: FreeNumber, *, work: Work, desk: BillingDesk
) -> Invoice:
    """Put the invoice, its charges and what is owed on it.

    What the customer has to their credit pays it at once, as far as it goes. Its id follows from
    the first charge on it, which stands on no other: whatever number it gets, it is the same one.
    """
    charges = (line.charge_id for line in document.lines if line.corrects is None)
    invoice_id = derive_id("inv", next(charges))
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
