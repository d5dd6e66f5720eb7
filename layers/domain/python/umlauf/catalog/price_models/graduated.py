"""Each tier prices the units that fall into it; a tier that is reached may add a flat fee.

Upper bounds are inclusive and may be fractional: there is no gap between 100 and 101.
"""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

from umlauf.catalog.price_models.ladders import Ladder, make_ladder
from umlauf.catalog.price_models.prorated_graduated import price_prorated
from umlauf.catalog.price_models.quantities import MOST, Quantity, Ratio, whole
from umlauf.catalog.price_models.tiers import Tier, require_ascending_to_open_end

_MOST_LADDERS: Final = 8


@dataclass(frozen=True)
class Graduated:
    KIND: ClassVar[str] = "graduated"

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        require_ascending_to_open_end([tier.up_to for tier in self.tiers])

    def price(self, quantity: Quantity, per: int) -> Ratio:
        """Price units, or units that came and went. Nothing used reaches no tier."""
        units = quantity
        if type(units) is not int or not 0 < units <= MOST:
            if isinstance(quantity, list | tuple):
                return price_prorated(self.tiers, quantity)
            units, per = whole(quantity, per)
            if not units:
                return 0, 1
        ladder = self._ladders.get(per) or self._make_ladder(per)
        slope, start = ladder.rungs[bisect_left(ladder.bounds, units)]
        return units * slope + start, ladder.denominator

    @cached_property
    def _ladders(self) -> dict[int, Ladder]:
        return {}

    def _make_ladder(self, per: int) -> Ladder:
        ladder = make_ladder(self.tiers, per)
        if len(self._ladders) < _MOST_LADDERS:
            self._ladders[per] = ladder
        return ladder
