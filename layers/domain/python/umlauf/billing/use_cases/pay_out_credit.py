"""Record that credit went back to the customer's bank account."""

from dataclasses import dataclass
from datetime import date

from umlauf.billing.accounts import AccountsDesk, CustomerAccounts
from umlauf.billing.credits import CreditEntry
from umlauf.billing.terms import entity_of
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class PayOut:
    """`reference` names the transfer at the bank."""

    customer_id: str
    legal_entity: str
    amount: Money
    reference: str
    paid_on: date


def pay_out_credit(order: PayOut, *, work: Work, desk: AccountsDesk) -> CreditEntry:
    """Take it off the balance. Raises CreditShort with what there is, InvalidInput."""
    entity = entity_of(order.legal_entity)
    if order.amount.amount_minor <= 0:
        raise InvalidInput(f"{order.amount} cannot be paid out; enter more", field="amount")
    if order.paid_on > local_date(work.now, entity.time_zone):
        raise InvalidInput(
            f"{order.paid_on} lies ahead; enter the day it was paid", field="paid_on"
        )
    accounts = CustomerAccounts(work, desk)
    balance = accounts.balance(order.customer_id, entity.id, order.amount.currency)
    return accounts.pay_out(balance, order.amount, order.reference, order.paid_on)
