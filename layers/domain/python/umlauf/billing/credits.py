"""What a customer has to their credit, and how it pays invoices.

One balance per customer, legal entity and currency: what credit notes left over, what was paid in
advance and what was paid too much. It is never below zero and always the sum of its entries, which
are written once. Credit is of one kind, whatever brought it. It pays what is open already, the
oldest due first, as soon as it arises; and each new invoice in the transaction that issues it.

In the books it stands on the customer's debtor account, where it counts against what is open; so
only money that comes from outside or leaves is posted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from umlauf.billing.credit_notes import NoteEffect, Reduction
from umlauf.billing.errors import CreditShort
from umlauf.billing.model import AppliedCredit, CreditSource, Receivable
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money


class EntryKind(StrEnum):
    CREDIT_NOTE = "credit_note"
    PREPAYMENT = "prepayment"
    OVERPAYMENT = "overpayment"
    """Paid on an invoice beyond what was open."""
    APPLIED = "applied"
    PAID_OUT = "paid_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditEntry:
    """One movement of a balance: above zero in, below zero out. Written once.

    `reference` names what it is about: the note, the invoice, or the bank's text. Entries are
    numbered from 1 without a gap; `balance` is what the balance held afterwards.
    """

    KIND: ClassVar[str] = "credit_entry"

    id: str
    balance_id: str
    number: int
    kind: EntryKind
    amount: Money
    balance: Money
    reference: str
    at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True)
class CreditBalance:
    """What is left of a customer's credit with one legal entity, in one currency."""

    KIND: ClassVar[str] = "credit_balance"

    id: str
    customer_id: str
    legal_entity: str
    amount: Money
    entry_count: int = 0
    version: int = 0

    def move(
        self, kind: EntryKind, amount: Money, reference: str, at: datetime
    ) -> "tuple[CreditBalance, CreditEntry]":
        """The balance after a movement, and the movement's entry.

        Raises InvalidInput for a movement of nothing, CreditShort, CurrencyMismatch.
        """
        if not amount:
            raise InvalidInput("a movement must be over more or less than zero", field="amount")
        left = self.amount + amount
        if left.amount_minor < 0:
            raise CreditShort(
                f"the balance holds {self.amount}, so {-amount} cannot be taken; take at most that",
                field="amount",
            )
        number = self.entry_count + 1
        entry = CreditEntry(
            id=f"{self.id}.{number:06d}",
            balance_id=self.id,
            number=number,
            kind=kind,
            amount=amount,
            balance=left,
            reference=reference,
            at=at,
        )
        return replace(self, amount=left, entry_count=number), entry


def balance_id(customer_id: str, legal_entity: str, currency: str) -> str:
    return f"{customer_id}.{legal_entity}.{currency}"


def empty_balance(customer_id: str, legal_entity: str, currency: str) -> CreditBalance:
    """The balance of a customer who has none yet."""
    id_ = balance_id(customer_id, legal_entity, currency)
    return CreditBalance(id_, customer_id, legal_entity, Money(0, currency))


def apply_credit(
    balance: CreditBalance, receivable: Receivable, at: datetime, most: Money | None = None
) -> tuple[CreditBalance, Receivable, tuple[CreditEntry, ...]]:
    """Pay what is open from the balance, as far as it goes (and `most` allows).

    With nothing open or nothing to the credit, both come back as they were, without an entry.
    """
    amount = min(balance.amount, receivable.open)
    if most is not None:
        amount = min(amount, most)
    if amount.amount_minor <= 0:
        return balance, receivable, ()
    left, entry = balance.move(EntryKind.APPLIED, -amount, receivable.id, at)
    paid = receivable.use_credit(AppliedCredit(entry.id, CreditSource.BALANCE, amount, at))
    return left, paid, (entry,)


def may_be_paid_by_credit(receivable: Receivable) -> bool:
    """Whether credit pays it by itself: not while a payment is under way that may pay it too."""
    return bool(receivable.open) and not receivable.processing


def to_be_paid_by(balance: CreditBalance, owed: Iterable[Receivable]) -> list[Receivable]:
    """What a balance pays of what its customer owes, the oldest due first."""
    payable = (
        one
        for one in owed
        if (one.customer_id, one.legal_entity) == (balance.customer_id, balance.legal_entity)
        and one.amount.currency == balance.amount.currency
        and may_be_paid_by_credit(one)
    )
    return sorted(payable, key=lambda one: (one.due_on, one.issued_on, one.number))


def take_overpayment(
    balance: CreditBalance, receivable: Receivable, at: datetime
) -> tuple[CreditBalance, Receivable, tuple[CreditEntry, ...]]:
    """Move what was paid too much on a receivable to the balance; without any, nothing changes."""
    amount = receivable.overpaid
    if not amount:
        return balance, receivable, ()
    grown, entry = balance.move(EntryKind.OVERPAYMENT, amount, receivable.id, at)
    left = receivable.use_credit(AppliedCredit(entry.id, CreditSource.MOVED, amount, at))
    return grown, left, (entry,)


def lower_open(
    receivables: Sequence[Receivable], gross: Money, note_id: str, at: datetime
) -> tuple[tuple[Receivable, ...], NoteEffect]:
    """Let a note take off what is open, in the order given and never below zero.

    What no invoice takes belongs on the balance. A payment under way does not count: when it
    arrives all the same, it was too much.
    """
    left, lowered, reductions = gross, [], []
    for receivable in receivables:
        amount = min(left, receivable.open)
        if amount.amount_minor > 0:
            credit = AppliedCredit(note_id, CreditSource.NOTE, amount, at)
            lowered.append(receivable.use_credit(credit))
            reductions.append(Reduction(receivable.id, amount))
            left = left - amount
        else:
            lowered.append(receivable)
    return tuple(lowered), NoteEffect(tuple(reductions), left)
