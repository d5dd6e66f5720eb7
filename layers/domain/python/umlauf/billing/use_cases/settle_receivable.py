"""Take in what became of a payment attempt.

Payments may tell the same thing twice, and tell it late: each attempt has one place in the
receivable, where only newer news replaces older. What arrives beyond what is open, because it was
paid twice or credited meanwhile, is kept as the customer's credit.
"""

from umlauf.billing.accounts import CustomerAccounts, balanced
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.events import InvoiceReopened
from umlauf.billing.model import Receivable, ReceivableStatus, Settlement
from umlauf.billing.ports import SettlementDesk
from umlauf.kernel.work import Work


def settle_receivable(
    invoice_id: str, news: Settlement, reason: str, *, work: Work, desk: SettlementDesk
) -> Receivable:
    """Apply the news; `reason` is the bank's code if money was taken back.

    Raises UnknownInvoice.
    """
    receivable = desk.receivables.get(invoice_id)
    if receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list invoices to find its id", field="invoice_id"
        )

    changed = receivable.settle(news)
    if changed is receivable:
        return receivable
    changed = balanced(changed, work=work, desk=desk)
    was_paid = receivable.status is ReceivableStatus.PAID
    if was_paid and changed.status is not ReceivableStatus.PAID:
        work.put(changed, _reopened(changed, reason))
    else:
        CustomerAccounts(work, desk).put_receivable(changed, was_paid=was_paid)
    return changed


def _reopened(receivable: Receivable, reason: str) -> InvoiceReopened:
    return InvoiceReopened(
        invoice_id=receivable.id,
        number=receivable.number,
        customer_id=receivable.customer_id,
        subscription_id=receivable.subscription_id,
        open=receivable.open,
        reason=reason,
    )
