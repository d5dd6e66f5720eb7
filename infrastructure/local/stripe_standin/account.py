"""One Stripe test account: its objects, its events and what it still has to do.

Everything the API reads or writes lives here, behind one lock, as plain JSON: what the wire shows
in `tables`, what it must not show (a card's behaviour, a debit's fate) in `hidden`.
"""

import copy
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import stripe

from local.stripe_standin.due_work import DueWork
from local.stripe_standin.identifiers import derive, digest, is_invented_key
from local.stripe_standin.refusals import no_such
from local.stripe_standin.switches import Switches
from local.stripe_standin.wire import Json

# Stripe answers for events of the last 30 days; what is older is forgotten here too.
EVENTS_KEPT_SECONDS = 30 * 24 * 3600

PREFIXES = {
    "charge": "ch",
    "customer": "cus",
    "mandate": "mandate",
    "payment_intent": "pi",
    "payment_method": "pm",
    "refund": "re",
    "setup_intent": "seti",
    "webhook_endpoint": "we",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something happens: a request (with its id and key) or a due moment."""

    name: str
    request_id: str | None = None
    idempotency_key: str | None = None


class Account:
    """The state of the stand-in. Hold `lock` around every use."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self.lock = threading.RLock()
        self.tables: dict[str, dict[str, Json]] = {kind: {} for kind in PREFIXES}
        self.hidden: dict[str, Json] = {}
        self.events: dict[str, Json] = {}
        self.due = DueWork()
        self.switches = Switches()
        self.announce: Callable[[Json], int] = lambda _event: 0
        self._now = now
        self._requests = 0
        self._cause = Cause("start")
        self._ordinal = 0

    def now(self) -> float:
        return self._now().timestamp()

    def seconds(self) -> int:
        """Tell the time as the wire format does."""
        return int(self.now())

    def local_time(self) -> datetime:
        return self._now()

    # Causes and identifiers

    def cause_of_request(self, idempotency_key: str | None) -> Cause:
        """Number a request, and name it by its idempotency key where its caller chose one."""
        self._requests += 1
        request_id = derive("req", self._requests)
        if idempotency_key is None or is_invented_key(idempotency_key):
            return Cause(f"request {self._requests}", request_id, idempotency_key)
        return Cause(f"key {idempotency_key}", request_id, idempotency_key)

    @contextmanager
    def acting(self, cause: Cause) -> Iterator[None]:
        """Attribute everything created inside to one cause."""
        outer = self._cause, self._ordinal
        self._cause, self._ordinal = cause, 0
        try:
            yield
        finally:
            self._cause, self._ordinal = outer

    def new_id(self, kind: str) -> str:
        """Derive the next free id: a key may cause new objects again once it was forgotten."""
        taken = self.events if kind == "event" else self.tables[kind]
        prefix = "evt" if kind == "event" else PREFIXES[kind]
        while True:
            self._ordinal += 1
            candidate = derive(prefix, self._cause.name, self._ordinal)
            if candidate not in taken:
                return candidate

    def client_secret(self, object_id: str) -> str:
        return f"{object_id}_secret_{digest('client_secret', object_id, length=25)}"

    # Objects

    def find(self, kind: str, object_id: str, *, param: str | None = None) -> Json:
        """Return a live object; `param` names the parameter that referred to it, if one did."""
        found = self.tables[kind].get(object_id)
        if found is None or found.get("deleted"):
            raise no_such(kind, object_id, param=param)
        return found

    def store(self, thing: Json, **hidden: object) -> Json:
        """Add a new object, with what the stand-in alone knows about it."""
        self.tables[thing["object"]][thing["id"]] = thing
        if hidden:
            self.hidden[thing["id"]] = dict(hidden)
        return thing

    # Events

    def emit(self, event_type: str, subject: Json, *, previous: Json | None = None) -> None:
        """Record what happened, as the object is now, and announce it to the webhook endpoints."""
        data: Json = {"object": subject}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Json = {
            "id": self.new_id("event"),
            "object": "event",
            "api_version": stripe.api_version,
            "created": self.seconds(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {
                "id": self._cause.request_id,
                "idempotency_key": self._cause.idempotency_key,
            },
            "type": event_type,
        }
        event["pending_webhooks"] = self.announce(event)
        # The text is the snapshot: the object may change, what was announced may not.
        self.events[event["id"]] = {
            "type": event_type,
            "created": event["created"],
            "text": json.dumps(event, ensure_ascii=False),
        }
        self._forget_old_events()

    def update(self, thing: Json, event_type: str | None = None, **changes: object) -> None:
        """Change fields of an object; with an event type, say so, naming the former values."""
        previous = {
            name: copy.deepcopy(thing.get(name))
            for name, value in changes.items()
            if thing.get(name) != value
        }
        thing.update(changes)
        if event_type is not None:
            self.emit(event_type, thing, previous=previous)

    def _forget_old_events(self) -> None:
        """Drop at most a few events per new one; they lie in order of their creation."""
        horizon = self.seconds() - EVENTS_KEPT_SECONDS
        for _ in range(4):
            oldest = next(iter(self.events))
            if self.events[oldest]["created"] >= horizon:
                return
            del self.events[oldest]

    # Saving

    def state(self) -> Json:
        return copy.deepcopy(
            {
                "tables": self.tables,
                "hidden": self.hidden,
                "events": self.events,
                "due": self.due.state(),
                "switches": self.switches.state(),
                "requests": self._requests,
            }
        )

    def restore(self, state: Json) -> None:
        saved = copy.deepcopy(state)
        self.tables = {kind: saved["tables"].get(kind, {}) for kind in PREFIXES}
        self.hidden = saved["hidden"]
        self.events = saved["events"]
        self.due.restore(saved["due"])
        self.switches.restore(saved["switches"])
        self._requests = saved["requests"]
