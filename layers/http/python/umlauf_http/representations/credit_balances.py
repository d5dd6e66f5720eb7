"""Credit balances on the wire: what a customer has to their credit, and how it came about."""

from datetime import datetime

from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf_http.wire import MoneyOut, Out, PageOut


class CreditBalanceOut(Out):
    """One for each legal entity and currency. It pays the next invoice by itself."""

    id: str
    customer_id: str
    legal_entity: str
    amount: MoneyOut

    @classmethod
    def of(cls, balance: CreditBalance) -> "CreditBalanceOut":
        return cls(
            id=balance.id,
            customer_id=balance.customer_id,
            legal_entity=balance.legal_entity,
            amount=MoneyOut.of(balance.amount),
        )


class CreditBalancesOut(Out):
    items: list[CreditBalanceOut]


class CreditEntryOut(Out):
    """Above zero in, below zero out. `reference` is the note, the invoice, or the bank's text.

    `balance` is what the balance held afterwards.
    """

    number: int
    kind: str
    amount: MoneyOut
    balance: MoneyOut
    reference: str
    at: datetime

    @classmethod
    def of(cls, entry: CreditEntry) -> "CreditEntryOut":
        return cls(
            number=entry.number,
            kind=entry.kind.value,
            amount=MoneyOut.of(entry.amount),
            balance=MoneyOut.of(entry.balance),
            reference=entry.reference,
            at=entry.at,
        )


class CreditEntriesOut(PageOut[CreditEntryOut]):
    """The movements of a balance, the newest first."""
