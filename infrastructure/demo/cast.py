"""Who plays in the demo: one subscriber a bike, and how each of them pays.

The parts are dealt by position, so the same number of bikes always gives the same cast. A sample of
24 or more has every part in it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Paying(Enum):
    """What becomes of a customer's charges."""

    CARD = "card pays"
    SEPA = "SEPA debit pays"
    CARD_DECLINES_ONCE = "card declines once, then pays"
    CARD_DECLINES = "card declines for good"
    CARD_DECLINES_THEN_NEW = "card declines, a fresh card pays in dunning"
    SEPA_FAILS_LATER = "SEPA debit fails days later"
    PREPAID = "prepaid wallet"


@dataclass(frozen=True)
class Part:
    """One subscriber of the demo."""

    number: int
    bike: str
    name: str
    email: str
    country: str
    language: str
    time_zone: str
    currency: str
    plan_id: str
    addons: tuple[str, ...]
    paying: Paying


FIRST_NAMES: Final = (
    "Anna", "Ben", "Clara", "David", "Emma", "Finn", "Greta", "Henk", "Ida", "Jan", "Karla",
    "Lotte", "Mats", "Nora", "Otto", "Pia", "Ruben", "Sanne", "Tim", "Yara",
)  # fmt: skip
LAST_NAMES: Final = (
    "Bakker", "Becker", "de Boer", "Fischer", "Hoffmann", "Jansen", "Klein", "Lange", "Meijer",
    "Peters", "Schulz", "Smit", "Vogel", "Visser", "Weber", "Winkler", "Zimmermann",
)  # fmt: skip

HOMES: Final = {
    "DE": ("Musterallee", "10115", "Berlin"),
    "NL": ("Voorbeeldlaan", "3511 AB", "Utrecht"),
}
"""Everybody lives in one street of their country, each behind a door of their own."""

# By position in a round of 24; whoever is not named here pays by card.
_PAYING: Final = {
    3: Paying.PREPAID,
    5: Paying.CARD_DECLINES_ONCE,
    8: Paying.SEPA,
    11: Paying.CARD_DECLINES,
    14: Paying.CARD_DECLINES_THEN_NEW,
    17: Paying.SEPA,
    20: Paying.CARD_DECLINES_ONCE,
}
_ROUND: Final = 24
_PREPAID_BELOW: Final = 96
"""Prepaid rides stop the clock at their very minutes, so a large sample has but a few of them."""

_EVERY_FIFTH_IS_DUTCH: Final = (5, 4)
_EVERY_NINTH_PAYS_IN_DOLLARS: Final = (9, 6)
_FAILING_DEBIT_AT: Final = 1
"""The one customer whose SEPA debit fails days later."""


def deal(bikes: list[str]) -> list[Part]:
    """One part a bike, by its place in the list."""
    return [_part(number, bike) for number, bike in enumerate(bikes)]


def _part(number: int, bike: str) -> Part:
    paying = _PAYING.get(number % _ROUND, Paying.CARD)
    if paying is Paying.PREPAID and number >= _PREPAID_BELOW:
        paying = Paying.CARD
    if number == _FAILING_DEBIT_AT:
        paying = Paying.SEPA_FAILS_LATER
    is_dutch = _is_one_of(number, _EVERY_FIFTH_IS_DUTCH)
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[number * 7 % len(LAST_NAMES)]
    return Part(
        number=number,
        bike=bike,
        name=f"{first} {last}",
        email=f"{first}.{last.replace(' ', '')}.{number}@example.com".lower(),
        country="NL" if is_dutch else "DE",
        language="nl" if is_dutch else "de",
        time_zone="Europe/Amsterdam" if is_dutch else "Europe/Berlin",
        currency=_currency(number, paying),
        plan_id=_plan(number, paying),
        addons=() if paying is Paying.PREPAID else _addons(number),
        paying=paying,
    )


def _currency(number: int, paying: Paying) -> str:
    is_debit = paying in {Paying.SEPA, Paying.SEPA_FAILS_LATER}  # SEPA knows the euro only
    is_dollar = _is_one_of(number, _EVERY_NINTH_PAYS_IN_DOLLARS)
    return "USD" if is_dollar and not is_debit else "EUR"


def _plan(number: int, paying: Paying) -> str:
    if paying is Paying.PREPAID:
        return "city-prepaid"
    return "city-flat" if number % 4 == 1 else "city-metered"


def _addons(number: int) -> tuple[str, ...]:
    return {0: ("theft-cover",), 3: ("city-guide",)}.get(number % 6, ())


def _is_one_of(number: int, every: tuple[int, int]) -> bool:
    length, place = every
    return number % length == place
