"""What has been billed: one record per charge, and how much of it can still be given back.

A `BilledCharge` is put once under its business identity, so nothing is charged twice; afterwards
only its credit counters grow. Over-crediting is impossible: every credit, by the engine or by hand,
goes through `give_back`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import ClassVar, Final

from umlauf.billing.errors import OverCredited
from umlauf.billing.model import LineDetail, LineKind, PriceBasis, TaxTreatment
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.catalog.policies import ProrationBasis
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money

NOT_BILLED: Final = TaxTreatment("", "not_billed", Decimal(0))
"""Of a charge that no document shows: nothing was used, so nothing was taxed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedQuantity:
    """How much of a meter was rated, at which price: what late usage is rated again by.

    `counted` is in the meter's units (seconds), `amount` what all of it comes to, corrections
    included. `percents_off` are the percentage coupons in force in its stretch. What events came to
    is told apart by `fingerprint`, and explained by `details`: see `measuring`.
    """

    meter: str
    unit: str
    counted: Decimal
    meter_units_per_unit: int
    price: Price
    amount: Money
    percents_off: tuple[Decimal, ...] = ()
    corrections: int = 0
    aggregation: Aggregation = Aggregation.SUM
    fingerprint: str = ""
    details: tuple[LineDetail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledCharge:
    """One charge of one service period. `id` is its business identity.

    `full_minor` is the exact price of `full_period` after discounts, from which credits are
    reckoned; `amount` what was billed for `period`. Both are in `price_basis`, as is the invoice.
    `credited_periods` are the parts of `period` that were given back because they are not wanted
    any more; a goodwill credit raises `credited` only. `withheld` is what of those parts could not
    be given back, because it had been given away before: charged again, they cost that much less.
    `invoice_id` and `line` say where it stands.
    """

    KIND: ClassVar[str] = "billed_charge"

    id: str
    subscription_id: str
    customer_id: str
    item: str
    kind: LineKind
    name: str
    plan_id: str
    plan_version: int
    quantity: int
    period: Period
    full_period: Period
    full_minor: Decimal
    amount: Money
    supply: Supply
    tax_category: TaxCategory
    treatment: TaxTreatment
    invoice_id: str
    line: int
    price_basis: PriceBasis
    basis: ProrationBasis = ProrationBasis.ACTUAL_DAYS
    credited: Money
    credited_periods: tuple[Period, ...] = ()
    withheld: Money | None = None
    usage: RatedQuantity | None = None
    version: int = 0

    @property
    def left(self) -> Money:
        """What of it still stands: below zero for what a maximum took off."""
        return self.amount - self.credited

    @property
    def creditable(self) -> Money:
        """What can still be given back; zero for what took something off itself."""
        return max(self.left, Money(0, self.amount.currency))

    @property
    def covered(self) -> tuple[Period, ...]:
        """The parts of the period that are still paid for, in order."""
        return without([self.period], self.credited_periods)

    def give_back(self, amount: Money, period: Period | None = None) -> "BilledCharge":
        """Count a credit; with a period, that part is not paid for any more.

        What a maximum took off is undone by amounts below zero, as it is itself. Raises
        OverCredited when it is more than is left, or has the other sign.
        """
        nothing = Money(0, self.amount.currency)
        if not min(self.left, nothing) <= amount <= max(self.left, nothing):
            raise OverCredited(
                f"{self.id}: {amount} cannot be credited, {self.left} is left of "
                f"{self.amount}; credit at most that",
                field="amount",
            )
        gone = self.credited_periods if period is None else (*self.credited_periods, period)
        return replace(self, credited=self.credited + amount, credited_periods=gone)


def charge_id(subscription_id: str, item: str, day: date, sequence: int) -> str:
    """The business identity of the n-th charge of an item's time from `day` on (0: the first).

    A part that was given back and is wanted again is the next in sequence.
    """
    return f"{subscription_id}#{item}#{day.isoformat()}#{sequence}"


def sequence_of(charge: BilledCharge) -> int:
    """Which of the charges of an item's time it is: later ones have higher numbers."""
    return int(charge.id.rpartition("#")[2])


def without(periods: Iterable[Period], gone: Sequence[Period]) -> tuple[Period, ...]:
    """What is left of some periods when others are taken out, in order."""
    left = sorted(periods, key=lambda period: period.start)
    for hole in gone:
        left = [part for period in left for part in _cut(period, hole)]
    return tuple(left)


def since(periods: Iterable[Period], day: date) -> tuple[Period, ...]:
    """The parts of some periods that lie on or after a day."""
    return tuple(Period(max(one.start, day), one.end) for one in periods if one.end > day)


def _cut(period: Period, hole: Period) -> Iterable[Period]:
    if not period.overlaps(hole):
        return (period,)
    parts = []
    if period.start < hole.start:
        parts.append(Period(period.start, hole.start))
    if hole.end < period.end:
        parts.append(Period(hole.end, period.end))
    return parts
