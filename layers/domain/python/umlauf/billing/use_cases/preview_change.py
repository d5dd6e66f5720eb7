"""Show what a command would do to a subscription and to its bills, without doing it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from umlauf.billing.ports import BillingDesk
from umlauf.billing.previewing import PreviewedBill
from umlauf.billing.use_cases.preview_bills import preview_bills
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, total
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pinning import Decide
from umlauf.subscriptions.timeline import boundary_after

MOST_DAYS_AHEAD: Final = 1_100
_PERIODS_AHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class Forecast:
    """The bills of a subscription that lie ahead, through the day `until`."""

    subscription: Subscription
    today: date
    bills: tuple[PreviewedBill, ...]

    @property
    def now_due(self) -> Money:
        """What is billed at once, tax included; below zero it is given back."""
        return self._billed(bill for bill in self.bills if bill.bills_on <= self.today)

    @property
    def next_bill_on(self) -> date | None:
        return next((bill.bills_on for bill in self.bills if bill.bills_on > self.today), None)

    @property
    def next_bill(self) -> Money | None:
        """What the first bill after today comes to, tax included."""
        day = self.next_bill_on
        if day is None:
            return None
        return self._billed(bill for bill in self.bills if bill.bills_on == day)

    def _billed(self, bills: Iterable[PreviewedBill]) -> Money:
        currency = self.subscription.currency
        return total((one.gross for bill in bills for one in bill.documents), currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """The same days with the command and without it, as of one instant."""

    as_of: datetime
    until: date
    changed: Forecast
    unchanged: Forecast


def preview_change(
    subscription: Subscription,
    decide: Decide,
    *,
    as_of: datetime,
    until: date | None = None,
    desk: BillingDesk,
) -> ChangePreview:
    """Carry the command out in a work that nobody commits, and bill what comes of it in memory.

    Without `until`, through the next two billing periods. Raises what the command and billing
    would raise, and InvalidInput for an `until` that has passed or is too far away.
    """
    changed = decide(Work(as_of))
    last = horizon(subscription, until, as_of)
    return ChangePreview(
        as_of=as_of,
        until=last,
        changed=forecast(changed, as_of=as_of, until=last, desk=desk),
        unchanged=forecast(subscription, as_of=as_of, until=last, desk=desk),
    )


def forecast(
    subscription: Subscription, *, as_of: datetime, until: date | None = None, desk: BillingDesk
) -> Forecast:
    """The bills as the subscription stands; before it starts there are none.

    Raises as `preview_change`.
    """
    today = local_date(as_of, subscription.time_zone)
    last = horizon(subscription, until, as_of)
    if subscription.starts_on is None:
        return Forecast(subscription, today, ())
    bills = preview_bills(subscription, as_of=as_of, until=last, desk=desk)
    return Forecast(subscription, today, bills)


def horizon(subscription: Subscription, until: date | None, as_of: datetime) -> date:
    """The last day shown: the one asked for, or that on which the second period from now begins.

    Raises InvalidInput for one that has passed or is too far away.
    """
    today = local_date(as_of, subscription.time_zone)
    if until is None:
        return _two_periods_ahead(subscription, today)
    latest = today + timedelta(days=MOST_DAYS_AHEAD)
    if not today <= until <= latest:
        raise InvalidInput(f"choose a day from {today} to {latest}", field="until")
    return until


def _two_periods_ahead(subscription: Subscription, today: date) -> date:
    # Whatever end is set: a cancellation is compared with going on.
    endless = replace(subscription, ends_on=None)
    day = today
    for _ in range(_PERIODS_AHEAD):
        if endless.starts_on is not None:
            day = boundary_after(endless, day) or day
    return day
