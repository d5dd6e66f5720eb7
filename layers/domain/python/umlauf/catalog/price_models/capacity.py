"""One price for a capacity: the first tier all of whose limits the period's peaks keep.

One peak over its limit moves the whole charge up. The last tier has no limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import MICRO, in_micro, require_figure
from umlauf.catalog.price_models.quantities import Quantity, Ratio, by_name
from umlauf.catalog.price_models.tiers import MAX_TIERS
from umlauf.kernel.identifiers import require_identifier


@dataclass(frozen=True, slots=True)
class Limit:
    """The highest peak of what is called `name` that a tier allows, inclusive."""

    name: str
    up_to: Decimal

    def __post_init__(self) -> None:
        require_identifier(self.name, "limits")
        require_figure(self.up_to, "up_to")


@dataclass(frozen=True, slots=True)
class CapacityTier:
    limits: tuple[Limit, ...]
    price_minor: Decimal

    def __post_init__(self) -> None:
        require_figure(self.price_minor, "price_minor")
        names = [limit.name for limit in self.limits]
        if len(set(names)) < len(names):
            raise BadPrice("a tier limits the same peak twice", field="limits")


@dataclass(frozen=True, slots=True)
class Capacity:
    KIND: ClassVar[str] = "capacity"

    tiers: tuple[CapacityTier, ...]

    def __post_init__(self) -> None:
        if not 1 < len(self.tiers) <= MAX_TIERS:
            raise BadPrice(f"a capacity price has 2 to {MAX_TIERS} tiers", field="tiers")
        if self.tiers[-1].limits:
            raise BadPrice("the last tier must be open: leave its limits out", field="tiers")
        for lower, upper in pairwise(self.tiers[:-1]):
            _require_rising(_limits(lower), _limits(upper))
        if not self.names:
            raise BadPrice("every tier but the last needs limits", field="limits")

    @property
    def names(self) -> tuple[str, ...]:
        """What is limited."""
        return tuple(limit.name for limit in self.tiers[0].limits)

    def price(self, quantity: Quantity, per: int) -> Ratio:  # noqa: ARG002 - peaks have no unit
        """The price of the first tier that holds every peak; a missing peak is zero."""
        peaks = by_name(quantity, self.names)
        fitting = (
            tier
            for tier in self.tiers
            if all(peaks.get(limit.name, 0) <= limit.up_to for limit in tier.limits)
        )
        return in_micro(next(fitting).price_minor), MICRO


def _limits(tier: CapacityTier) -> dict[str, Decimal]:
    return {limit.name: limit.up_to for limit in tier.limits}


def _require_rising(lower: Mapping[str, Decimal], upper: Mapping[str, Decimal]) -> None:
    if lower.keys() != upper.keys():
        raise BadPrice("all tiers but the last must limit the same peaks", field="limits")
    if any(upper[name] < lower[name] for name in lower) or upper == lower:
        raise BadPrice(
            "each tier must allow more than the one before: raise at least one limit and lower "
            "none",
            field="limits",
        )
