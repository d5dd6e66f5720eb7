"""How amounts and dates are written in the languages we speak."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from umlauf.customers.model import Language
from umlauf.kernel.money import Money, minor_digits

_SYMBOLS: Final[Mapping[str, str]] = MappingProxyType({"EUR": "€", "USD": "$", "GBP": "£"})
_NO_BREAK: Final = "\u00a0"  # an amount never breaks away from its currency
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def format_money(amount: Money, language: Language) -> str:
    """`1.234,50 €`, `€ 1.234,50` or `€1,234.50`; a currency without a sign by its code."""
    digits = minor_digits(amount.currency)
    figure = f"{Decimal(amount.amount_minor).scaleb(-digits):,.{digits}f}"
    sign = _SYMBOLS.get(amount.currency)
    match language:
        case Language.GERMAN:
            return f"{_with_comma(figure)}{_NO_BREAK}{sign or amount.currency}"
        case Language.DUTCH:
            return f"{sign or amount.currency}{_NO_BREAK}{_with_comma(figure)}"
        case Language.ENGLISH:
            return f"{sign}{figure}" if sign else f"{amount.currency}{_NO_BREAK}{figure}"


def format_date(day: date, language: Language) -> str:
    """`03.02.2026`, `03-02-2026` or `3 February 2026`."""
    match language:
        case Language.GERMAN:
            return f"{day:%d.%m.%Y}"
        case Language.DUTCH:
            return f"{day:%d-%m-%Y}"
        case Language.ENGLISH:
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _with_comma(figure: str) -> str:
    return figure.translate(str.maketrans(",.", ".,"))
