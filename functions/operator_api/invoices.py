"""Invoices, looked up."""

from groups import LOOK_UP
from umlauf.billing.errors import UnknownInvoice
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.document_lists import InvoicesQuery
from umlauf_http.representations.invoices import InvoiceOut, InvoicesOut
from umlauf_http.wire import Identifier
from wiring import INVOICE_REGISTER, INVOICES, RECEIVABLES, SUBSCRIPTIONS

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class AllInvoicesQuery(InvoicesQuery):
    customer_id: Identifier | None = None
    legal_entity: Identifier | None = None


@endpoint(routes, "/v1/operator/invoices", errors=(404,))
def find_invoices(query: AllInvoicesQuery, call: Call) -> InvoicesOut:
    """List invoices and deposit requests, the newest first: all, or narrowed by what is known."""
    customer_id = query.customer_id
    if customer_id is None and query.subscription_id is not None:
        customer_id = SUBSCRIPTIONS.get(query.subscription_id).customer_id
    page = INVOICE_REGISTER.find(
        query.search(customer_id, query.legal_entity),
        now=call.now,
        limit=query.limit,
        cursor=query.cursor,
    )
    return InvoicesOut.showing(page, call.now)


@endpoint(routes, "/v1/operator/invoices/{invoice_id}")
def look_up_invoice(invoice_id: str) -> InvoiceOut:
    """Show an invoice and what became of it."""
    invoice, receivable = INVOICES.get(invoice_id), RECEIVABLES.get(invoice_id)
    if invoice is None or receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list the customer's invoices to find its id"
        )
    return InvoiceOut.of(invoice, receivable)
