"""Record money that arrived for no invoice in particular."""

from dataclasses import dataclass
from datetime import date

from umlauf.billing.accounts import AccountsDesk, CustomerAccounts
from umlauf.billing.credits import CreditEntry, EntryKind
from umlauf.billing.events import PrepaymentRecorded
from umlauf.billing.terms import entity_of
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money
from umlauf.kernel.work import Claim, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepayment:
    """`reference` names the transfer at the bank: each is recorded once."""

    customer_id: str
    legal_entity: str
    amount: Money
    reference: str
    received_on: date


def record_prepayment(order: Prepayment, *, work: Work, desk: AccountsDesk) -> CreditEntry:
    """Add it to the customer's credit, which pays the next invoice.

    Raises InvalidInput for an amount or a day that cannot be; AlreadyClaimed, at the commit, for a
    transfer that is on record.
    """
    entity = entity_of(order.legal_entity)
    if order.amount.amount_minor <= 0:
        raise InvalidInput(f"{order.amount} did not arrive; enter what did", field="amount")
    if order.received_on > local_date(work.now, entity.time_zone):
        raise InvalidInput(
            f"{order.received_on} lies ahead; enter the day the money arrived", field="received_on"
        )
    accounts = CustomerAccounts(work, desk)
    balance = accounts.balance(order.customer_id, entity.id, order.amount.currency)
    grown, entry = balance.move(EntryKind.PREPAYMENT, order.amount, order.reference, work.now)
    fact = PrepaymentRecorded(
        balance_id=grown.id,
        entry_id=entry.id,
        customer_id=grown.customer_id,
        legal_entity=grown.legal_entity,
        amount=entry.amount,
        reference=entry.reference,
        received_on=order.received_on,
    )
    work.claim(Claim(f"PREPAYMENT#{entity.id}#{order.reference}"))
    accounts.put_movement(grown, entry, fact)
    return entry
