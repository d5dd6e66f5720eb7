"""One billing grid: when its periods begin and end, a pure function of its original anchor.

Boundaries are the start, every anchor day after it, and the end. Between consecutive boundaries lie
the service periods: they tile `[starts_on, ends_on)` without gap or overlap. The first and the last
may be shorter than the full period the anchor gives. A subscription has one grid after the other
where its anchor or interval changes: see `timeline`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from umlauf.kernel.calendar import Interval, Period, nth_period, period_number
from umlauf.subscriptions.errors import BadDates

MAX_PERIODS: Final = 10_000
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """Half-open `[starts_on, ends_on)`; without an end it goes on.

    The anchor is the day billing aligns to: the start itself, or a fixed day before or after it.
    """

    starts_on: date
    anchor: date
    interval: Interval
    ends_on: date | None = None

    def __post_init__(self) -> None:
        if self.ends_on is not None and self.ends_on <= self.starts_on:
            raise BadDates(
                f"a subscription that starts on {self.starts_on} cannot end on {self.ends_on}; "
                "give a later end",
                field="ends_on",
            )

    def full_period(self, day: date) -> Period:
        """The anchor's whole period around `day`: what a part of it is prorated by."""
        return nth_period(self.anchor, self.interval, self._number(day))

    def boundary_after(self, day: date) -> date | None:
        """The first boundary later than `day`; None after the last."""
        if day < self.starts_on:
            return self.starts_on
        if self.ends_on is not None and day >= self.ends_on:
            return None
        following = self.full_period(day).end
        return following if self.ends_on is None else min(following, self.ends_on)

    def boundary_before(self, day: date) -> date | None:
        """The last boundary earlier than `day`; None before the first."""
        if self.ends_on is not None and day > self.ends_on:
            return self.ends_on
        if day <= self.starts_on:
            return None
        return max(self.full_period(day - _ONE_DAY).start, self.starts_on)

    def is_boundary(self, day: date) -> bool:
        return self.boundary_after(day - _ONE_DAY) == day

    def period_from(self, boundary: date) -> Period | None:
        """The service period that begins there; None at the end."""
        end = self.boundary_after(boundary)
        return None if end is None else Period(boundary, end)

    def _number(self, day: date) -> int:
        return period_number(self.anchor, self.interval, day)


def earliest_end(
    given_on: date, *, minimum_term_end: date | None = None, notice: Interval | None = None
) -> date:
    """The first day on which a notice given on `given_on` may end a subscription (exclusive end).

    Notice counts from the day it is given: given on 10 March, one month's notice is over on 10
    April. Without notice the day itself is still served. A minimum term is never cut short; given
    too late for its end, the notice simply runs beyond it, it never renews the term.
    """
    served = given_on + _ONE_DAY if notice is None else notice.after(given_on, 1)
    return served if minimum_term_end is None else max(served, minimum_term_end)
