"""Let a customer's credit pay an invoice that is open already."""

from umlauf.billing.accounts import AccountsDesk, CustomerAccounts
from umlauf.billing.errors import CreditShort, OverCredited, UnknownInvoice
from umlauf.billing.model import Invoice, Receivable, ReceivableStatus
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work


def apply_credit(
    invoice: Invoice, most: Money | None, *, work: Work, desk: AccountsDesk
) -> Receivable:
    """Pay what is open from the balance, or at most a part of it.

    A debit under way may arrive all the same: what is too much then comes back to the balance.
    Raises UnknownInvoice, OverCredited when nothing is open, CreditShort when nothing is there.
    """
    accounts = CustomerAccounts(work, desk)
    receivable = accounts.receivable(invoice.id)
    if receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice.id}; list invoices to find its id", field="invoice_id"
        )
    if not receivable.open:
        raise OverCredited(f"nothing is open on invoice {invoice.number}", field="invoice_id")
    after = accounts.pay_from_balance(receivable, invoice.legal_entity, most)
    if after is receivable:
        raise CreditShort(
            f"{invoice.customer_id} has nothing to their credit in {invoice.currency}; "
            "record a prepayment first",
            field="customer_id",
        )
    accounts.put_receivable(after, was_paid=receivable.status is ReceivableStatus.PAID)
    return after
