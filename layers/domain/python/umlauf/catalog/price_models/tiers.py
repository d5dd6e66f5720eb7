"""Tiers of units, and what the bounds of every tiered model must be."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import require_figure

MAX_TIERS: Final = 50


@dataclass(frozen=True, slots=True)
class Tier:
    """The units up to and including `up_to`; None is the open last tier."""

    up_to: Decimal | None
    unit_price_minor: Decimal
    flat_minor: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        require_figure(self.unit_price_minor, "unit_price_minor")
        require_figure(self.flat_minor, "flat_minor")
        if self.up_to is not None:
            require_figure(self.up_to, "up_to")


def require_ascending_to_open_end(bounds: Sequence[Decimal | None]) -> None:
    """Refuse inclusive upper bounds that leave a gap, overlap, or end before every quantity."""
    if len(bounds) > MAX_TIERS:
        raise BadPrice(f"a price may have {MAX_TIERS} tiers, not {len(bounds)}", field="tiers")
    if not bounds or bounds[-1] is not None:
        raise BadPrice("the last tier must be open: leave its up_to out", field="tiers")
    uppers = [Decimal(0)]
    for bound in bounds[:-1]:
        if bound is None:
            raise BadPrice("only the last tier may be open", field="tiers")
        uppers.append(bound)
    for lower, upper in pairwise(uppers):
        if upper <= lower:
            raise BadPrice(
                f"tiers must ascend from above 0: {upper:f} does not lie above {lower:f}",
                field="tiers",
            )
