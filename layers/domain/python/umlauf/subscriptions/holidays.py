"""Public holidays: days on which a period to declare something does not run out. Dated data.

A period that would end on one, or on a weekend, ends on the next working day (BGB section 193;
Regulation 1182/71, article 3 (4)). Holidays of single states are counted for the whole country: a
later end can only be to the consumer's benefit. Sources: the holiday acts of the German states;
National Unity Day by the Unification Treaty, article 2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_SATURDAY: Final = 5
_ONE_DAY: Final = timedelta(days=1)
_LONGEST_RUN: Final = 14


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """The same day each year, from the first year it was held (or of this table) to the last."""

    name: str
    month: int
    day: int
    since: int = 1991
    until: int | None = None

    def on(self, year: int) -> date | None:
        is_held = self.since <= year and (self.until is None or year <= self.until)
        return date(year, self.month, self.day) if is_held else None


@dataclass(frozen=True, slots=True)
class EasterHoliday:
    name: str
    days_after_easter: int

    def on(self, year: int) -> date | None:
        return easter_sunday(year) + timedelta(days=self.days_after_easter)


@dataclass(frozen=True, slots=True)
class RepentanceDay:
    """The Wednesday before 23 November; a holiday in Saxony alone since 1995."""

    name: str = "Buß- und Bettag"

    def on(self, year: int) -> date | None:
        eve = date(year, 11, 22)
        return eve - timedelta(days=(eve.weekday() - 2) % 7)


Holiday = FixedHoliday | EasterHoliday | RepentanceDay

HOLIDAYS: Final[Mapping[str, Sequence[Holiday]]] = {
    "DE": (
        FixedHoliday("Neujahr", 1, 1),
        EasterHoliday("Karfreitag", -2),
        EasterHoliday("Ostermontag", 1),
        FixedHoliday("Tag der Arbeit", 5, 1),
        EasterHoliday("Christi Himmelfahrt", 39),
        EasterHoliday("Pfingstmontag", 50),
        FixedHoliday("Tag der Deutschen Einheit", 10, 3),
        FixedHoliday("1. Weihnachtstag", 12, 25),
        FixedHoliday("2. Weihnachtstag", 12, 26),
        # Of single states:
        FixedHoliday("Heilige Drei Könige", 1, 6),
        FixedHoliday("Internationaler Frauentag", 3, 8, since=2019),
        EasterHoliday("Ostersonntag", 0),
        FixedHoliday("Tag der Befreiung", 5, 8, since=2020, until=2020),
        FixedHoliday("Tag der Befreiung", 5, 8, since=2025, until=2025),
        EasterHoliday("Pfingstsonntag", 49),
        EasterHoliday("Fronleichnam", 60),
        FixedHoliday("Mariä Himmelfahrt", 8, 15),
        FixedHoliday("Weltkindertag", 9, 20, since=2019),
        FixedHoliday("Reformationstag", 10, 31),
        FixedHoliday("Allerheiligen", 11, 1),
        RepentanceDay(),
    ),
}
"""By country. One that is not here has its weekends."""


def is_working_day(day: date, country: str) -> bool:
    if day.weekday() >= _SATURDAY:
        return False
    return day not in {holiday.on(day.year) for holiday in HOLIDAYS.get(country, ())}


def next_working_day(day: date, country: str) -> date:
    """The day itself if it is one."""
    for ahead in range(_LONGEST_RUN):
        if is_working_day(day + ahead * _ONE_DAY, country):
            return day + ahead * _ONE_DAY
    raise AssertionError("unreachable: no country rests for two weeks")


def easter_sunday(year: int) -> date:
    """The Gregorian Easter, as Gauss's rule has it with Lichtenberg's correction."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    golden = year % 19
    seed = (19 * golden + moon) % 30
    correction = (seed + golden // 11) // 29
    boundary = 21 + seed - correction
    sunday = 7 - (year + year // 4 + sun) % 7
    offset = 7 - (boundary - sunday) % 7
    return date(year, 3, 1) + timedelta(days=boundary + offset - 1)
