"""How an invoice will be paid, as far as that is settled in the moment it is issued.

Collecting begins in that moment: a card is charged on the day of issue, a debit reaches the bank
then and is booked on its next day at the earliest. What stands here is announced to the customer,
on the document and by mail: for a debit it is the pre-notification, with the amount, the day, the
mandate and the creditor.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from umlauf.billing.documents import Payment, PaymentMeans
from umlauf.billing.model import CreditSource, Invoice, Receivable
from umlauf.billing.terms import LegalEntity
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.holidays import easter_sunday

_SEPA_CURRENCY: Final = "EUR"
_SATURDAY: Final = 5
_LONGEST_CLOSURE: Final = 7
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What an invoice is collected with.

    `brand` and `digits`, the last ones, are what its holder knows the card or account by; `mandate`
    is the reference of the permission to debit.
    """

    means: PaymentMeans
    brand: str = ""
    digits: str = ""
    mandate: str = ""


BY_TRANSFER: Final = Arrangement(PaymentMeans.TRANSFER)
"""Nothing is on file to collect with: the customer pays by themselves."""


def payment_of(
    invoice: Invoice, arrangement: Arrangement, entity: LegalEntity, *, paid: Money
) -> Payment:
    """How what is left of the invoice is paid; nothing is asked for where nothing is left.

    SEPA debits euros: what is owed in another currency is to be transferred.
    """
    if paid >= invoice.gross:
        return Payment(means=PaymentMeans.NONE, reference=invoice.number)
    is_debit = arrangement.means is PaymentMeans.DIRECT_DEBIT
    if is_debit and invoice.currency != _SEPA_CURRENCY:
        return Payment(means=PaymentMeans.TRANSFER, reference=invoice.number)
    is_named = is_debit and bool(arrangement.mandate) and bool(entity.creditor_id)
    return Payment(
        means=arrangement.means,
        reference=invoice.number,
        brand=arrangement.brand,
        digits=arrangement.digits,
        mandate_id=arrangement.mandate if is_named else "",
        creditor_id=entity.creditor_id if is_named else "",
        collected_on=_collected_on(invoice.issued_on, arrangement.means),
    )


def paid_at_issue(invoice: Invoice, receivable: Receivable | None) -> Money:
    """What the credit balance paid in the work that issued the invoice, and nothing later."""
    uses = receivable.credits if receivable else ()
    used = (
        credit.amount
        for credit in uses
        if credit.source is CreditSource.BALANCE and credit.at <= invoice.issued_at
    )
    return total(used, invoice.currency)


def next_bank_day(day: date) -> date:
    """The first day after `day` on which banks settle euros (TARGET)."""
    for ahead in range(1, _LONGEST_CLOSURE):
        found = day + ahead * _ONE_DAY
        if found.weekday() < _SATURDAY and found not in _target_closing_days(found.year):
            return found
    raise AssertionError("unreachable: TARGET never rests for a week")


def _collected_on(issued_on: date, means: PaymentMeans) -> date | None:
    match means:
        case PaymentMeans.DIRECT_DEBIT:
            return next_bank_day(issued_on)
        case PaymentMeans.CARD:
            return issued_on
        case PaymentMeans.TRANSFER | PaymentMeans.NONE:
            return None


def _target_closing_days(year: int) -> frozenset[date]:
    """The European Central Bank's long-term calendar, in force since 2002."""
    easter = easter_sunday(year)
    return frozenset(
        {
            date(year, 1, 1),
            easter - 2 * _ONE_DAY,
            easter + _ONE_DAY,
            date(year, 5, 1),
            date(year, 12, 25),
            date(year, 12, 26),
        }
    )
