"""Usage events in DynamoDB: put once by id, read by meter in the order of time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, cast

from umlauf.kernel.work import Page
from umlauf.usage.errors import TooManyUsageEvents
from umlauf.usage.usage_events import UsageEvent
from umlauf_adapters.kernel.faults import transient_faults
from umlauf_adapters.usage.layouts import (
    USAGE_EVENTS,
    instant_key,
    metered_partition,
    usage_event_key,
)

MOST_AT_ONCE: Final = 20_000
"""Of one meter, for one bill: some ten megabytes, and seconds of a function's time."""


class DynamoUsageEvents:
    """Implements umlauf.usage.ports.UsageEvents."""

    def get(self, subscription_id: str, event_id: str) -> UsageEvent | None:
        return USAGE_EVENTS.get(*usage_event_key(subscription_id, event_id))

    def of_meter(
        self, subscription_id: str, meter: str, start: datetime, end: datetime
    ) -> tuple[UsageEvent, ...]:
        """One query, in pages as large as DynamoDB gives them."""
        table = USAGE_EVENTS.table
        with transient_faults():
            items = cast("Any", table).gsi1.query(
                metered_partition(subscription_id, meter),
                # No event's key is a bare instant, so what happens at `end` lies behind it.
                range_key_condition=table.gsi1sk.between(instant_key(start), instant_key(end)),
                limit=MOST_AT_ONCE + 1,
            )
            found = tuple(USAGE_EVENTS.from_item(item) for item in items)
        if len(found) > MOST_AT_ONCE:
            raise TooManyUsageEvents(
                f"{subscription_id} has more than {MOST_AT_ONCE} events of {meter} from {start} to "
                f"{end}: bill it for shorter periods, or tell sums of them",
                field="meter",
            )
        return found

    def page_of_meter(
        self, subscription_id: str, meter: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[UsageEvent]:
        return USAGE_EVENTS.page(
            metered_partition(subscription_id, meter),
            index="gsi1",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def scan(self) -> Iterator[UsageEvent]:
        return USAGE_EVENTS.scan()
