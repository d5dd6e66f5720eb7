"""Usage that is told event by event: taken in batches, and looked up."""

from groups import LOOK_UP, RUN
from umlauf.kernel.errors import UmlaufError
from umlauf.usage.use_cases.record_usage_events import record_usage_events
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.usage_events import (
    ListedEventsOut,
    RecordedEventOut,
    RecordedEventsOut,
    UsageEventOut,
    UsageEventsIn,
    refused,
)
from umlauf_http.wire import Identifier, PageQuery
from wiring import AGREED_METERS, SUBSCRIPTIONS, USAGE_EVENTS, WORKS

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)

EVENTS = "/v1/operator/usage-events"


class UsageEventsQuery(PageQuery):
    subscription_id: Identifier
    meter: Identifier


@endpoint(routes, EVENTS, method="POST", groups=RUN, idempotency=Idempotency.NONE)
def tell_usage_events(body: UsageEventsIn, call: Call) -> RecordedEventsOut:
    """Tell what was used, event by event. Safe to repeat: each event has an id of its own."""
    told = body.read()
    found = iter(
        record_usage_events(
            [report for _, report in told if not isinstance(report, UmlaufError)],
            works=WORKS,
            now=call.now,
            events=USAGE_EVENTS,
            contracts=AGREED_METERS,
        )
    )
    return RecordedEventsOut(
        events=[
            RecordedEventOut.of(
                event_id, refused(report) if isinstance(report, UmlaufError) else next(found)
            )
            for event_id, report in told
        ]
    )


@endpoint(routes, EVENTS, errors=(404,))
def list_usage_events(query: UsageEventsQuery) -> ListedEventsOut:
    """List what was told of one meter of a subscription, the latest first."""
    subscription = SUBSCRIPTIONS.get(query.subscription_id)
    page = USAGE_EVENTS.page_of_meter(
        subscription.id, query.meter, limit=query.limit, cursor=query.cursor
    )
    return ListedEventsOut.of(page, UsageEventOut.of)
