"""One amount, whatever the quantity."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from umlauf.catalog.price_models.amounts import MICRO, in_micro, require_figure
from umlauf.catalog.price_models.quantities import Quantity, Ratio, whole


@dataclass(frozen=True, slots=True)
class Flat:
    KIND: ClassVar[str] = "flat"

    amount_minor: Decimal

    def __post_init__(self) -> None:
        require_figure(self.amount_minor, "amount_minor")

    def price(self, quantity: Quantity, per: int) -> Ratio:
        whole(quantity, per)  # Even where it does not count, a quantity must be one.
        return in_micro(self.amount_minor), MICRO
