"""One fee of one contract, billed and billed again by the engine as a case tells its story.

A case may place its changes on days, at instants, or say only which share of the period is left.
The engine sees days in all three: `Clock` keeps what they stand for and measures the shares.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tests.vectors.words import A_DAY, A_MONTH, instant
from umlauf.billing.charges import BilledCharge
from umlauf.billing.desired import DesiredFee, ShareOf
from umlauf.billing.model import LineKind, PriceBasis, TaxTreatment
from umlauf.billing.proration import share, share_of_instants
from umlauf.billing.reconciling import NewFee, Reckoning, reconcile
from umlauf.catalog.model import BaseFee, Plan
from umlauf.catalog.policies import BillingTiming, CreditPolicy, ProrationBasis
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total

_FIRST_DAY: Final = date(2000, 1, 1)
_UNTAXED: Final = TaxTreatment("DE", "standard", Decimal(0))


class Clock:
    """Stands days in for whatever a case tells time by."""

    def __init__(self, points: Sequence[date | datetime], zone: str) -> None:
        self._is_by_day = not any(isinstance(point, datetime) for point in points)
        self._zone = zone
        instants = sorted({instant(point, zone) for point in points})
        self._day_of = {one: A_DAY.after(_FIRST_DAY, place) for place, one in enumerate(instants)}
        self._instant_of = {day: one for one, day in self._day_of.items()}

    def day(self, point: date | datetime) -> date:
        return point if self._is_by_day else self._day_of[instant(point, self._zone)]

    def share_of(self, part: Period, full: Period, basis: ProrationBasis) -> Fraction:
        if self._is_by_day:
            return share(part, full, basis)
        start, end, first, last = (
            self._instant_of[one] for one in (part.start, part.end, full.start, full.end)
        )
        return share_of_instants(start, end, (first, last))


class ToldShares:
    """A period of which only one thing is known: which share of it is left at the change."""

    def __init__(self, left: Fraction) -> None:
        self._left = left
        self.start, self.change, self.end = (A_DAY.after(_FIRST_DAY, place) for place in range(3))

    def share_of(self, part: Period, full: Period, _: ProrationBasis) -> Fraction:
        if part == full:
            return Fraction(1)
        assert part == Period(self.change, self.end), "only the rest was told"
        return self._left


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is wanted from then until then, at which price of which full period."""

    period: Period
    full_minor: Decimal
    full_period: Period


@dataclass(frozen=True, slots=True)
class Bill:
    """What one act of billing charges and gives back."""

    charges: tuple[Money, ...]
    credits: tuple[Money, ...]
    currency: str

    @property
    def charged(self) -> Money:
        return total(self.charges, self.currency)

    @property
    def given_back(self) -> Money:
        return total(self.credits, self.currency)

    @property
    def net(self) -> Money:
        """What the bill comes to: below zero it gives more than it takes."""
        return total([*self.charges, *(-one for one in self.credits)], self.currency)

    @property
    def surplus(self) -> Money:
        """What it gives more than it takes."""
        return -self.net


@dataclass
class Contract:
    currency: str
    share_of: ShareOf
    credit: CreditPolicy = CreditPolicy.UNUSED
    billed: dict[str, BilledCharge] = field(default_factory=dict)

    def bill(self, *wanted: Stretch) -> Bill:
        """Bring what is billed in line with what is wanted, as billing does."""
        reckoning = Reckoning(
            subscription_id="sub_case",
            currency=self.currency,
            share_of=self.share_of,
            credits_over=lambda _charge, part: [(part, self.credit)],
        )
        fees = [self._fee(stretch) for stretch in wanted]
        result = reconcile(fees, list(self.billed.values()), reckoning)
        self.billed.update({charge.id: charge for charge in result.charges})
        self.billed.update({fee.id: self._charge(fee) for fee in result.fees})
        return Bill(
            tuple(fee.amount for fee in result.fees),
            tuple(credit.amount for credit in result.credits),
            self.currency,
        )

    def give_back_by_hand(self, amount: Money) -> None:
        """A goodwill credit on what was billed first."""
        charge = next(iter(self.billed.values()))
        self.billed[charge.id] = charge.give_back(amount)

    def _fee(self, stretch: Stretch) -> DesiredFee:
        item = BaseFee(
            id="fee", name="Fee", prices=(Price(self.currency, Flat(stretch.full_minor)),)
        )
        return DesiredFee(
            item=item,
            kind=LineKind.BASE_FEE,
            plan=Plan(plan_id="plan", name="Plan", interval=A_MONTH, items=(item,)),
            quantity=1,
            period=stretch.period,
            full_period=stretch.full_period,
            full_minor=stretch.full_minor,
            discounts=(),
            timing=BillingTiming.ADVANCE,
        )

    def _charge(self, fee: NewFee) -> BilledCharge:
        return BilledCharge(
            id=fee.id,
            subscription_id="sub_case",
            customer_id="cus_case",
            item=fee.fee.item.id,
            kind=fee.fee.kind,
            name=fee.fee.item.name,
            plan_id=fee.fee.plan.plan_id,
            plan_version=fee.fee.plan.plan_version,
            quantity=fee.fee.quantity,
            period=fee.period,
            full_period=fee.fee.full_period,
            full_minor=fee.fee.full_minor,
            amount=fee.amount,
            supply=fee.fee.item.supply,
            tax_category=fee.fee.item.tax_category,
            treatment=_UNTAXED,
            price_basis=PriceBasis.of(fee.fee.plan),
            invoice_id="inv_case",
            line=1,
            credited=Money(0, self.currency),
        )
