"""Say, once, that an invoice is past its due date and still open."""

from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.events import InvoiceOverdue
from umlauf.billing.ports import Receivables
from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Work


def report_overdue(invoice_id: str, *, work: Work, receivables: Receivables) -> bool:
    """Tell the others if it is overdue on the customer's day; a debit under way is waited for."""
    receivable = receivables.get(invoice_id)
    if receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list invoices to find its id", field="invoice_id"
        )
    if not receivable.is_overdue(local_date(work.now, receivable.time_zone)):
        return False
    work.put(
        receivable.reported(),
        InvoiceOverdue(
            invoice_id=receivable.id,
            customer_id=receivable.customer_id,
            subscription_id=receivable.subscription_id,
            open=receivable.open,
            due_on=receivable.due_on,
        ),
    )
    return True
