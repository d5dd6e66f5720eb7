"""Domain events on their way over the bus: how they are put on it and how a reactor reads them."""

import json
from collections.abc import Mapping
from typing import Any

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.events import EventEnvelope
from umlauf_adapters.kernel.documents import UnreadableDocument, decode, encode


class UnreadableEvent(InvalidInput):
    code = "events.unreadable"


def to_entry(envelope: EventEnvelope, bus_name: str) -> dict[str, Any]:
    """The PutEvents entry. The source is `umlauf.<context>`, the detail the whole envelope."""
    context = envelope.type.split(".", 1)[0]
    return {
        "EventBusName": bus_name,
        "Source": f"umlauf.{context}",
        "DetailType": envelope.type,
        "Time": envelope.occurred_at,
        "Resources": [envelope.aggregate],
        "Detail": json.dumps(encode(envelope), separators=(",", ":")),
    }


def read_event(body: str | bytes) -> EventEnvelope:
    """The envelope in a queue message that an EventBridge rule put there.

    Raises UnreadableEvent.
    """
    try:
        message = json.loads(body)
        return decode(EventEnvelope, message["detail"])
    except (ValueError, TypeError, KeyError, UnreadableDocument) as error:
        raise UnreadableEvent(f"not an event of ours: {error}", field="body") from error


def envelope_of_item(image: Mapping[str, Any]) -> EventEnvelope:
    """The envelope of an item of the events table (plain values, as in a stream's new image)."""
    version, place = image["sk"].split(".")
    return decode(
        EventEnvelope,
        {
            "id": f"{image['pk']}:{int(version)}.{int(place)}",
            "type": image["type"],
            "aggregate": image["pk"],
            "version": int(version),
            "occurred_at": image["occurred_at"],
            "data": image["data"],
        },
    )
