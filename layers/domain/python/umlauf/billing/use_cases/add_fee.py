"""Add to what is owed what it cost to ask for it.

The fee is charged elsewhere, within the law of the country; here it only becomes part of the debt.
"""

from umlauf.billing.accounts import balanced
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.model import ChargedFee, Receivable
from umlauf.billing.ports import SettlementDesk
from umlauf.kernel.work import Work


def add_fee(invoice_id: str, fee: ChargedFee, *, work: Work, desk: SettlementDesk) -> Receivable:
    """The receivable with the fee, which counts once however often it is told.

    Raises UnknownInvoice, CurrencyMismatch.
    """
    receivable = desk.receivables.get(invoice_id)
    if receivable is None:
        raise UnknownInvoice(
            f"there is no invoice {invoice_id}; list invoices to find its id", field="invoice_id"
        )
    charged = receivable.charge(fee)
    if charged is receivable:
        return receivable
    charged = balanced(charged, work=work, desk=desk)
    work.put(charged)
    return charged
