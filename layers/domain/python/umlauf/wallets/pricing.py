"""What a quantity costs under a session's terms, and how much a sum of money buys.

Both are one rule seen from two sides, so a lease never promises more than its hold pays for.
"""

from decimal import Decimal
from typing import Final

from umlauf.catalog.price_models.rating import rate_exactly
from umlauf.kernel.money import Money, round_to_minor
from umlauf.wallets.model import SessionTerms

_HUNDRED: Final = Decimal(100)


def cost(terms: SessionTerms, quantity: int) -> Money:
    """The price with tax of so many units of the meter, rounded once."""
    exact = rate_exactly(terms.price.model, Decimal(quantity), per=terms.meter_units_per_unit)
    if not terms.price_includes_tax:
        exact = exact * (_HUNDRED + terms.tax_rate) / _HUNDRED
    return round_to_minor(exact, terms.price.currency)


def affordable_units(terms: SessionTerms, amount: Money, at_most: int) -> int:
    """How many whole priced units (minutes) `amount` pays for, up to `at_most`.

    Prices never fall as use grows, so the answer is found by halving.
    """
    low, high = 0, at_most
    for _ in range(at_most.bit_length()):  # each round halves what is left
        middle = (low + high + 1) // 2
        if cost(terms, middle * terms.meter_units_per_unit) <= amount:
            low = middle
        else:
            high = middle - 1
    return low
