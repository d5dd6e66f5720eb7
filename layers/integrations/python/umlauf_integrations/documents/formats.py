"""How amounts, quantities, rates and days are written in the three languages."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

from umlauf.billing.documents import ServiceDays
from umlauf.customers.model import Language
from umlauf.kernel.money import Money, minor_digits

MINUS: Final = "\u2212"  # as wide as a figure; a hyphen is not
EN_DASH: Final = "\u2013"
NO_BREAK: Final = "\u00a0"
_LOCALES: Final[Mapping[Language, str]] = MappingProxyType(
    {Language.GERMAN: "de_DE", Language.DUTCH: "nl_NL", Language.ENGLISH: "en_GB"}
)
_DAYS: Final[Mapping[Language, str]] = MappingProxyType(
    {Language.GERMAN: "dd.MM.yyyy", Language.DUTCH: "dd-MM-yyyy", Language.ENGLISH: "d MMM yyyy"}
)
_FINEST: Final = "0" * 2 + "#" * 4  # a unit price shows its cents and what is finer, if anything
_GROUP: Final = 4


class Formats:
    """The formats of one language."""

    def __init__(self, language: Language) -> None:
        self._locale = Locale.parse(_LOCALES[language])
        self._day = _DAYS[language]

    def money(self, amount: Money) -> str:
        """With its currency: `1.234,50 €`, `€ 1.234,50`, `€1,234.50`."""
        return _typeset(format_currency(_major(amount), amount.currency, locale=self._locale))

    def figure(self, amount: Money) -> str:
        """Without its currency, which the column's head names."""
        pattern = f"#,##0.{'0' * minor_digits(amount.currency)}".rstrip(".")
        return _typeset(format_decimal(_major(amount), pattern, locale=self._locale))

    def unit_price(self, minor: Decimal, currency: str) -> str:
        digits = minor_digits(currency)
        pattern = f"#,##0.{_FINEST if digits else _FINEST.replace('0', '#')}"
        return _typeset(format_decimal(minor.scaleb(-digits), pattern, locale=self._locale))

    def quantity(self, quantity: Decimal) -> str:
        return _typeset(format_decimal(quantity, "#,##0.###", locale=self._locale))

    def rate(self, rate: Decimal) -> str:
        pattern = self._locale.percent_formats[None].pattern.replace("##0", "##0.##")
        return _typeset(format_percent(rate / 100, pattern, locale=self._locale))

    def day(self, day: date) -> str:
        return format_date(day, self._day, locale=self._locale).replace(" ", NO_BREAK)

    def country(self, code: str) -> str:
        return str(self._locale.territories.get(code, code))

    def days(self, days: ServiceDays) -> str:
        if days.first == days.last:
            return self.day(days.first)
        return f"{self.day(days.first)} {EN_DASH} {self.day(days.last)}"


@cache
def formats(language: Language) -> Formats:
    return Formats(language)


def in_groups(iban: str) -> str:
    """An IBAN in groups of four, as people read and type it."""
    groups = (iban[start : start + _GROUP] for start in range(0, len(iban), _GROUP))
    return NO_BREAK.join(groups)


def _major(amount: Money) -> Decimal:
    return Decimal(amount.amount_minor).scaleb(-minor_digits(amount.currency))


def _typeset(text: str) -> str:
    return text.replace("-", MINUS)
