"""Every unit costs the same."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from umlauf.catalog.price_models.amounts import MICRO, in_micro, require_figure
from umlauf.catalog.price_models.quantities import Quantity, Ratio, whole


@dataclass(frozen=True, slots=True)
class PerUnit:
    KIND: ClassVar[str] = "per_unit"

    unit_price_minor: Decimal

    def __post_init__(self) -> None:
        require_figure(self.unit_price_minor, "unit_price_minor")

    def price(self, quantity: Quantity, per: int) -> Ratio:
        units, per = whole(quantity, per)
        return units * in_micro(self.unit_price_minor), MICRO * per
