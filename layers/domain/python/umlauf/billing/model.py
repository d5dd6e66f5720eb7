"""Invoices and what is owed on them.

An invoice is written once and never edited. What happens to it afterwards is the receivable's: the
same id, but changing. What was charged, and can still be given back, is in `charges`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final
from zlib import crc32

from umlauf.billing.allocation import Arrears, allocate
from umlauf.billing.errors import OverCredited
from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import Period, local_date
from umlauf.kernel.money import CurrencyMismatch, Money, total

OVERDUE_SHARDS: Final = 8
"""Into how many partitions the watched receivables are spread."""


class LineKind(StrEnum):
    BASE_FEE = "base_fee"
    ADD_ON = "add_on"
    ONE_OFF = "one_off"
    DELIVERY = "delivery"
    DEPOSIT = "deposit"
    """Owed back: a liability, on a document of its own, without tax."""
    TRUE_UP = "true_up"
    """What is missing to a minimum commitment."""
    USAGE = "usage"
    USAGE_DIFFERENCE = "usage_difference"
    """Usage of an earlier period that arrived, or was corrected, after that period was billed."""


class PriceBasis(StrEnum):
    """What the plan's prices are: before tax, or what the customer pays."""

    NET = "net"
    GROSS = "gross"

    @classmethod
    def of(cls, plan: Plan) -> "PriceBasis":
        return cls.GROSS if plan.prices_include_tax else cls.NET


@dataclass(frozen=True, slots=True)
class TaxTreatment:
    """How one supply is taxed: where, in which category, and at which rate (percent)."""

    country: str
    category: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LineRef:
    """One line of an issued document."""

    invoice_id: str
    line: int


@dataclass(frozen=True, slots=True)
class LineDiscount:
    """What a coupon takes off a line, in the invoice's price basis; above zero."""

    coupon: str
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class LineDetail:
    """Part of what a line's quantity is made of: 12 minutes of `eco`, or 17 transactions."""

    name: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One charge, or what is given back of one: then it is negative and `corrects` the original.

    `amount` is in the invoice's price basis, after `discounts`; `net` its share of the taxable
    base. `charge_id` names the `BilledCharge` that counts what can still be given back of it.
    """

    number: int
    item: str
    kind: LineKind
    name: str
    service_period: Period
    quantity: Decimal
    unit: str
    amount: Money
    net: Money
    treatment: TaxTreatment
    charge_id: str = ""
    subscription_id: str = ""
    discounts: tuple[LineDiscount, ...] = ()
    corrects: LineRef | None = None
    details: tuple[LineDetail, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxAmount:
    """The tax of one country, category and rate, rounded once (EN 16931, BR-CO-17)."""

    treatment: TaxTreatment
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class Invoice:
    """An issued invoice. Immutable: it is put once and corrected only by further documents."""

    KIND: ClassVar[str] = "invoice"

    id: str
    number: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    currency: str
    price_basis: PriceBasis
    is_business: bool
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    gross: Money
    issued_on: date
    due_on: date
    issued_at: datetime
    version: int = 0

    @property
    def is_deposit(self) -> bool:
        """A deposit stands on no document but its own."""
        return all(line.kind is LineKind.DEPOSIT for line in self.lines)


class SettlementState(StrEnum):
    """What became of one payment attempt.

    It only ever moves down this list, whatever order news arrives in.
    """

    PROCESSING = "processing"
    FAILED = "failed"
    SUCCEEDED = "succeeded"
    RETURNED = "returned"


_FINALITY: Final = {state: place for place, state in enumerate(SettlementState)}


@dataclass(frozen=True, slots=True)
class Settlement:
    """One payment attempt as the receivable knows it."""

    attempt_id: str
    state: SettlementState
    amount: Money
    at: datetime


@dataclass(frozen=True, slots=True)
class ChargedFee:
    """What collecting an invoice cost and the customer bears: damages, so without VAT.

    `id` is the identity of the event that charged it.
    """

    id: str
    amount: Money
    at: datetime


class CreditSource(StrEnum):
    """Where a receivable's credit comes from, or went to."""

    NOTE = "note"
    """A credit note took this off what is owed."""
    BALANCE = "balance"
    """The customer's credit balance paid it."""
    MOVED = "moved"
    """What was paid too much went to the credit balance, so it does not count here any more."""


@dataclass(frozen=True, slots=True)
class AppliedCredit:
    """One use of credit on a receivable. `id` names the note or the balance's entry."""

    id: str
    source: CreditSource
    amount: Money
    at: datetime


