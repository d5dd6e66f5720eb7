"""What passed over the stack's own bus, in order: the story a person or a test reads."""

import json
from typing import Any

from local.patches import Patches

_MOST_PER_PAGE = 1000


class EventLog:
    """Every event put on a bus other than the default one (which carries AWS's own)."""

    def __init__(self) -> None:
        self._events: list[dict[str, Any]] = []

    def watch(self, patches: Patches) -> None:
        """Record from here on."""
        eventbridge = patches.ministack.eventbridge
        dispatch = eventbridge._dispatch_event  # noqa: SLF001 - PutEvents ends there

        def dispatch_and_note(event: dict[str, Any], view: Any = None) -> None:
            if event.get("EventBusName", "default") != "default":
                self._events.append(_readable(event, len(self._events) + 1))
            dispatch(event, view)

        patches.replace(eventbridge, "_dispatch_event", dispatch_and_note)

    def page(self, after: int, limit: int) -> dict[str, Any]:
        """The events behind a cursor; `next_cursor` is where to go on."""
        items = self._events[after : after + min(limit, _MOST_PER_PAGE)]
        return {"items": items, "next_cursor": str(after + len(items))}

    def all(self) -> list[dict[str, Any]]:
        return list(self._events)

    def state(self) -> list[dict[str, Any]]:
        return self.all()

    def restore(self, events: list[dict[str, Any]]) -> None:
        self._events = list(events)


def _readable(event: dict[str, Any], cursor: int) -> dict[str, Any]:
    try:
        detail = json.loads(event.get("Detail") or "{}")
    except ValueError:
        detail = {"data": event.get("Detail")}
    envelope = {"type": event.get("DetailType"), "aggregate": "", "occurred_at": "", "data": detail}
    if isinstance(detail, dict) and "data" in detail:
        envelope |= detail
    return {"cursor": str(cursor), "source": event.get("Source"), **envelope}
