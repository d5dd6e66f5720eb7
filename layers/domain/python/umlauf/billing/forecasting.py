"""What a list of coming bills says at a glance, and how far ahead one may look. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from umlauf.billing.previewing import PreviewedBill
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import boundary_after

MOST_DAYS_AHEAD: Final = 1_100
_PERIODS_AHEAD: Final = 2


@dataclass(frozen=True, slots=True)
class Forecast:
    """The bills of a subscription that lie ahead."""

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


@dataclass(frozen=True, slots=True)
class ForecastTotal:
    """What all documents in one currency come to."""

    documents: int
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


def totals_of(forecasts: Iterable[Forecast]) -> list[ForecastTotal]:
    """One for each currency, in the order of their codes."""
    bills = [bill for forecast in forecasts for bill in forecast.bills]
    drafts = [document.draft for bill in bills for document in bill.documents]
    found = []
    for currency in sorted({draft.contract.currency for draft in drafts}):
        of = [draft for draft in drafts if draft.contract.currency == currency]
        net = total((draft.net for draft in of), currency)
        tax = total((draft.tax for draft in of), currency)
        found.append(ForecastTotal(len(of), net, tax))
    return found


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
