"""The base rate of § 247 BGB by half-year. Data: an entry is added, never edited.

The Bundesbank announces it for 1 January and 1 July. A half-year that is not on record has no rate:
the last known one is never carried on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from umlauf.dunning.errors import BaseRateUnknown
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import InvalidInput

_HALF_YEAR: Final = Interval(IntervalUnit.MONTH, 6)
_FIRST_MONTHS: Final = (1, 7)


@dataclass(frozen=True, slots=True)
class BaseRate:
    """`percent` a year (it may be negative), for the half-year that begins on `starts_on`."""

    starts_on: date
    percent: Decimal

    def __post_init__(self) -> None:
        if self.starts_on.day != 1 or self.starts_on.month not in _FIRST_MONTHS:
            raise InvalidInput(
                f"a base rate begins on 1 January or 1 July, not on {self.starts_on}",
                field="starts_on",
            )

    @property
    def ends_on(self) -> date:
        return _HALF_YEAR.after(self.starts_on, 1)


BASE_RATES: Final = (
    BaseRate(date(2025, 1, 1), Decimal("2.27")),
    BaseRate(date(2025, 7, 1), Decimal("1.27")),
    BaseRate(date(2026, 1, 1), Decimal("1.27")),
)


def base_rate_on(day: date, rates: Sequence[BaseRate] = BASE_RATES) -> BaseRate:
    """The rate of the half-year `day` lies in. Raises BaseRateUnknown."""
    for rate in rates:
        if rate.starts_on <= day < rate.ends_on:
            return rate
    raise BaseRateUnknown(
        f"no base rate on record for the half-year of {day}; add the Bundesbank's", field="day"
    )
