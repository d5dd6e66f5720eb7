"""Each tier prices the units that fall into it; a tier that is reached may add a flat fee.

Upper bounds are inclusive and may be fractional: there is no gap between 100 and 101.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar, Final

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


@dataclass(frozen=True, slots=True)
class Graduated:
    KIND: ClassVar[str] = "graduated"

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        _require_ascending_to_open_end(self.tiers)


def price_graduated(model: Graduated, quantity: Decimal, per: int) -> Decimal:
    """The exact price of `quantity` `per`-ths of the unit, tier by tier."""
    units = Decimal(0)
    flats = Decimal(0)
    lower = Decimal(0)
    for tier in model.tiers:
        if quantity <= lower:
            break
        upper = quantity if tier.up_to is None else min(quantity, tier.up_to * per)
        units += (upper - lower) * tier.unit_price_minor
        flats += tier.flat_minor
        lower = upper if tier.up_to is None else tier.up_to * per
    return units / per + flats


def _require_ascending_to_open_end(tiers: Sequence[Tier]) -> None:
    if len(tiers) > MAX_TIERS:
        raise BadPrice(f"a price may have {MAX_TIERS} tiers, not {len(tiers)}", field="tiers")
    if not tiers or tiers[-1].up_to is not None:
        raise BadPrice("the last tier must be open: leave its up_to out", field="tiers")
    bounds = [Decimal(0)]
    for tier in tiers[:-1]:
        if tier.up_to is None:
            raise BadPrice("only the last tier may be open", field="tiers")
        bounds.append(tier.up_to)
    if any(upper <= lower for lower, upper in pairwise(bounds)):
        raise BadPrice("tiers must ascend from above 0: give each a larger up_to", field="tiers")
