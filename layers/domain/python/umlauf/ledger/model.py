"""Journal entries and debtors.

An entry balances per currency and is never edited: it is reversed by a further one. A debtor's
account stands behind the control account: whatever an entry moves on the control account, it moves
on exactly one debtor.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from umlauf.kernel.money import Money
from umlauf.ledger.errors import UnbalancedEntry


class Side(StrEnum):
    DEBIT = "debit"
    CREDIT = "credit"

    @property
    def other(self) -> "Side":
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of an entry. The amount is positive; the side says which way."""

    account: str
    side: Side
    amount: Money

    @property
    def signed(self) -> Money:
        """Debit positive, credit negative."""
        return self.amount if self.side is Side.DEBIT else -self.amount


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A balanced set of postings from one event. Put once.

    `legal_entity` is the company in whose books it stands. `reference` is the business thing it is
    about (invoice, payment attempt, session), `debtor` the account behind its postings on the
    control account.
    """

    KIND: ClassVar[str] = "journal_entry"

    id: str
    legal_entity: str
    source_event_id: str
    source_type: str
    reference: str
    text: str
    posted_on: date
    recorded_at: datetime
    postings: tuple[Posting, ...]
    debtor: str | None = None
    version: int = 0

    def __post_init__(self) -> None:
        require_balanced(self.postings)

    @property
    def debit_total(self) -> Money:
        """What the entry moves, on either side (of its first currency)."""
        currency = self.postings[0].amount.currency
        amounts = (one.amount for one in self.postings if one.side is Side.DEBIT)
        return Money(sum(a.amount_minor for a in amounts if a.currency == currency), currency)


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer's account in the sub-ledger of one entity.

    Its id is entity and account number, which is never given to another customer.

    `balances` holds one amount per currency, what the customer owes being positive.
    """

    KIND: ClassVar[str] = "debtor"

    legal_entity: str
    number: str
    customer_id: str
    balances: tuple[Money, ...] = ()
    version: int = 0

    @property
    def id(self) -> str:
        return debtor_id(self.legal_entity, self.number)

    def balance(self, currency: str) -> Money:
        return next(
            (balance for balance in self.balances if balance.currency == currency),
            Money(0, currency),
        )

    def moved(self, movements: Iterable[Money]) -> "Debtor":
        """With the movements added to its balances."""
        minor = Counter({balance.currency: balance.amount_minor for balance in self.balances})
        for movement in movements:
            minor[movement.currency] += movement.amount_minor
        return replace(self, balances=tuple(Money(minor[key], key) for key in sorted(minor)))


def debtor_id(legal_entity: str, number: str) -> str:
    return f"{legal_entity}.{number}"


def require_balanced(postings: Iterable[Posting]) -> None:
    """Debits equal credits in each currency, and nothing is zero or negative.

    Raises UnbalancedEntry.
    """
    sums: Counter[str] = Counter()
    count = 0
    for posting in postings:
        count += 1
        if posting.amount.amount_minor <= 0:
            raise UnbalancedEntry(f"{posting.account} must be moved by more than {posting.amount}")
        sums[posting.amount.currency] += posting.signed.amount_minor
    if count == 0 or any(sums.values()):
        raise UnbalancedEntry(f"debits and credits differ by {dict(sums)}")


def movements_on(account: str, postings: Iterable[Posting]) -> Iterator[Money]:
    return (posting.signed for posting in postings if posting.account == account)
