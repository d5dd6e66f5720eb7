"""Invoices, what is owed on them, and what usage has been rated.

An invoice is written once and never edited. What happens to it afterwards is the receivable's: the
same id, but changing. `RatedUsage` remembers how much of a meter was rated for a period, so that
metered = rated + open can be proven and usage that arrives late is billed as the difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final
from zlib import crc32

from umlauf.billing.allocation import Arrears, allocate
from umlauf.kernel.calendar import Period, local_date
from umlauf.kernel.money import CurrencyMismatch, Money, total

OVERDUE_SHARDS: Final = 8
"""Into how many partitions the watched receivables are spread."""


class LineKind(StrEnum):
    BASE_FEE = "base_fee"
    ADD_ON = "add_on"
    USAGE = "usage"
    USAGE_DIFFERENCE = "usage_difference"
    """Usage of an earlier period that arrived, or was corrected, after that period was billed."""


class PriceBasis(StrEnum):
    """What the plan's prices are: before tax, or what the customer pays."""

    NET = "net"
    GROSS = "gross"


@dataclass(frozen=True, slots=True)
class TaxTreatment:
    """How one supply is taxed: where, in which category, and at which rate (percent)."""

    country: str
    category: str
    rate: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One charge. `amount` is in the invoice's price basis, `net` its share of the taxable base."""

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


class ReceivableStatus(StrEnum):
    """How the invoice itself stands. Fees on top of it never make a paid invoice unpaid."""

    OPEN = "open"
    PROCESSING = "processing"
    """Nothing to do but wait: a slow debit is under way. Not paid, and not unpaid either."""
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Receivable:
    """What is owed on one invoice: its amount, and the fees that were charged for it since.

    `watch_on` is the first day on which it is overdue if still open; None once it was reported.
    """

    KIND: ClassVar[str] = "receivable"

    id: str
    number: str
    customer_id: str
    subscription_id: str
    amount: Money
    due_on: date
    time_zone: str
    watch_on: date | None
    settlements: tuple[Settlement, ...] = ()
    charged_fees: tuple[ChargedFee, ...] = ()
    version: int = 0

    @property
    def fees(self) -> Money:
        return total((one.amount for one in self.charged_fees), self.amount.currency)

    @property
    def paid(self) -> Money:
        return self._sum(SettlementState.SUCCEEDED)

    @property
    def open(self) -> Money:
        """What is still to be paid, fees included; never negative."""
        return max(self.amount + self.fees - self.paid, self._nothing)

    @property
    def open_fees(self) -> Money:
        """The part of `open` that is fees."""
        if self.paid >= self.amount:
            return self.open
        return allocate(self.paid, Arrears(self.fees, self._nothing, self.amount)).costs

    @property
    def overpaid(self) -> Money:
        """What was paid twice and waits to be given back."""
        return max(self.paid - self.amount - self.fees, self._nothing)

    @property
    def processing(self) -> Money:
        return self._sum(SettlementState.PROCESSING)

    @property
    def status(self) -> ReceivableStatus:
        if self.paid >= self.amount:
            return ReceivableStatus.PAID
        if self.paid + self.processing >= self.amount:
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

    def _settlement_of(self, attempt_id: str) -> Settlement | None:
        return next((one for one in self.settlements if one.attempt_id == attempt_id), None)

    def _sum(self, state: SettlementState) -> Money:
        amounts = (one.amount for one in self.settlements if one.state is state)
        return total(amounts, self.amount.currency)


@dataclass(frozen=True, slots=True)
class RatedUsage:
    """How much of a meter was rated, and for how much money, in one period of one plan item.

    `corrections` counts the difference lines billed since. Changed only together with the invoice
    that bills it.
    """

    KIND: ClassVar[str] = "rated_usage"

    id: str
    subscription_id: str
    item: str
    meter: str
    plan_id: str
    plan_version: int
    period: Period
    quantity: int
    """In the meter's own whole units (seconds), as the rollups count them."""
    amount: Money
    corrections: int = 0
    version: int = 0

    def corrected(self, quantity: int, amount: Money) -> "RatedUsage":
        return replace(self, quantity=quantity, amount=amount, corrections=self.corrections + 1)


def overdue_shard(invoice_id: str) -> int:
    return crc32(invoice_id.encode()) % OVERDUE_SHARDS


def rated_usage_id(subscription_id: str, item: str, period: Period) -> str:
    return f"{subscription_id}.{item}.{period.start.isoformat()}"


def rated_in_all(rated: Iterable[RatedUsage]) -> int:
    """The rated quantity of a meter: the left side of rated + open = metered."""
    return sum(one.quantity for one in rated)
