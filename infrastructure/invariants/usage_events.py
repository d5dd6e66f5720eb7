"""What holds of usage events: each counts once, and what they come to is rated or still open."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from invariants.books import Books
from umlauf.billing.charges import BilledCharge, RatedQuantity
from umlauf.billing.measuring import Figure, figure_of_events
from umlauf.billing.model import Invoice
from umlauf.catalog.meters import counts_events
from umlauf.kernel.calendar import start_of_day
from umlauf.subscriptions.model import Subscription
from umlauf.usage.aggregation import Span
from umlauf.usage.usage_events import UsageEvent, measured

_Meter = tuple[str, str]
"""A subscription and its meter."""


def events_are_rated_as_told(books: Books) -> Iterator[str]:
    """What was told by the time of a bill is on it; what was told since is, or will be looked at.

    An event is cancelled by one correction at most, and a correction cancels what was told.
    """
    told: dict[_Meter, list[UsageEvent]] = defaultdict(list)
    for event in books.of(UsageEvent):
        told[event.reported.subscription_id, event.reported.meter].append(event)
    for events in told.values():
        yield from _wrong_corrections(events)
    contracts = {one.id: one for one in books.of(Subscription)}
    issued = {one.id: one.issued_at for one in books.of(Invoice)}
    for charge in books.of(BilledCharge):
        rated = charge.usage
        if rated is None or not charge.covered or not counts_events(rated.meter):
            continue
        contract = contracts.get(charge.subscription_id)
        if contract is None:
            yield f"{charge.id} rates the usage of no subscription"
            continue
        events = told[charge.subscription_id, rated.meter]
        yield from _wrong_figure(charge, rated, contract, events, issued.get(charge.invoice_id))


def _wrong_corrections(events: Sequence[UsageEvent]) -> Iterator[str]:
    known = {one.reported.event_id for one in events if one.reported.corrects is None}
    cancelled = Counter(one.reported.corrects for one in events if one.reported.corrects)
    for event_id, times in cancelled.items():
        if event_id not in known or times > 1:
            yield f"usage event {event_id} is cancelled {times} times, told {event_id in known}"


def _wrong_figure(
    charge: BilledCharge,
    rated: RatedQuantity,
    contract: Subscription,
    events: Sequence[UsageEvent],
    issued_at: datetime | None,
) -> Iterator[str]:
    if _figure(charge, rated, contract, events).fingerprint == rated.fingerprint:
        return
    if contract.next_due_at is None:
        yield f"{charge.id}: events of {rated.meter} are neither rated nor open"
    if issued_at is not None and not rated.corrections:
        by_then = [one for one in events if one.recorded_at < issued_at]
        if _figure(charge, rated, contract, by_then).fingerprint != rated.fingerprint:
            yield f"{charge.id}: rated {rated.counted}, which was never told of {rated.meter}"


def _figure(
    charge: BilledCharge,
    rated: RatedQuantity,
    contract: Subscription,
    events: Sequence[UsageEvent],
) -> Figure:
    span = Span(
        start_of_day(charge.period.start, contract.time_zone),
        start_of_day(charge.period.end, contract.time_zone),
    )
    return figure_of_events(measured(events), rated.aggregation, rated.price.model, span)
