"""From counted usage to priced charges.

Usage of a stretch is rated as a whole, also when part of it arrives late: then the stretch is rated
again, at the price it was billed by, and the difference is charged, or given back, with the earlier
time as its service period.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from umlauf.billing.charges import BilledCharge, RatedQuantity
from umlauf.billing.desired import DesiredUsage
from umlauf.catalog.price_models.rating import rate_exactly
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, round_to_minor

LATE_PERIODS: Final = 3
"""How many billed periods are looked at again for usage that arrived late."""

CLOSING_DAYS: Final = 7
"""How long after its last bill a contract is looked at once more, for usage that arrived late."""

_SHOWN: Final = Decimal("0.0001")
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class LateUsage:
    """A billed stretch in which other usage is counted now. `amount` may be below zero."""

    charge: BilledCharge
    """With what is counted now."""
    counted: int
    """How much more, or less, than was billed."""
    amount: Money


def rate_usage(usage: DesiredUsage, counted: int) -> RatedQuantity:
    """All of a stretch's usage, for the first time."""
    rated = RatedQuantity(
        meter=usage.item.meter,
        unit=usage.item.unit,
        counted=counted,
        meter_units_per_unit=usage.item.meter_units_per_unit,
        price=usage.price,
        percents_off=percents_off(usage),
        amount=Money(0, usage.price.currency),
    )
    return replace(rated, amount=price_of(rated, counted))


def percents_off(usage: DesiredUsage) -> tuple[Decimal, ...]:
    return tuple(coupon.percent for coupon in usage.coupons if coupon.percent is not None)


def price_of(rated: RatedQuantity, counted: int) -> Money:
    """What a quantity costs at the price, and with the percentages off, of its stretch."""
    exact = rate_exactly(rated.price.model, Decimal(counted), per=rated.meter_units_per_unit)
    for percent in rated.percents_off:
        exact = exact * (_HUNDRED - percent) / _HUNDRED
    return round_to_minor(exact, rated.price.currency)


def rate_again(charge: BilledCharge, counted: int) -> LateUsage | None:
    """The difference a changed count makes to a billed stretch; None if nothing changed."""
    usage = charge.usage
    if usage is None or counted == usage.counted:
        return None
    return _rated_as(charge, usage, counted, price_of(usage, counted))


def rate_no_more(charge: BilledCharge) -> LateUsage | None:
    """All of a stretch that is not there any more: what costs something unused goes too.

    From then on its time is not rated by this charge; None if it was so already.
    """
    usage = charge.usage
    if usage is None or not (charge.covered or usage.counted or usage.amount):
        return None
    gone = (*charge.credited_periods, *charge.covered)
    nothing = Money(0, charge.amount.currency)
    return _rated_as(replace(charge, credited_periods=gone), usage, 0, nothing)


def _rated_as(charge: BilledCharge, usage: RatedQuantity, counted: int, amount: Money) -> LateUsage:
    corrected = replace(usage, counted=counted, amount=amount, corrections=usage.corrections + 1)
    return LateUsage(
        replace(charge, usage=corrected), counted - usage.counted, amount - usage.amount
    )


def taken_back(
    amount: Money, charge: BilledCharge, differences: Sequence[BilledCharge]
) -> Iterator[tuple[BilledCharge, Money]]:
    """From which charges of a stretch an amount is given back: the latest difference first.

    Gives each charge with its counter moved on, and the part that it gives. What was given back by
    hand before is not given twice.
    """
    left = amount
    for one in (*reversed(differences), charge):
        part = min(left, one.creditable)
        if part:
            yield one.give_back(part), part
            left -= part


def counted_in(period: Period, by_day: Mapping[date, int]) -> int:
    return sum(quantity for day, quantity in by_day.items() if period.contains(day))


def in_units(counted: int, rated: RatedQuantity) -> Decimal:
    """For people: seconds as minutes. Money is never computed from it."""
    units = Decimal(counted) / rated.meter_units_per_unit
    return units.quantize(_SHOWN, rounding=ROUND_HALF_UP).normalize() + Decimal(0)
