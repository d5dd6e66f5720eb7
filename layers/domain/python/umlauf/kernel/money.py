"""Money as integer minor units with a currency, and the one place where it is rounded.

Rates and prices are `Decimal`; an amount becomes money exactly once, in `round_to_minor`, half away
from zero (commercial rounding: DIN 1333, and what EN 16931 examples use). Splits never lose a cent:
largest remainder.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Final

from umlauf.kernel.errors import InvalidInput

# ISO 4217 exponents of the currencies we sell in. An unknown currency is refused, never guessed to
# have two digits.
MINOR_DIGITS: Final[dict[str, int]] = {
    "AUD": 2,
    "BHD": 3,
    "CAD": 2,
    "CHF": 2,
    "CZK": 2,
    "DKK": 2,
    "EUR": 2,
    "GBP": 2,
    "HUF": 2,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
    "NOK": 2,
    "PLN": 2,
    "SEK": 2,
    "USD": 2,
}

_PRECISION: Final = 50
_WHOLE: Final = Decimal(1)
_EXACT: Final = Context(prec=_PRECISION, rounding=ROUND_HALF_UP)


class UnknownCurrency(InvalidInput):
    code = "money.unknown_currency"


class CurrencyMismatch(InvalidInput):
    code = "money.currency_mismatch"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount.

    `amount_minor` in the currency's smallest unit (cents, yen). May be negative (credits).
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise InvalidInput(
                f"amount_minor must be a whole number of minor units, not {self.amount_minor!r}",
                field="amount_minor",
            )
        if self.currency not in MINOR_DIGITS:
            minor_digits(self.currency)

    def __add__(self, other: "Money") -> "Money":
        self._require_same_currency(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._require_same_currency(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._require_same_currency(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: "Money") -> bool:
        self._require_same_currency(other)
        return self.amount_minor <= other.amount_minor

    def __gt__(self, other: "Money") -> bool:
        return other < self

    def __ge__(self, other: "Money") -> bool:
        return other <= self

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def __str__(self) -> str:
        digits = minor_digits(self.currency)
        return f"{Decimal(self.amount_minor).scaleb(-digits):.{digits}f} {self.currency}"

    def _require_same_currency(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(
                f"{self.currency} and {other.currency} cannot be combined", field="currency"
            )


def minor_digits(currency: str) -> int:
    """Digits after the decimal point (EUR 2, JPY 0, KWD 3). Raises UnknownCurrency."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise UnknownCurrency(
            f"{currency!r} is not a currency we sell in; use one of "
            f"{', '.join(sorted(MINOR_DIGITS))}",
            field="currency",
        ) from None


def round_to_minor(amount_minor: Decimal | Fraction, currency: str) -> Money:
    """Round an exact amount, given in minor units, half away from zero."""
    if isinstance(amount_minor, Fraction):
        return round_ratio(*amount_minor.as_integer_ratio(), currency)
    if not amount_minor.is_finite():
        raise InvalidInput(f"an amount must be finite, not {amount_minor}", field="amount_minor")
    return Money(int(amount_minor.quantize(_WHOLE, context=_EXACT)), currency)


def round_ratio(numerator: int, denominator: int, currency: str) -> Money:
    """Round an exact amount of minor units, given as a ratio, half away from zero.

    Whole-number arithmetic: a third of a cent has no decimal that equals it.
    """
    if numerator < 0:
        return -round_ratio(-numerator, denominator, currency)
    return Money((2 * numerator + denominator) // (2 * denominator), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up; an empty sum is zero of `currency`. Raises CurrencyMismatch."""
    result = Money(0, currency)
    for amount in amounts:
        result = result + amount
    return result


def split(amount: Money, weights: Sequence[Decimal]) -> tuple[Money, ...]:
    """Split by weight so that the parts add up: largest remainder, ties go to the earlier part.

    Raises InvalidInput when there is no weight, a weight is negative, or all are zero.
    """
    if not weights or any(weight < 0 for weight in weights) or not any(weights):
        raise InvalidInput("weights must be non-negative and not all zero", field="weights")
    sign = -1 if amount.amount_minor < 0 else 1
    with localcontext() as context:
        context.prec = _PRECISION
        whole = sum(weights, Decimal(0))
        exact = [abs(amount.amount_minor) * weight / whole for weight in weights]
    floors = [int(share) for share in exact]
    missing = abs(amount.amount_minor) - sum(floors)
    by_remainder = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for index in by_remainder[:missing]:
        floors[index] += 1
    return tuple(Money(sign * part, amount.currency) for part in floors)
