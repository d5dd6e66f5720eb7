"""What a command does beside the bills: to term, deliveries, and time that was paid. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from umlauf.billing.forecasting import MOST_DAYS_AHEAD, Forecast
from umlauf.billing.model import InvoiceLine
from umlauf.subscriptions.deliveries import UpcomingDelivery, upcoming_deliveries
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.outlook import Outlook, outlook
from umlauf.subscriptions.timeline import PlanOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A subscription's end and outlook, with the command or without it."""

    ends_on: date | None
    outlook: Outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What changes between two states of one subscription.

    Deliveries are those that come in one and not in the other, through the last day that was looked
    at or the last dated pause. `given_back` are the lines below zero that only the command brings.
    """

    before: Standing
    after: Standing
    deliveries_dropped: tuple[UpcomingDelivery, ...]
    deliveries_added: tuple[UpcomingDelivery, ...]
    given_back: tuple[InvoiceLine, ...]


def effect_of(
    unchanged: Forecast, changed: Forecast, until: date, *, plan_of: PlanOf, as_of: datetime
) -> Effect:
    """Compare the same days with a command and without it. Raises UnknownPlan."""
    before, after = unchanged.subscription, changed.subscription
    last = _last_day(after, until, unchanged.today)
    coming, then = (
        [
            one
            for one in upcoming_deliveries(
                subscription, since=unchanged.today, until=last, plan_of=plan_of
            )
            if one.comes
        ]
        for subscription in (before, after)
    )
    known = _lines_below_zero(unchanged)
    return Effect(
        before=_standing(before, plan_of, as_of),
        after=_standing(after, plan_of, as_of),
        deliveries_dropped=_only_in(coming, then),
        deliveries_added=_only_in(then, coming),
        given_back=tuple(line for line in _lines_below_zero(changed) if line not in known),
    )


def _standing(subscription: Subscription, plan_of: PlanOf, as_of: datetime) -> Standing:
    return Standing(
        ends_on=subscription.ends_on, outlook=outlook(subscription, plan_of=plan_of, now=as_of)
    )


def _last_day(subscription: Subscription, until: date, today: date) -> date:
    ends = [pause.ends_on for pause in subscription.pauses if pause.ends_on is not None]
    return min(max((until, *ends)), today + timedelta(days=MOST_DAYS_AHEAD))


def _only_in(
    these: Sequence[UpcomingDelivery], those: Sequence[UpcomingDelivery]
) -> tuple[UpcomingDelivery, ...]:
    others = {(one.item, one.period.start) for one in those}
    return tuple(one for one in these if (one.item, one.period.start) not in others)


def _lines_below_zero(forecast: Forecast) -> list[InvoiceLine]:
    return [
        line
        for bill in forecast.bills
        for document in bill.documents
        for line in document.draft.lines
        if line.corrects is not None
    ]
