"""What happened to one thing, event by event."""

from datetime import datetime
from typing import Any

from pydantic import Field

from groups import LOOK_UP
from umlauf.kernel.errors import NotFound
from umlauf.kernel.events import EventEnvelope
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import DEFAULT_PAGE, MAX_PAGE, Out, PageOut, Query
from wiring import EVENT_LOG

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class TimelineQuery(Query):
    """`cursor` is the `next_cursor` of the page before."""

    limit: int = Field(DEFAULT_PAGE, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(None, pattern=r"^\d{10}\.\d{2}$")


class EventOut(Out):
    """Events carry ids and figures, never personal data."""

    id: str
    type: str
    version: int
    occurred_at: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, event: EventEnvelope) -> "EventOut":
        return cls(
            id=event.id,
            type=event.type,
            version=event.version,
            occurred_at=event.occurred_at,
            data=dict(event.data),
        )


class EventsOut(PageOut[EventOut]):
    """Events, the oldest first."""


@endpoint(routes, "/v1/operator/timeline/{aggregate}")
def get_timeline(aggregate: str, query: TimelineQuery) -> EventsOut:
    """List what happened to `<kind>:<id>`, e.g. `subscription:sub_...`, the oldest first."""
    kind, separator, its_id = aggregate.partition(":")
    if not separator or not its_id:
        raise NotFound("name the thing as <kind>:<id>, e.g. invoice:inv_...")
    page = EVENT_LOG.of_aggregate(kind, its_id, limit=query.limit, cursor=query.cursor)
    return EventsOut.of(page, EventOut.of)
