"""From counted usage to priced charges.

Usage of a stretch is rated as a whole, also when part of it arrives late: then the stretch is rated
again, at the price it was billed by, and the difference is charged, or given back, with the earlier
time as its service period.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from umlauf.billing.charges import BilledCharge, RatedQuantity, sequence_of
from umlauf.billing.desired import DesiredUsage
from umlauf.billing.measuring import Figure, figure_of_register
from umlauf.billing.model import LineDetail
from umlauf.billing.proration import share
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.policies import ProrationBasis
from umlauf.catalog.price_models.quantities import Quantity
from umlauf.catalog.price_models.rating import rate_as_fraction
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, round_ratio

LATE_PERIODS: Final = 3
"""How many billed periods are looked at again for usage that arrived late."""

CLOSING_DAYS: Final = 7
"""How long after its last bill a contract is looked at once more, for usage that arrived late."""

_SHOWN: Final = Decimal("0.0001")
_HUNDRED: Final = 100
_WHOLE: Final = Fraction(1)


_STATES: Final = frozenset(
    {Aggregation.MAX, Aggregation.UNIQUE, Aggregation.LATEST, Aggregation.TIME_WEIGHTED_SUM}
)
"""What holds for a time rather than adds up: its price is that of a full period."""


@dataclass(frozen=True, slots=True)
class LateUsage:
    """A billed stretch in which other usage is counted now. `amount` may be below zero."""

    charge: BilledCharge
    """With what is counted now."""
    counted: Decimal
    """How much more, or less, than was billed."""
    amount: Money


def rate_usage(usage: DesiredUsage, figure: Figure) -> RatedQuantity:
    """All of a stretch's usage, for the first time."""
    rated = RatedQuantity(
        meter=usage.item.meter,
        unit=usage.item.unit,
        counted=Decimal(0),
        meter_units_per_unit=usage.item.meter_units_per_unit,
        price=usage.price,
        percents_off=percents_off(usage),
        amount=Money(0, usage.price.currency),
        aggregation=usage.item.aggregation,
    )
    part = share_of_price(rated, usage.period, usage.full_period, usage.plan.proration)
    return replace(_told(rated, figure), amount=price_of(rated, figure.quantity, part))


def percents_off(usage: DesiredUsage) -> tuple[Decimal, ...]:
    return tuple(coupon.percent for coupon in usage.coupons if coupon.percent is not None)


def share_of_price(
    rated: RatedQuantity, period: Period, full_period: Period, basis: ProrationBasis
) -> Fraction:
    """Which part of the price a stretch costs: what adds up costs all of it, however short.

    What holds for a time (seats, peaks, who took part) costs the stretch's share by days.
    """
    if rated.aggregation not in _STATES:
        return _WHOLE
    return share(period, full_period, basis)


def price_of(rated: RatedQuantity, quantity: Quantity, part: Fraction = _WHOLE) -> Money:
    """What a quantity costs at the price, and with the percentages off, of its stretch."""
    exact = rate_as_fraction(rated.price.model, quantity, per=rated.meter_units_per_unit) * part
    for percent in rated.percents_off:
        exact *= 1 - Fraction(percent) / _HUNDRED
    return round_ratio(exact.numerator, exact.denominator, rated.price.currency)


def rate_again(charge: BilledCharge, figure: Figure) -> LateUsage | None:
    """The difference a changed figure makes to a billed stretch; None if nothing changed."""
    usage = charge.usage
    if usage is None or (figure.counted, figure.fingerprint) == (usage.counted, usage.fingerprint):
        return None
    part = share_of_price(usage, charge.period, charge.full_period, charge.basis)
    return _rated_as(charge, usage, figure, price_of(usage, figure.quantity, part))


def rate_no_more(charge: BilledCharge) -> LateUsage | None:
    """All of a stretch that is not there any more: what costs something unused goes too.

    From then on its time is not rated by this charge; None if it was so already.
    """
    usage = charge.usage
    if usage is None or not (charge.covered or usage.counted or usage.amount):
        return None
    gone = (*charge.credited_periods, *charge.covered)
    nothing = Money(0, charge.amount.currency)
    return _rated_as(replace(charge, credited_periods=gone), usage, figure_of_register(0), nothing)


def _rated_as(
    charge: BilledCharge, usage: RatedQuantity, figure: Figure, amount: Money
) -> LateUsage:
    corrected = replace(_told(usage, figure), amount=amount, corrections=usage.corrections + 1)
    return LateUsage(
        replace(charge, usage=corrected), figure.counted - usage.counted, amount - usage.amount
    )


def _told(rated: RatedQuantity, figure: Figure) -> RatedQuantity:
    """What was used as people are told it: levels in the price's unit, transactions counted."""
    details = [
        LineDetail(name, in_units(quantity, rated), rated.unit) for name, quantity in figure.parts
    ]
    if figure.transactions is not None:
        details.append(LineDetail("", Decimal(figure.transactions), "transaction"))
    return replace(
        rated, counted=figure.counted, fingerprint=figure.fingerprint, details=tuple(details)
    )


def taken_back(
    amount: Money, charge: BilledCharge, differences: Sequence[BilledCharge]
) -> Iterator[tuple[BilledCharge, Money]]:
    """From which charges of a stretch an amount is given back: the latest difference first.

    The differences come in no order. Gives each charge with its counter moved on, and the part
    that it gives. What was given back by hand before is not given twice.
    """
    left = amount
    latest_first = sorted(differences, key=sequence_of, reverse=True)
    for one in (*latest_first, charge):
        part = min(left, one.creditable)
        if part:
            yield one.give_back(part), part
            left -= part


def counted_in(period: Period, by_day: Mapping[date, int]) -> int:
    return sum(quantity for day, quantity in by_day.items() if period.contains(day))


def in_units(counted: Decimal, rated: RatedQuantity) -> Decimal:
    """For people: seconds as minutes. Money is never computed from it."""
    units = counted / rated.meter_units_per_unit
    return units.quantize(_SHOWN, rounding=ROUND_HALF_UP).normalize() + Decimal(0)
