"""What every price model asks of its figures."""

from decimal import Decimal

from umlauf.catalog.errors import BadPrice
from umlauf.kernel.errors import InvalidInput


def require_price(amount: Decimal, field: str) -> None:
    """Refuse what is no price: negative amounts, infinities, and floats that were never exact."""
    if not isinstance(amount, Decimal):
        raise BadPrice(f"{field} must be a Decimal, not {amount!r}", field=field)
    if not amount.is_finite() or amount < 0:
        raise BadPrice(f"{field} must be a finite amount from 0, not {amount}", field=field)


def require_quantity(quantity: Decimal) -> None:
    if not quantity.is_finite() or quantity < 0:
        raise InvalidInput(f"quantity must not be negative: {quantity}", field="quantity")
