"""Every unit costs the same."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from umlauf.catalog.price_models.amounts import require_figure


@dataclass(frozen=True, slots=True)
class PerUnit:
    KIND: ClassVar[str] = "per_unit"

    unit_price_minor: Decimal

    def __post_init__(self) -> None:
        require_figure(self.unit_price_minor, "unit_price_minor")


def price_per_unit(model: PerUnit, quantity: Decimal, per: int) -> Decimal:
    """The exact price of `quantity` `per`-ths of the unit."""
    return quantity * model.unit_price_minor / per
