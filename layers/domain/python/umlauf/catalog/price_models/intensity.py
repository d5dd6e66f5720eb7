"""A rate for each level of use and minute (eco, normal, boost), in micro-units until the end."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import MICRO, in_micro, require_figure
from umlauf.catalog.price_models.quantities import Quantity, Ratio, by_name
from umlauf.kernel.identifiers import require_identifier

MAX_LEVELS: Final = 20


@dataclass(frozen=True, slots=True)
class Level:
    name: str
    unit_price_minor: Decimal

    def __post_init__(self) -> None:
        require_identifier(self.name, "levels")
        require_figure(self.unit_price_minor, "unit_price_minor")


@dataclass(frozen=True, slots=True)
class Intensity:
    KIND: ClassVar[str] = "intensity"

    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.levels) <= MAX_LEVELS:
            raise BadPrice(f"a price has 1 to {MAX_LEVELS} levels", field="levels")
        if len(set(self.names)) < len(self.names):
            raise BadPrice("a level stands there more than once", field="levels")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.levels)

    def price(self, quantity: Quantity, per: int) -> Ratio:
        """Price the `per`-ths used at each level; a missing level was not used."""
        used = by_name(quantity, self.names)
        micro = sum(
            (used.get(one.name, Fraction(0)) * in_micro(one.unit_price_minor))
            for one in self.levels
        )
        return (Fraction(micro) / (MICRO * per)).as_integer_ratio()
