"""The customer's invoices, and paying one now."""

from ownership import own_invoice
from payments import PaymentOut
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.model import Receivable
from umlauf.payments.model import PaymentOrder, Purpose
from umlauf.payments.taking import take_payment
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.document_lists import InvoicesQuery
from umlauf_http.representations.invoices import InvoiceOut, InvoicesOut
from umlauf_http.wire import Identifier, In, Out
from wiring import INVOICE_REGISTER, RECEIVABLES, payment_desk

routes = Routes(__name__, Access.CUSTOMER)


class PayIn(In):
    """Without a method the default one is charged."""

    payment_method_id: Identifier | None = None


class InvoicePaymentOut(Out):
    """With a `client_secret` the bank wants the customer to confirm; it is answered only once."""

    payment: PaymentOut
    client_secret: str | None


@endpoint(routes, "/v1/invoices")
def list_invoices(query: InvoicesQuery, call: Call) -> InvoicesOut:
    """List the caller's invoices and deposit requests, the newest first."""
    search = query.search(call.customer_id)
    page = INVOICE_REGISTER.find(search, now=call.now, limit=query.limit, cursor=query.cursor)
    return InvoicesOut.showing(page, call.now)


@endpoint(routes, "/v1/invoices/{invoice_id}")
def get_invoice(invoice_id: str, call: Call) -> InvoiceOut:
    """Show an invoice and what became of it."""
    return InvoiceOut.of(own_invoice(invoice_id, call), _receivable(invoice_id))


@endpoint(
    routes,
    "/v1/invoices/{invoice_id}/payments",
    method="POST",
    status=201,
    secret=("client_secret",),
)
def pay_invoice(invoice_id: str, body: PayIn, call: Call) -> InvoicePaymentOut:
    """Pay what is open on an invoice now. A decline is an answer: see the payment's state."""
    invoice = own_invoice(invoice_id, call)
    receivable = _receivable(invoice_id)
    order = PaymentOrder(
        purpose=Purpose.INVOICE,
        subject_id=invoice_id,
        customer_id=call.customer_id,
        amount=receivable.open,
        paid=receivable.paid,
        act=call.command_id,
        method_id=body.payment_method_id,
        is_customer_present=True,
        legal_entity=invoice.legal_entity,
    )
    # Commits by itself, before and after it asks the provider; safe to repeat for the same act.
    taken = take_payment(order, desk=payment_desk(), now=call.now)
    return InvoicePaymentOut(payment=PaymentOut.of(taken), client_secret=taken.client_secret)


def _receivable(invoice_id: str) -> Receivable:
    found = RECEIVABLES.get(invoice_id)
    if found is None:
        raise UnknownInvoice(f"there is no invoice {invoice_id}; list your invoices to find its id")
    return found
