"""What every price model asks of its figures."""

from decimal import Decimal
from typing import Final

from umlauf.catalog.errors import BadPrice

HIGHEST: Final = Decimal(10) ** 9
FINEST_DIGITS: Final = 6
MICRO: Final = 10**FINEST_DIGITS
"""Micro-units of a minor unit: in them every figure is a whole number."""
_HUNDRED: Final = Decimal(100)


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


def require_percent(percent: Decimal, field: str) -> None:
    """Refuse a percentage outside 0 to 100, or one finer than a figure may be."""
    require_figure(percent, field)
    if percent > _HUNDRED:
        raise BadPrice(f"{field} may be up to 100, not {percent:f}", field=field)


def in_micro(figure: Decimal) -> int:
    """A figure in micro-units, exactly."""
    return int(figure.scaleb(FINEST_DIGITS))
