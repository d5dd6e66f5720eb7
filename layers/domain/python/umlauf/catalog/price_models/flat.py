"""One amount, whatever the quantity."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from umlauf.catalog.price_models.amounts import require_figure


@dataclass(frozen=True, slots=True)
class Flat:
    KIND: ClassVar[str] = "flat"

    amount_minor: Decimal

    def __post_init__(self) -> None:
        require_figure(self.amount_minor, "amount_minor")


def price_flat(model: Flat) -> Decimal:
    return model.amount_minor
