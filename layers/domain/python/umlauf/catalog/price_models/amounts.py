"""What every price model asks of its figures."""

from decimal import Decimal
from typing import Final

from umlauf.catalog.errors import BadPrice
from umlauf.kernel.errors import InvalidInput

HIGHEST: Final = Decimal(10) ** 9
FINEST_DIGITS: Final = 6
MOST: Final = Decimal(10) ** 11
"""So a figure has 15 digits at most and a whole quantity 11: Decimal's 28 hold any product."""


def require_figure(amount: Decimal, field: str) -> None:
    """Refuse what no price is made of: negative figures, infinities, floats, and absurd ones."""
    if not isinstance(amount, Decimal):
        raise BadPrice(f"{field} must be a Decimal, not {amount!r}", field=field)
    if not amount.is_finite() or amount < 0:
        raise BadPrice(f"{field} must be a finite amount from 0, not {amount}", field=field)
    if amount > HIGHEST or -int(amount.as_tuple().exponent) > FINEST_DIGITS:
        raise BadPrice(
            f"{field} may be up to {HIGHEST:f}, with {FINEST_DIGITS} digits after the point",
            field=field,
        )


def require_quantity(quantity: Decimal) -> None:
    if not quantity.is_finite() or not 0 <= quantity <= MOST:
        raise InvalidInput(f"quantity must be 0 to {MOST:f}, not {quantity}", field="quantity")
