"""Graduated prices for units that come and go within a period (seats, licences).

Which tier a unit falls into is decided by how many there are; what it costs there by how much of
the period it counts for. An event that crosses a bound is split in proportion. A removal gives back
at the tiers it leaves. A tier that was ever reached adds its flat fee whole.
"""

from collections.abc import Sequence
from fractions import Fraction

from umlauf.catalog.price_models.quantities import Number, ProratedUnits, Ratio
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.errors import InvalidInput


def price_prorated(tiers: Sequence[Tier], events: Sequence[Number | ProratedUnits]) -> Ratio:
    """The exact price of additions and removals, in order of time."""
    price = count = highest = Fraction(0)
    for event in events:
        if not isinstance(event, ProratedUnits):
            raise InvalidInput("give every event as ProratedUnits", field="quantity")
        after = count + Fraction(event.units)
        if after < 0:
            raise InvalidInput(
                f"{event.units} units cannot be removed from {count}", field="quantity"
            )
        price += _price_between(tiers, count, after) * _weight(event)
        count, highest = after, max(highest, after)
    lower = Fraction(0)
    for tier in tiers:
        if highest <= lower:
            break
        price += Fraction(tier.flat_minor)
        lower = highest if tier.up_to is None else Fraction(tier.up_to)
    return price.as_integer_ratio()


def _weight(event: ProratedUnits) -> Fraction:
    """What part of a whole period each unit of the event counts for."""
    return Fraction(event.prorated) / Fraction(event.units) if event.units else Fraction(0)


def _price_between(tiers: Sequence[Tier], start: Fraction, end: Fraction) -> Fraction:
    """What the units between two counts cost for a whole period; negative when they go."""
    low, high = min(start, end), max(start, end)
    price = lower = Fraction(0)
    for tier in tiers:
        upper = high if tier.up_to is None else Fraction(tier.up_to)
        price += max(min(high, upper) - max(low, lower), Fraction(0)) * Fraction(
            tier.unit_price_minor
        )
        lower = upper
    return price if end >= start else -price
