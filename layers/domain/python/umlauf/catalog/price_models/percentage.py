"""A share of each transaction, with an optional fixed fee, free allowance, minimum and maximum.

Free are the first `free_events` transactions and the first `free_amount_minor` of their sum; where
both are given, what is used up first ends both. A transaction that is not wholly free pays the
fixed fee, and the rate on what lies beyond the free amount. The minimum and maximum hold for each
paid transaction.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar, Final

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import require_figure, require_percent
from umlauf.catalog.price_models.quantities import Quantity, Ratio, transactions

_HUNDRED: Final = 100
_MOST_FREE_EVENTS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Percentage:
    KIND: ClassVar[str] = "percentage"

    rate_percent: Decimal
    fixed_minor: Decimal = Decimal(0)
    free_events: int | None = None
    free_amount_minor: Decimal | None = None
    minimum_minor: Decimal | None = None
    maximum_minor: Decimal | None = None

    def __post_init__(self) -> None:
        require_percent(self.rate_percent, "rate_percent")
        require_figure(self.fixed_minor, "fixed_minor")
        for name in ("free_amount_minor", "minimum_minor", "maximum_minor"):
            amount = getattr(self, name)
            if amount is not None:
                require_figure(amount, name)
        if self.free_events is not None and not 0 <= self.free_events <= _MOST_FREE_EVENTS:
            raise BadPrice(f"free_events may be 0 to {_MOST_FREE_EVENTS}", field="free_events")
        if None not in (self.minimum_minor, self.maximum_minor) and (
            Decimal(self.minimum_minor or 0) > Decimal(self.maximum_minor or 0)
        ):
            raise BadPrice(
                f"the minimum {self.minimum_minor} of a transaction is above its maximum "
                f"{self.maximum_minor}",
                field="minimum_minor",
            )

    def price(self, quantity: Quantity, per: int) -> Ratio:  # noqa: ARG002 - amounts have no unit
        """Price transactions, given by their amounts in order of time."""
        price = Fraction(0)
        left = self._free_amount()
        for index, amount in enumerate(transactions(quantity)):
            if self.free_events is not None and index >= self.free_events:
                left = Fraction(0)
            exempt = amount if left is None else min(amount, left)
            is_free = exempt == amount and left != 0
            if left is not None:
                left -= exempt
            if not is_free:
                price += self._price_one(amount - exempt)
        return price.as_integer_ratio()

    def _free_amount(self) -> Fraction | None:
        """How much is free of the rate; None is no limit beside that of the events."""
        if self.free_amount_minor is not None:
            return Fraction(self.free_amount_minor)
        return Fraction(0) if self.free_events is None else None

    def _price_one(self, amount: Fraction) -> Fraction:
        price = amount * Fraction(self.rate_percent) / _HUNDRED + Fraction(self.fixed_minor)
        if self.minimum_minor is not None:
            price = max(price, Fraction(self.minimum_minor))
        if self.maximum_minor is not None:
            price = min(price, Fraction(self.maximum_minor))
        return price
