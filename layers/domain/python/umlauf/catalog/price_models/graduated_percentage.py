"""Each tier takes its own share of the part of the turnover that falls into it.

The turnover is the sum of the period's transactions. A tier that is reached may add a flat fee.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final

from umlauf.catalog.price_models.amounts import require_figure, require_percent
from umlauf.catalog.price_models.quantities import Quantity, Ratio, transactions
from umlauf.catalog.price_models.tiers import require_ascending_to_open_end

_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class PercentTier:
    """The turnover up to and including `up_to_minor`; None is the open last tier."""

    up_to_minor: Decimal | None
    rate_percent: Decimal
    flat_minor: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        require_percent(self.rate_percent, "rate_percent")
        require_figure(self.flat_minor, "flat_minor")
        if self.up_to_minor is not None:
            require_figure(self.up_to_minor, "up_to_minor")


@dataclass(frozen=True, slots=True)
class GraduatedPercentage:
    KIND: ClassVar[str] = "graduated_percentage"

    tiers: tuple[PercentTier, ...]

    def __post_init__(self) -> None:
        require_ascending_to_open_end([tier.up_to_minor for tier in self.tiers])

    def price(self, quantity: Quantity, per: int) -> Ratio:  # noqa: ARG002 - amounts have no unit
        """Price the sum of the transactions."""
        turnover = sum(transactions(quantity), Fraction(0))
        price = lower = Fraction(0)
        for tier in self.tiers:
            if turnover <= lower:
                break
            upper = turnover if tier.up_to_minor is None else Fraction(tier.up_to_minor)
            price += (min(turnover, upper) - lower) * Fraction(tier.rate_percent) / _HUNDRED
            price += Fraction(tier.flat_minor)
            lower = upper
        return price.as_integer_ratio()
