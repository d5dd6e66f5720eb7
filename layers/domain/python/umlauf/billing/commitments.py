"""Minimum commitment and maximum spend: what is missing to the least, or above the most.

One rule for a single charge (a price's limits) and for all lines of a subscription (a plan's
commitment). Limits are meant for a full period: in a stub both are prorated by its time. What a
limit changes is a line of its own; usage and fees stay what they are.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, round_to_minor, split

_WHOLE: Final = Fraction(1)


class Limits(Protocol):
    """What a `Price` and a `Commitment` have in common: amounts of a full period."""

    @property
    def minimum_minor(self) -> Decimal | int | None: ...

    @property
    def maximum_minor(self) -> Decimal | int | None: ...


def adjustment_of(
    charged: Money, limits: Limits, share: Fraction = _WHOLE, bound: Fraction | None = None
) -> Money:
    """What brings a charge within its limits: above zero a true-up, below zero a cap.

    `share` is the part of the full period under contract, `bound` the part of it in which the
    minimum binds (None: all of it). Each limit rounds once, half up. Raises InvalidInput for a
    share outside 0 to 1.
    """
    if not 0 <= share <= 1:
        raise InvalidInput(f"a stub is a part of a period, not {share} of it", field="share")
    if limits.minimum_minor is not None:
        least = share if bound is None else bound
        missing = _prorated(limits.minimum_minor, least, charged.currency) - charged
        if missing.amount_minor > 0:
            return missing
    if limits.maximum_minor is not None:
        beyond = charged - _prorated(limits.maximum_minor, share, charged.currency)
        if beyond.amount_minor > 0:
            return -beyond
    return Money(0, charged.currency)


def spread(change: Money, charged: Sequence[Money]) -> tuple[Money, ...]:
    """An adjustment's part of each line, by their amounts: so it is taxed as they are.

    Credits take no part. Lines that come to nothing share alike. Raises InvalidInput without lines.
    """
    weights = [Decimal(max(line.amount_minor, 0)) for line in charged]
    return split(change, weights if any(weights) else [Decimal(1)] * len(weights))


def _prorated(limit_minor: Decimal | int, share: Fraction, currency: str) -> Money:
    return round_to_minor(Fraction(limit_minor) * share, currency)
