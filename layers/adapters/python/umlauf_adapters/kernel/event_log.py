"""Reads the events table: what happened to one aggregate, in order."""

from typing import Final

from umlauf.kernel.events import EventEnvelope
from umlauf.kernel.work import Page
from umlauf_adapters.kernel.event_intake import envelope_of_item
from umlauf_adapters.kernel.faults import transient_faults
from umlauf_adapters.kernel.items import EventItem

MAX_EVENTS: Final = 100


class DynamoEventLog:
    """The audit log and timeline of every aggregate. Read only: `DynamoWorks` writes it."""

    def of_aggregate(
        self, kind: str, aggregate_id: str, *, limit: int = MAX_EVENTS, cursor: str | None = None
    ) -> Page[EventEnvelope]:
        """The oldest first. A cursor is the place of the last event seen."""
        limit = min(limit, MAX_EVENTS)
        with transient_faults():
            # One more than asked for tells whether there is a further page.
            found = list(
                EventItem.query(
                    f"{kind}#{aggregate_id}",
                    range_key_condition=EventItem.sk > cursor if cursor else None,
                    limit=limit + 1,
                    consistent_read=True,
                )
            )
        page = found[:limit]
        next_cursor = page[-1].sk if len(found) > limit else None
        return Page([envelope_of_item(item.attribute_values) for item in page], next_cursor)
