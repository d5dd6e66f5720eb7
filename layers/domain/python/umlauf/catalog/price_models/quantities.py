"""What a price model may be asked to price, and the refusal of anything else.

| Models | Quantity |
|---|---|
| flat, per_unit, graduated, volume, package | a number: `int`, `Decimal` or `Fraction` |
| graduated | also a sequence of `ProratedUnits`, in order of time |
| percentage, graduated_percentage | the transactions' amounts in minor units, in order of time |
| capacity | the peak of each limit, by its name |
| intensity | the units used at each level, by its name |
| chosen_amount | the amount the subscriber chose, in minor units |

Models reckon in whole numbers alone: a quantity becomes so many `per`-ths of the priced unit, and
a price a numerator and a denominator of minor units. So nothing is rounded before the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from umlauf.kernel.errors import InvalidInput

MOST: Final = 10**11

Number = int | Decimal | Fraction
Ratio = tuple[int, int]
"""An exact amount of minor units: numerator and positive denominator, not reduced."""


@dataclass(frozen=True, slots=True)
class ProratedUnits:
    """Units added (or removed: negative), and what they count for in the rest of the period.

    Ten seats added when a third of the period is over are `ProratedUnits(10, Decimal("6.66667"))`.
    """

    units: Decimal
    prorated: Decimal

    def __post_init__(self) -> None:
        for value in (self.units, self.prorated):
            if not value.is_finite() or abs(value) > MOST:
                raise InvalidInput(f"units must be finite, not {value}", field="quantity")
        if self.units * self.prorated < 0:
            raise InvalidInput("prorated units must have the sign of the units", field="quantity")


Quantity = Number | Sequence[Number | ProratedUnits] | Mapping[str, Number]


def whole(quantity: Quantity, per: int) -> tuple[int, int]:
    """A number of `per`-ths as a whole number of finer parts, and how many make the unit."""
    if type(quantity) is int and 0 <= quantity <= MOST:
        return quantity, per
    if isinstance(quantity, bool) or not isinstance(quantity, int | Decimal | Fraction):
        raise _wrong(quantity, "a number of units")
    is_finite = not isinstance(quantity, Decimal) or quantity.is_finite()
    if not is_finite or not 0 <= quantity <= MOST:
        raise InvalidInput(f"quantity must be 0 to {MOST}, not {quantity}", field="quantity")
    numerator, denominator = quantity.as_integer_ratio()
    return numerator, denominator * per


def transactions(quantity: Quantity) -> tuple[Fraction, ...]:
    """The amounts that a model of transactions needs. Raises InvalidInput."""
    if isinstance(quantity, str | bytes) or not isinstance(quantity, Sequence):
        raise _wrong(quantity, "the amounts of the transactions, in order")
    return tuple(_exact(one, "a number for each transaction") for one in quantity)


def by_name(quantity: Quantity, known: Sequence[str]) -> dict[str, Fraction]:
    """The numbers that a model of several limits or levels needs. Raises InvalidInput."""
    if not isinstance(quantity, Mapping):
        raise _wrong(quantity, f"a number by name ({', '.join(known)})")
    for name in quantity:
        if name not in known:
            raise InvalidInput(
                f"{name!r} has no price here; known are {', '.join(known)}", field="quantity"
            )
    return {name: _exact(one, "a number by name") for name, one in quantity.items()}


def _exact(value: Number | ProratedUnits, needed: str) -> Fraction:
    if isinstance(value, ProratedUnits):
        raise _wrong(value, needed)
    return Fraction(*whole(value, 1))


def _wrong(quantity: object, needed: str) -> InvalidInput:
    return InvalidInput(
        f"this price needs {needed}, not {type(quantity).__name__}", field="quantity"
    )
