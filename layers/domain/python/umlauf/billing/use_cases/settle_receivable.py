"""Take in what became of a payment attempt.

Payments may tell the same thing twice, and tell it late: each attempt has one place in the
receivable, where only newer news replaces older.
"""

from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.events import InvoicePaid, InvoiceReopened
from umlauf.billing.model import Receivable, ReceivableStatus, Settlement
from umlauf.billing.ports import Receivables
from umlauf.kernel.work import Work


def settle_receivable(
    invoice_id: str, news: Settlement, reason: str, *, work: Work, receivables: Receivables
) -> Receivable:
    """Apply the news; `reason` is the bank's code if money was taken back.

    Raises UnknownInvoice.
    """
    receivable = receivables.get(invoice_id)
    if receivable is None:
        raise UnknownInvoice(f"there is no invoice {invoice_id}", field="invoice_id")

    changed = receivable.settle(news)
    if changed is receivable:
        return receivable
    was_paid = receivable.status is ReceivableStatus.PAID
    is_paid = changed.status is ReceivableStatus.PAID
    if is_paid and not was_paid:
        work.put(changed, _paid(changed, news))
    elif was_paid and not is_paid:
        work.put(changed, _reopened(changed, reason))
    else:
        work.put(changed)
    return changed


def _paid(receivable: Receivable, news: Settlement) -> InvoicePaid:
    return InvoicePaid(
        invoice_id=receivable.id,
        number=receivable.number,
        customer_id=receivable.customer_id,
        subscription_id=receivable.subscription_id,
        amount=receivable.amount,
        paid_at=news.at,
    )


def _reopened(receivable: Receivable, reason: str) -> InvoiceReopened:
    return InvoiceReopened(
        invoice_id=receivable.id,
        number=receivable.number,
        customer_id=receivable.customer_id,
        subscription_id=receivable.subscription_id,
        open=receivable.open,
        reason=reason,
    )
