"""The tier that the whole quantity reaches prices all of it, and adds its flat fee.

So using more may cost less: 16 units at 0.50 are cheaper than 15 at 1.00. Bounds are inclusive and
may be fractional. Nothing used lies in the first tier and pays its flat fee.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from umlauf.catalog.price_models.amounts import MICRO, in_micro
from umlauf.catalog.price_models.quantities import Quantity, Ratio, whole
from umlauf.catalog.price_models.tiers import Tier, require_ascending_to_open_end


@dataclass(frozen=True)
class Volume:
    KIND: ClassVar[str] = "volume"

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        require_ascending_to_open_end([tier.up_to for tier in self.tiers])

    def price(self, quantity: Quantity, per: int) -> Ratio:
        units, per = whole(quantity, per)
        # Rounded up, a quantity still lies above every bound that it lies above.
        tier = self.tiers[bisect_left(self._bounds, -(-units * MICRO // per))]
        price = units * in_micro(tier.unit_price_minor) + in_micro(tier.flat_minor) * per
        return price, MICRO * per

    @cached_property
    def _bounds(self) -> tuple[int, ...]:
        """The upper bounds of all tiers but the last, in micro-units."""
        return tuple(in_micro(tier.up_to) for tier in self.tiers if tier.up_to is not None)
