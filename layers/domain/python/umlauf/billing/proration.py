"""Which share of a full period's price a part of it costs.

Three bases, chosen by the plan: the actual days of the full period (the default), thirty days to
any month, or seconds. Shares are exact fractions; nothing is rounded here.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final

from umlauf.catalog.policies import ProrationBasis
from umlauf.kernel.calendar import Period, require_aware, start_of_day
from umlauf.kernel.errors import InvalidInput

DAYS_OF_A_MONTH: Final = 30
_MONTHS: Final = 12
_WHOLE: Final = Fraction(1)
_TICK: Final = timedelta(microseconds=1)


def share(
    part: Period, full: Period, basis: ProrationBasis = ProrationBasis.ACTUAL_DAYS
) -> Fraction:
    """The share by days of `part` in `full`. By seconds see `share_of_instants`.

    Days of thirty are counted as in 30/360: both ends' 31st counts as a 30th, so a whole month is
    30/30 and the shares of its parts add up to it. Raises InvalidInput for a part outside.
    """
    if part == full:
        return _WHOLE
    if part.start < full.start or part.end > full.end:
        raise InvalidInput(f"{part} lies outside {full}", field="period")
    match basis:
        case ProrationBasis.ACTUAL_DAYS | ProrationBasis.SECONDS:
            return Fraction(part.days, full.days)
        case ProrationBasis.THIRTY_DAYS:
            whole = thirty_day_count(full.start, full.end)
            return Fraction(thirty_day_count(part.start, part.end), whole)


def share_of_instants(start: datetime, end: datetime, full: tuple[datetime, datetime]) -> Fraction:
    """The share of `[start, end)` in a full period, by the second. Aware instants only."""
    first, last = (require_aware(instant) for instant in full)
    if not first <= require_aware(start) <= require_aware(end) <= last or first == last:
        raise InvalidInput(f"[{start}, {end}) lies outside [{first}, {last})", field="period")
    return Fraction((end - start) // _TICK, (last - first) // _TICK)


def share_by_seconds(
    part: Period, full: Period, exact: Mapping[date, datetime], time_zone: str
) -> Fraction:
    """The share of a part whose days may begin inside: `exact` tells when a change was made."""

    def instant(day: date) -> datetime:
        return exact.get(day) or start_of_day(day, time_zone)

    bounds = start_of_day(full.start, time_zone), start_of_day(full.end, time_zone)
    return share_of_instants(
        max(instant(part.start), bounds[0]), min(instant(part.end), bounds[1]), bounds
    )


def thirty_day_count(start: date, end: date) -> int:
    """Days between two dates when every month has thirty: the 31st counts as the 30th."""
    months = (end.year - start.year) * _MONTHS + end.month - start.month
    return (
        months * DAYS_OF_A_MONTH + min(end.day, DAYS_OF_A_MONTH) - min(start.day, DAYS_OF_A_MONTH)
    )
