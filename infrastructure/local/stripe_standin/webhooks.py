"""Webhooks: every event to every endpoint that wants it, signed, retried, in order.

Deliveries leave on a worker thread, one after the other, as soon as their event exists. A delivery
that fails is planned again on the clock, so a stopped clock holds retries back and a moved one
brings them.
"""

import hashlib
import hmac
import http.client
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from local.stripe_standin.account import Account
from local.stripe_standin.resources.events import is_of_type
from local.stripe_standin.wire import Json

RETRY = "webhook_retry"
RELEASE = "webhooks_release"

# Stripe tries for up to three days, at growing distances.
RETRY_DELAYS_SECONDS = (300, 1_800, 7_200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200)
# A reordering that waits for more events than come gives up after this long.
HELD_SECONDS = 60
ANSWER_TIMEOUT_SECONDS = 20
MAX_ANSWER_BYTES = 1 << 20
LOG_LENGTH = 1_000

# Gives a job its place among the work of whoever owns the clock; the result is run once.
InLine = Callable[[Callable[[], None]], Callable[[], None]]

_SUCCESSES = range(200, 300)


@dataclass(slots=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: str
    endpoint: str
    event: str
    type: str
    attempt: int = 1


class Deliveries:
    """All deliveries of an account, guarded by the account's lock."""

    def __init__(self, account: Account, *, in_line: InLine) -> None:
        self._account = account
        self._in_line = in_line
        self._worker = _Worker()
        self._serial = 0
        self.pending: dict[str, Delivery] = {}
        self.held: list[str] = []
        self.log: deque[Json] = deque(maxlen=LOG_LENGTH)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def is_idle(self) -> bool:
        return self._worker.is_idle()

    def run_soon(self, job: Callable[[], None]) -> None:
        """Run a job on the worker, after what is already on its way."""
        self._worker.put(self._in_line(job))

    def announce(self, event: Json) -> int:
        """Send an event to the endpoints that want it; returns how many deliveries are pending."""
        switches = self._account.switches.webhooks
        announced = 0
        for endpoint in self._account.tables["webhook_endpoint"].values():
            if not any(is_of_type(event["type"], kind) for kind in endpoint["enabled_events"]):
                continue
            if switches["drop"].take(event["type"]):
                self._note(event["id"], event["type"], endpoint["id"], "dropped", attempt=0)
                continue
            copies = 2 if switches["repeat"].take(event["type"]) else 1
            for _ in range(copies):
                self._add(event, endpoint["id"])
            announced += copies
        return announced

    def retry(self, delivery_id: str) -> None:
        if delivery_id in self.pending:
            self._send(self.pending[delivery_id])

    def release(self) -> None:
        """Send what a reordering held back, last first."""
        held, self.held = self.held, []
        for delivery_id in reversed(held):
            self._send(self.pending[delivery_id])

    def state(self) -> Json:
        return {
            "serial": self._serial,
            "pending": [asdict(delivery) for delivery in self.pending.values()],
            "held": list(self.held),
            "log": list(self.log),
        }

    def restore(self, state: Json, *, planned: set[str]) -> None:
        """Take over the deliveries of a saved state; those without a planned retry leave now."""
        self._serial = state["serial"]
        self.pending = {entry["id"]: Delivery(**entry) for entry in state["pending"]}
        self.held = list(state["held"])
        self.log = deque(state["log"], maxlen=LOG_LENGTH)
        for delivery in self.pending.values():
            if delivery.id not in planned and delivery.id not in self.held:
                self._send(delivery)

    def _add(self, event: Json, endpoint_id: str) -> None:
        self._serial += 1
        delivery = Delivery(
            id=f"delivery {self._serial:09}",
            endpoint=endpoint_id,
            event=event["id"],
            type=event["type"],
        )
        self.pending[delivery.id] = delivery
        reorder = self._account.switches.webhooks["reorder"]
        if not reorder.take(delivery.type):
            self._send(delivery)
            return
        self.held.append(delivery.id)
        if reorder.deliveries:
            self._account.due.plan(RELEASE, "held", at=self._account.now() + HELD_SECONDS)
        else:
            self.release()

    def _send(self, delivery: Delivery) -> None:
        self.run_soon(lambda: self._attempt(delivery))

    def _attempt(self, delivery: Delivery) -> None:
        with self._account.lock:
            endpoint = self._account.tables["webhook_endpoint"].get(delivery.endpoint)
            event = self._account.events.get(delivery.event)
            if endpoint is None or event is None or delivery.id not in self.pending:
                self.pending.pop(delivery.id, None)
                return
            body = event["text"].encode()
            secret = self._account.hidden[endpoint["id"]]["secret"]
            header = signature(body, secret, seconds=self._account.seconds())
            url = endpoint["url"]
        status = self._worker.post(url, body, header)
        with self._account.lock:
            self._finish(delivery, status)

    def _finish(self, delivery: Delivery, status: int) -> None:
        is_delivered = status in _SUCCESSES
        outcome = "delivered" if is_delivered else f"failed: {status or 'no answer'}"
        self._note(
            delivery.event, delivery.type, delivery.endpoint, outcome, attempt=delivery.attempt
        )
        if is_delivered or delivery.attempt > len(RETRY_DELAYS_SECONDS):
            self.pending.pop(delivery.id, None)
            return
        delay = RETRY_DELAYS_SECONDS[delivery.attempt - 1]
        delivery.attempt += 1
        self._account.due.plan(RETRY, delivery.id, at=self._account.now() + delay)

    def _note(
        self, event: str, event_type: str, endpoint: str, outcome: str, *, attempt: int
    ) -> None:
        self.log.append(
            {
                "at": self._account.seconds(),
                "event": event,
                "type": event_type,
                "endpoint": endpoint,
                "attempt": attempt,
                "outcome": outcome,
            }
        )


def signature(body: bytes, secret: str, *, seconds: int) -> str:
    """Sign a body as Stripe does: HMAC-SHA256 over the time and the raw text."""
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class _Worker:
    """A thread with a queue of jobs and connections it keeps open."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._unfinished = 0
        self._thread = threading.Thread(target=self._work, name="stripe-webhooks", daemon=True)
        self._connections: dict[str, http.client.HTTPConnection] = {}
        self._failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._jobs.put(None)
        self._thread.join(timeout=ANSWER_TIMEOUT_SECONDS + 1)

    def put(self, job: Callable[[], None]) -> None:
        with self._lock:
            self._unfinished += 1
        self._jobs.put(job)

    def is_idle(self) -> bool:
        """Tell whether all jobs are done. Raises what ended the thread, if something did."""
        if self._failure is not None:
            raise RuntimeError("a worker of the Stripe stand-in broke down") from self._failure
        with self._lock:
            return self._unfinished == 0

    def post(self, url: str, body: bytes, header: str) -> int:
        """Post to a loopback URL; returns the status, or 0 when no answer came."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": header,
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        is_reused = parts.netloc in self._connections
        status = self._exchange(parts.netloc, target, body, headers)
        if status == 0 and is_reused:
            # The endpoint may have closed the kept connection while nothing was sent.
            status = self._exchange(parts.netloc, target, body, headers)
        return status

    def _exchange(self, netloc: str, target: str, body: bytes, headers: dict[str, str]) -> int:
        connection = self._connections.get(netloc)
        if connection is None:
            connection = http.client.HTTPConnection(netloc, timeout=ANSWER_TIMEOUT_SECONDS)
            self._connections[netloc] = connection
        try:
            connection.request("POST", target or "/", body=body, headers=headers)
            answer = connection.getresponse()
            answer.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException):
            connection.close()
            del self._connections[netloc]
            return 0
        return answer.status

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except BaseException as error:
                self._failure = error
                raise
            finally:
                with self._lock:
                    self._unfinished -= 1
        for connection in self._connections.values():
            connection.close()
