"""So much for every package that is begun, after the free units."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import MICRO, in_micro, require_figure
from umlauf.catalog.price_models.quantities import Quantity, Ratio, whole


@dataclass(frozen=True, slots=True)
class Package:
    KIND: ClassVar[str] = "package"

    size: Decimal
    package_price_minor: Decimal
    free_units: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        require_figure(self.size, "size")
        require_figure(self.package_price_minor, "package_price_minor")
        require_figure(self.free_units, "free_units")
        if not self.size:
            raise BadPrice("a package must hold something: give it a size", field="size")

    def price(self, quantity: Quantity, per: int) -> Ratio:
        units, per = whole(quantity, per)
        paid = max(units * MICRO - in_micro(self.free_units) * per, 0)
        packages = -(-paid // (in_micro(self.size) * per))
        return packages * in_micro(self.package_price_minor), MICRO