class ReceivableStatus(StrEnum):
    """How the invoice itself stands. Fees on top of it never make a paid invoice unpaid."""

    OPEN = "open"
    PROCESSING = "processing"
    """Nothing to do but wait: a slow debit is under way. Not paid, and not unpaid either."""
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Receivable:
    """What is owed on one invoice: its amount, and the fees that were charged for it since.

    Credit notes lower it, and the customer's credit balance pays on it, both as `credits`.
    `watch_on` is the first day on which it is overdue if still open; None once it was reported.
    `is_deposit` says what the invoice asks for, `cancelled_by` the document that cancelled it.
    """

    KIND: ClassVar[str] = "receivable"

    id: str
    number: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    amount: Money
    issued_on: date
    due_on: date
    time_zone: str
    watch_on: date | None
    settlements: tuple[Settlement, ...] = ()
    charged_fees: tuple[ChargedFee, ...] = ()
    credits: tuple[AppliedCredit, ...] = ()
    is_deposit: bool = False
    cancelled_by: str = ""
    version: int = 0

    @property
    def fees(self) -> Money:
        return total((one.amount for one in self.charged_fees), self.amount.currency)

    @property
    def paid(self) -> Money:
        return self._sum(SettlementState.SUCCEEDED)

    @property
    def credited(self) -> Money:
        """What credit notes took off what is owed."""
        return self._credits_from(CreditSource.NOTE)

    @property
    def from_balance(self) -> Money:
        """What the customer's credit balance paid."""
        return self._credits_from(CreditSource.BALANCE)

    @property
    def moved(self) -> Money:
        """What was paid too much and went to the customer's credit balance."""
        return self._credits_from(CreditSource.MOVED)

    @property
    def to_collect(self) -> Money:
        """What payments must bring for the invoice itself to be paid: credit took the rest."""
        return max(self._owed - self.from_balance + self.moved, self._nothing)

    @property
    def open(self) -> Money:
        """What is still to be paid, fees included; never negative."""
        return max(self._owed + self.fees - self._covered, self._nothing)

    @property
    def open_fees(self) -> Money:
        """The part of `open` that is fees."""
        if self._covered >= self._owed:
            return self.open
        return allocate(self._covered, Arrears(self.fees, self._nothing, self._owed)).costs

    @property
    def overpaid(self) -> Money:
        """What was paid too much and waits to be given back."""
        return max(self._covered - self._owed - self.fees, self._nothing)

    @property
    def processing(self) -> Money:
        return self._sum(SettlementState.PROCESSING)

    @property
    def status(self) -> ReceivableStatus:
        if self._covered >= self._owed:
            return ReceivableStatus.PAID
        if self._covered + self.processing >= self._owed:
            return ReceivableStatus.PROCESSING
        return ReceivableStatus.OPEN

    def settle(self, news: Settlement) -> "Receivable":
        """Take in what became of an attempt. Old news about it changes nothing."""
        known = self._settlement_of(news.attempt_id)
        if known and _FINALITY[news.state] <= _FINALITY[known.state]:
            return self
        others = tuple(one for one in self.settlements if one.attempt_id != news.attempt_id)
        changed = replace(self, settlements=(*others, news))
        was_paid = self.status is ReceivableStatus.PAID
        if was_paid and changed.status is not ReceivableStatus.PAID:
            # A debt that comes back is due at once: watched from the day after.
            tomorrow = local_date(news.at, self.time_zone) + timedelta(days=1)
            return replace(changed, watch_on=max(tomorrow, self.due_on + timedelta(days=1)))
        return changed

    def use_credit(self, credit: AppliedCredit) -> "Receivable":
        """Take credit in, or let what was paid too much go. One that is known changes nothing.

        Raises OverCredited when it is more than is open (or, to be moved, than was overpaid).
        """
        if any(one.id == credit.id for one in self.credits):
            return self
        most = self.overpaid if credit.source is CreditSource.MOVED else self.open
        if not self._nothing < credit.amount <= most:
            raise OverCredited(
                f"invoice {self.number} takes above zero and at most {most}, not {credit.amount}",
                field="amount",
            )
        return replace(self, credits=(*self.credits, credit))

    def charge(self, fee: ChargedFee) -> "Receivable":
        """Add a fee. One that was charged before changes nothing.

        Raises CurrencyMismatch.
        """
        if any(one.id == fee.id for one in self.charged_fees):
            return self
        if fee.amount.currency != self.amount.currency:
            raise CurrencyMismatch(
                f"a fee of {fee.amount} cannot be added to {self.amount}", field="currency"
            )
        return replace(self, charged_fees=(*self.charged_fees, fee))

    def is_overdue(self, on: date) -> bool:
        """Whether it is open past its due date and not reported yet; a debit under way is not."""
        return (
            self.watch_on is not None
            and self.watch_on <= on
            and self.status is ReceivableStatus.OPEN
        )

    def reported(self) -> "Receivable":
        return replace(self, watch_on=None)

    @property
    def _nothing(self) -> Money:
        return Money(0, self.amount.currency)

    @property
    def _owed(self) -> Money:
        """What the invoice is still over, credit notes taken off; fees are beside it.

        Below zero when a note took some of the fees off as well.
        """
        return self.amount - self.credited

    @property
    def _covered(self) -> Money:
        """What was paid and stayed here, by banks and from the balance."""
        return self.paid + self.from_balance - self.moved

    def _credits_from(self, source: CreditSource) -> Money:
        amounts = (one.amount for one in self.credits if one.source is source)
        return total(amounts, self.amount.currency)

    def _settlement_of(self, attempt_id: str) -> Settlement | None:
        return next((one for one in self.settlements if one.attempt_id == attempt_id), None)

    def _sum(self, state: SettlementState) -> Money:
        amounts = (one.amount for one in self.settlements if one.state is state)
        return total(amounts, self.amount.currency)


def overdue_shard(invoice_id: str) -> int:
    return crc32(invoice_id.encode()) % OVERDUE_SHARDS
