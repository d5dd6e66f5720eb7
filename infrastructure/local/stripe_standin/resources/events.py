"""Events of the last 30 days, to be read: each is a snapshot of what was announced."""

import json

from stripe import params

from local.stripe_standin import listing
from local.stripe_standin.refusals import Refusal, no_such
from local.stripe_standin.routing import Call, Route
from local.stripe_standin.wire import Json

MAX_TYPES = 20


def _retrieve(call: Call) -> Json:
    stored = call.account.events.get(call.id)
    if stored is None:
        raise no_such("event", call.id)
    return _shown(stored)


def _list(call: Call) -> Json:
    types = call.params.get("types", [])
    if "type" in call.params:
        if types:
            raise Refusal("You may only specify one of: type, types.", code="parameters_exclusive")
        types = [call.params["type"]]
    if len(types) > MAX_TYPES:
        raise Refusal(f"You may list up to {MAX_TYPES} types.", param="types")
    matching = [
        {"id": event_id, **stored}
        for event_id, stored in call.account.events.items()
        if not types or any(is_of_type(stored["type"], wanted) for wanted in types)
    ]
    page = listing.page("/v1/events", matching, call.params)
    return page | {"data": [_shown(stored) for stored in page["data"]]}


def is_of_type(event_type: str, wanted: str) -> bool:
    """Match a type, or a group of types such as `charge.*`; `*` is everything."""
    if wanted.endswith("*"):
        return event_type.startswith(wanted[:-1])
    return event_type == wanted


def _shown(stored: Json) -> Json:
    event: Json = json.loads(stored["text"])
    return event


ROUTES = (
    Route("GET", "/v1/events/{id}", params.EventRetrieveParams, _retrieve),
    Route("GET", "/v1/events", params.EventListParams, _list, listing.PAGING | {"type", "types"}),
)
