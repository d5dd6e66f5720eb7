"""Which time a bill looks at: what begins, what is over, and what may have to be put right."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from umlauf.billing.rating import LATE_PERIODS
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import BillingPeriod, billing_periods, boundary_before
from umlauf.usage.admission import MAX_AGE

_ONE_DAY: Final = timedelta(days=1)
_MOST_STEPS: Final = 100
"""Of a contract that is billed every day: as far as usage may lie back, and a few days more."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time a bill looks at.

    `over` are the periods that have ended and were not billed, or are to be put right; `ahead`
    those that have begun. Neither may be left: what was billed `since` is then given back.
    """

    since: date
    ahead: tuple[BillingPeriod, ...]
    over: tuple[BillingPeriod, ...]

    @property
    def over_from(self) -> date:
        return self.over[0].period.start if self.over else self.since

    @property
    def settled_from(self) -> date:
        return min([self.over_from, *(one.period.start for one in self.ahead)])


def window_of(subscription: Subscription, day: date) -> Window:
    since = _open_from(subscription, day)
    ahead = tuple(billing_periods(subscription, since, day + _ONE_DAY))
    ended_since = boundary_before(subscription, since) or since
    if subscription.imported_through is not None:
        ended_since = max(ended_since, subscription.imported_through)
    over = tuple(
        one for one in billing_periods(subscription, ended_since, day) if one.period.end <= day
    )
    return Window(since, ahead, over)


def looks_back_to(subscription: Subscription, day: date) -> date:
    """Charges whose period ends after this day matter to a bill on `day`.

    Those that a repair may touch, and those of the last periods, where usage may arrive late: at
    least all that could still be told when the bill before this one was made.
    """
    back = _open_from(subscription, day)
    told_until = (boundary_before(subscription, back) or back) - MAX_AGE
    for steps in range(_MOST_STEPS):
        if steps > LATE_PERIODS and back <= told_until:
            break
        earlier = boundary_before(subscription, back)
        if earlier is None:
            break
        back = earlier
    return back


def _open_from(subscription: Subscription, day: date) -> date:
    """The first day that may not be billed yet as it should be."""
    days = subscription.repair_from, subscription.billed_through, subscription.ends_on
    since = min(day, *(one for one in days if one is not None))
    return max(since, subscription.imported_through or since)
