"""Pay what you want: the subscriber names the amount, from a minimum, beside a suggestion.

Who names none pays the suggestion.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import HIGHEST, require_figure
from umlauf.catalog.price_models.quantities import Quantity, Ratio, whole
from umlauf.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ChosenAmount:
    KIND: ClassVar[str] = "chosen_amount"

    suggestion_minor: Decimal
    minimum_minor: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        require_figure(self.minimum_minor, "minimum_minor")
        require_figure(self.suggestion_minor, "suggestion_minor")
        if self.suggestion_minor < self.minimum_minor:
            raise BadPrice(
                f"the suggestion {self.suggestion_minor:f} is below the minimum "
                f"{self.minimum_minor:f}",
                field="suggestion_minor",
            )

    def price(self, quantity: Quantity, per: int) -> Ratio:  # noqa: ARG002 - an amount has no unit
        """The chosen amount. Raises InvalidInput below the minimum."""
        amount = Fraction(*whole(quantity, 1))
        if not self.minimum_minor <= amount <= HIGHEST:
            raise InvalidInput(
                f"the amount must be {self.minimum_minor:f} to {HIGHEST:f} minor units, not "
                f"{quantity}",
                field="amount_minor",
            )
        return amount.as_integer_ratio()
