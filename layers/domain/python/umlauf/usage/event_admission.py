"""Which usage events are taken: what the contract's plan can make something of, and bill."""

from datetime import datetime, timedelta
from typing import Final

from umlauf.kernel.calendar import local_date, require_aware
from umlauf.usage.admission import MAX_AGE, MAX_AHEAD
from umlauf.usage.errors import (
    AbsurdEvent,
    ContractSettled,
    EventFromTheFuture,
    EventNotMetered,
    EventTooOld,
)
from umlauf.usage.ports import EventMeter, MeteredContract
from umlauf.usage.usage_events import ReportedEvent

MOST: Final = 10**9
"""Ten million euros in cents, or thirty years of seconds: no single event is larger."""
FINEST_DIGITS: Final = 6
LAST_MINUTES: Final = timedelta(minutes=10)
"""How long before its last bill a contract takes no more: no later one would see what this one does
not, because it is still being written, or because the index that bills read lags behind.
"""


def admit_event(event: ReportedEvent, contract: MeteredContract, now: datetime) -> ReportedEvent:
    """Give an event back that can be counted and billed.

    Raises EventFromTheFuture, EventTooOld, EventNotMetered, AbsurdEvent, ContractSettled,
    NaiveInstant.
    """
    _require_time(event, contract, now)
    _require_quantity(event)
    _require_fitting(event, _meter_of(event, contract))
    return event


def _require_time(event: ReportedEvent, contract: MeteredContract, now: datetime) -> None:
    if require_aware(event.at) > now + MAX_AHEAD:
        raise EventFromTheFuture(
            f"{event.at} lies more than {MAX_AHEAD} ahead; send the event once it has happened",
            field="at",
        )
    if event.at < now - MAX_AGE:
        raise EventTooOld(
            f"{event.at} lies more than {MAX_AGE.days} days back and will not be billed; credit or "
            "charge it by hand",
            field="at",
        )
    last_bill_at = contract.last_bill_at
    is_too_late = last_bill_at is not None and last_bill_at - LAST_MINUTES <= now
    if contract.is_settled or is_too_late:
        raise ContractSettled(
            f"{event.subscription_id} is over and its last bill leaves this out; charge it by hand",
            field="subscription_id",
        )
    day = local_date(event.at, contract.time_zone)
    is_begun = contract.starts_on is not None and contract.starts_on <= day
    if not is_begun or (contract.runs_until is not None and contract.runs_until <= day):
        raise EventNotMetered(
            f"{event.subscription_id} does not run on {day}: name the contract that does",
            field="at",
        )


def _require_quantity(event: ReportedEvent) -> None:
    quantity = event.quantity
    if not quantity.is_finite() or abs(quantity) > MOST:
        raise AbsurdEvent(
            f"quantity must be a number up to {MOST}, not {quantity}", field="quantity"
        )
    if quantity != round(quantity, FINEST_DIGITS):
        raise AbsurdEvent(
            f"quantity may have {FINEST_DIGITS} digits after the point, not {quantity}",
            field="quantity",
        )


def _meter_of(event: ReportedEvent, contract: MeteredContract) -> EventMeter:
    for meter in contract.meters:
        if meter.meter == event.meter:
            return meter
    known = ", ".join(meter.meter for meter in contract.meters) or "no meter of events"
    raise EventNotMetered(
        f"{event.subscription_id} has no meter {event.meter!r} then; its plan has: {known}",
        field="meter",
    )


def _require_fitting(event: ReportedEvent, meter: EventMeter) -> None:
    if meter.needs_subject and not event.subject:
        raise EventNotMetered(
            f"{meter.meter} counts each subject once: say which one in `subject`", field="subject"
        )
    if meter.names and event.name not in meter.names:
        raise EventNotMetered(
            f"{event.name!r} has no price on {meter.meter}; use one of {', '.join(meter.names)}",
            field="name",
        )
    if event.quantity < 0 and not meter.is_level:
        raise AbsurdEvent(
            f"{meter.meter} only grows: to take an event back, send one that corrects it",
            field="quantity",
        )
