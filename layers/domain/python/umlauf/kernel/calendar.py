"""Local dates, half-open periods and the instants they begin at.

Contracts live in local dates of an IANA zone that is frozen on them. Period n is always computed
from the original anchor (`add_months(anchor, n)`), never from the previous period: 31 Jan → 28 Feb
→ 31 Mar. A boundary instant belongs to the new period.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from umlauf.kernel.errors import InvalidInput

MONTHS_PER_YEAR: Final = 12
_SECOND: Final = timedelta(seconds=1)
_HOUR: Final = timedelta(hours=1)


class UnknownZone(InvalidInput):
    code = "calendar.unknown_zone"


class NaiveInstant(InvalidInput):
    code = "calendar.naive_instant"


class IntervalUnit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Interval:
    """A billing interval: `count` days, weeks, months or years; thirty days are not a month."""

    unit: IntervalUnit
    count: int = 1

    def __post_init__(self) -> None:
        if self.count < 1:
            raise InvalidInput(
                f"an interval must count at least 1, not {self.count}", field="count"
            )

    def after(self, anchor: date, times: int) -> date:
        """The date `times` intervals after `anchor` (negative.

        Before), clamped to the month's last day.
        """
        steps = times * self.count
        match self.unit:
            case IntervalUnit.DAY:
                return anchor + timedelta(days=steps)
            case IntervalUnit.WEEK:
                return anchor + timedelta(weeks=steps)
            case IntervalUnit.MONTH:
                return add_months(anchor, steps)
            case IntervalUnit.YEAR:
                return add_months(anchor, steps * MONTHS_PER_YEAR)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open `[start, end)` in local dates."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise InvalidInput(f"a period must end after it starts: {self}", field="end")

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.end and other.start < self.end

    def __str__(self) -> str:
        return f"[{self.start}, {self.end})"


def add_months(anchor: date, months: int) -> date:
    """The anchor's day `months` later, or the last day of a shorter month."""
    index = anchor.year * MONTHS_PER_YEAR + anchor.month - 1 + months
    year, month = index // MONTHS_PER_YEAR, index % MONTHS_PER_YEAR + 1
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def nth_period(anchor: date, interval: Interval, n: int) -> Period:
    """Period `n` (0 is the one that starts at the anchor; negative ones lie before it)."""
    return Period(interval.after(anchor, n), interval.after(anchor, n + 1))


def period_number(anchor: date, interval: Interval, day: date) -> int:
    """Which period `day` lies in.

    The inverse of `nth_period`: a boundary day belongs to the new period.
    """
    days_each = {
        IntervalUnit.DAY: 1.0,
        IntervalUnit.WEEK: 7.0,
        IntervalUnit.MONTH: 30.436875,
        IntervalUnit.YEAR: 365.2425,
    }[interval.unit] * interval.count
    guess = int((day - anchor).days // days_each)
    # The average is at most two days off a calendar month's boundary, so one step either way is
    # enough.
    for n in (guess + 1, guess, guess - 1):
        if interval.after(anchor, n) <= day:
            return n
    return guess - 2


def zone(name: str) -> ZoneInfo:
    """The IANA zone. Raises UnknownZone; a fixed offset such as `+02:00` is not a zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(
            f"{name!r} is not an IANA time zone; use a name like Europe/Berlin", field="time_zone"
        ) from None


def local_date(instant: datetime, zone_name: str) -> date:
    """The calendar day on which an aware instant falls in the zone."""
    return require_aware(instant).astimezone(zone(zone_name)).date()


def start_of_day(day: date, zone_name: str) -> datetime:
    """The UTC instant at which a local day begins.

    Where midnight does not exist (a DST gap at midnight), the day begins when the gap ends; where
    it exists twice, at the first. So consecutive days tile time without gap or overlap, and have
    23, 24 or 25 hours.
    """
    where = zone(zone_name)
    midnight = datetime.combine(day, time.min, tzinfo=where)  # fold=0: the first of two
    instant = midnight.astimezone(UTC)
    if instant.astimezone(where).replace(tzinfo=None) != midnight.replace(tzinfo=None):
        return _first_instant_of(day, where, instant)
    return instant


def hours_in_day(day: date, zone_name: str) -> Fraction:
    """23, 24 or 25; where clocks change by half an hour 23.5 or 24.5."""
    length = start_of_day(day + timedelta(days=1), zone_name) - start_of_day(day, zone_name)
    return Fraction(length // _SECOND, _HOUR // _SECOND)


def require_aware(instant: datetime) -> datetime:
    """Give the instant back, or refuse it: a naive datetime has no place on the time line."""
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise NaiveInstant(f"{instant!r} has no time zone; give an aware UTC instant")
    return instant


def _first_instant_of(day: date, where: ZoneInfo, near: datetime) -> datetime:
    """Find the end of a gap that swallows midnight.

    The first second whose local date is not before `day`.
    """
    low, high = near - timedelta(hours=3), near + timedelta(hours=3)
    for _ in range(20):  # 6 h halved 20 times is far below a second
        middle = low + (high - low) / 2
        if middle.astimezone(where).date() < day:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0) + timedelta(seconds=round(high.microsecond / 1_000_000))
