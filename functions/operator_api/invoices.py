"""Invoices, looked up."""

from groups import LOOK_UP
from umlauf.billing.errors import UnknownInvoice
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.invoices import InvoiceOut, InvoicesOut, InvoiceSummaryOut
from umlauf_http.wire import Identifier, PageQuery
from wiring import INVOICES, RECEIVABLES

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class InvoicesQuery(PageQuery):
    customer_id: Identifier


@endpoint(routes, "/v1/operator/invoices")
def list_customers_invoices(query: InvoicesQuery) -> InvoicesOut:
    """List a customer's invoices, the newest first."""
    page = INVOICES.of_customer(query.customer_id, limit=query.limit, cursor=query.cursor)
    return InvoicesOut.of(page, InvoiceSummaryOut.of)


@endpoint(routes, "/v1/operator/invoices/{invoice_id}")
def look_up_invoice(invoice_id: str) -> InvoiceOut:
    """Show an invoice and what became of it."""
    invoice, receivable = INVOICES.get(invoice_id), RECEIVABLES.get(invoice_id)
    if invoice is None or receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list the customer's invoices to find its id"
        )
    return InvoiceOut.of(invoice, receivable)
