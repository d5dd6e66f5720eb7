"""Let credit that arose pay an invoice that was open before."""

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.credits import may_be_paid_by_credit
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.model import Receivable, ReceivableStatus
from umlauf.billing.ports import SettlementDesk
from umlauf.kernel.work import Work


def use_credit(invoice_id: str, *, work: Work, desk: SettlementDesk) -> Receivable:
    """Pay what is open as far as the customer's credit goes; where none is, nothing happens.

    Asked for twice, or by two at once, each cent pays once: the balance and what is owed are
    written together. Raises UnknownInvoice.
    """
    accounts = CustomerAccounts(work, desk)
    receivable = accounts.receivable(invoice_id)
    if receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list invoices to find its id", field="invoice_id"
        )
    if not may_be_paid_by_credit(receivable):
        return receivable
    after = accounts.pay_from_balance(receivable, receivable.legal_entity)
    if after is not receivable:
        accounts.put_receivable(after, was_paid=receivable.status is ReceivableStatus.PAID)
    return after
