"""Graduated tiers made ready, so that a quantity is priced in one step whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from umlauf.catalog.price_models.amounts import MICRO, in_micro
from umlauf.catalog.price_models.tiers import Tier


@dataclass(frozen=True, slots=True)
class Ladder:
    """For one `per`: in the rung `(slope, start)`, n `per`-ths of the unit cost n * slope + start.

    What the tiers below cost is in `start`. All are whole numbers of `denominator`-ths of a minor
    unit, so no part of a cent is lost.
    """

    bounds: tuple[int, ...]
    rungs: tuple[tuple[int, int], ...]
    denominator: int


def make_ladder(tiers: Sequence[Tier], per: int) -> Ladder:
    """Add up what each tier costs, once."""
    bounds, rungs = [], []
    lower = below = 0
    for tier in tiers:
        unit = in_micro(tier.unit_price_minor)
        below += in_micro(tier.flat_minor) * MICRO * per
        rungs.append((unit * MICRO, below - lower * unit))
        if tier.up_to is not None:
            upper = in_micro(tier.up_to) * per
            # A whole quantity lies below a fractional bound if it lies below its whole part.
            bounds.append(upper // MICRO)
            below += (upper - lower) * unit
            lower = upper
    denominator = MICRO * MICRO * per
    # Small numbers are quick ones: take out what all have in common.
    shared = gcd(denominator, *(part for rung in rungs for part in rung))
    return Ladder(
        tuple(bounds),
        tuple((slope // shared, start // shared) for slope, start in rungs),
        denominator // shared,
    )
