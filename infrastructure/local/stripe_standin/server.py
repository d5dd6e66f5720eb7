"""The stand-in itself: an HTTP server on loopback around one account."""

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.stripe_standin.account import Account, Cause
from local.stripe_standin.api import Answer, Api, Request
from local.stripe_standin.control import Control
from local.stripe_standin.idempotency import IdempotencyKeys
from local.stripe_standin.resources import webhook_endpoints
from local.stripe_standin.resources.registry import DUE_WORK
from local.stripe_standin.webhooks import RELEASE, RETRY, Deliveries, InLine
from local.stripe_standin.wire import Json, dump

HOST = "127.0.0.1"
STATE_VERSION = 1
MAX_BODY_BYTES = 1 << 20
MAX_DUE_AT_ONCE = 100_000

_IDLE_CONNECTION_SECONDS = 600
_STOP_SECONDS = 5
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required"}


class StripeStandIn:
    """Stripe for one machine. `now` is the movable clock; `control` makes things go wrong.

    The owner of the clock calls `next_due` and `fire`, and may ask `is_idle`. What is due at once
    happens by itself, on a worker thread; an owner that has work of its own in order gives these
    jobs their place with `in_line`.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        api_key: str,
        now: Callable[[], datetime],
        webhook_secret: str,
        webhook_url: str | None = None,
        in_line: InLine = lambda job: job,
    ) -> None:
        self._port = port
        self._secret = webhook_secret
        self._endpoint: str | None = None
        self._stopping = threading.Event()
        self._account = Account(now=now)
        self._keys = IdempotencyKeys()
        self._deliveries = Deliveries(self._account, in_line=in_line)
        self._account.announce = self._deliveries.announce
        self._server: _Server | None = None
        self.control = Control(self._account, self._deliveries, when_due=self._fire_soon)
        self._api = Api(
            self._account,
            self._keys,
            api_key=api_key,
            stopping=self._stopping,
            when_due=self._fire_soon,
        )
        if webhook_url is not None:
            self.deliver_to(webhook_url)

    @property
    def url(self) -> str:
        """The address to give the library as its API base."""
        if self._server is None:
            raise RuntimeError("the Stripe stand-in has not been started")
        return f"http://{HOST}:{self._server.server_address[1]}"

    def start(self) -> "StripeStandIn":
        """Bind and serve. Raises `OSError` when the port is taken."""
        self._server = _Server((HOST, self._port), self._answer)
        self._deliveries.start()
        threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="stripe-standin", daemon=True
        ).start()
        return self

    def stop(self) -> None:
        """End every connection and thread."""
        if self._server is None:
            return
        self._stopping.set()
        self._server.end()
        self._deliveries.stop()
        self._server = None

    def __enter__(self) -> "StripeStandIn":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def deliver_to(self, webhook_url: str, *, events: tuple[str, ...] = ("*",)) -> None:
        """Announce events to this URL, instead of the one set before, signed with the secret."""
        with self._account.lock:
            endpoints = self._account.tables["webhook_endpoint"]
            if self._endpoint in endpoints:
                del endpoints[self._endpoint]
            endpoint = webhook_endpoints.add(
                self._account, webhook_url, secret=self._secret, events=events
            )
            self._endpoint = endpoint["id"]

    # The clock's side

    def next_due(self, now: float) -> float | None:
        """Tell when something happens next (epoch seconds), never before `now`."""
        with self._account.lock:
            due = self._account.due.next_due()
        return None if due is None else max(due, now)

    def fire(self, now: float) -> None:
        """Do all that is due at `now`: debits settle, refunds end, webhooks are tried again."""
        for _ in range(MAX_DUE_AT_ONCE):
            with self._account.lock:
                due = self._account.due.take(until=now)
                if due is None:
                    return
                with self._account.acting(Cause(f"{due.kind} {due.subject} {due.at}")):
                    self._perform(due.kind, due.subject)

    def is_idle(self) -> bool:
        """Tell whether nothing is on its way and nothing is due by now."""
        with self._account.lock:
            due = self._account.due.next_due()
            is_nothing_due = due is None or due > self._account.now()
        return is_nothing_due and self._deliveries.is_idle()

    # Saving

    def state(self) -> Json:
        """Return everything as JSON-able data."""
        with self._account.lock:
            return {
                "version": STATE_VERSION,
                "account": self._account.state(),
                "keys": self._keys.state(),
                "deliveries": self._deliveries.state(),
                "endpoint": self._endpoint,
            }

    def restore(self, state: Json) -> None:
        """Take over a saved state. The webhook URL stays the one of this run."""
        if state.get("version") != STATE_VERSION:
            raise ValueError(f"not a state of version {STATE_VERSION} of the Stripe stand-in")
        with self._account.lock:
            url = self._own_url()
            self._account.restore(state["account"])
            self._keys.restore(state["keys"])
            self._endpoint = state["endpoint"]
            own = self._account.tables["webhook_endpoint"].get(self._endpoint or "")
            if own is not None and url is not None:
                own["url"] = url
            elif url is not None:
                self.deliver_to(url)
            planned = {due["subject"] for due in state["account"]["due"] if due["kind"] == RETRY}
            self._deliveries.restore(state["deliveries"], planned=planned)

    def _own_url(self) -> str | None:
        endpoint = self._account.tables["webhook_endpoint"].get(self._endpoint or "")
        return None if endpoint is None else str(endpoint["url"])

    def _perform(self, kind: str, subject: str) -> None:
        if kind == RETRY:
            self._deliveries.retry(subject)
        elif kind == RELEASE:
            self._deliveries.release()
        else:
            DUE_WORK[kind](self._account, subject)

    def _fire_soon(self) -> None:
        self._deliveries.run_soon(lambda: self.fire(self._account.now()))

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/_standin/"):
            status, body = self.control.answer(request.method, request.path, request.body)
            return Answer(status, dump(body), {"Content-Type": "application/json"})
        return self._api.answer(request)


class _Server(ThreadingHTTPServer):
    """A threaded server that knows its connections, so that it can end them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def end(self) -> None:
        """Stop serving and hang up on clients that keep their connections."""
        self.shutdown()
        with self._changed:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                # The client was faster.
                continue
        with self._changed:
            self._changed.wait_for(lambda: not self._open, timeout=_STOP_SECONDS)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Reads requests and writes answers; knows nothing of Stripe."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_CONNECTION_SECONDS
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - inherited name
        """Log nothing: the control surface shows what happened."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers:
            self.send_error(411)
            self.close_connection = True
            return
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.send_error(413)
            self.close_connection = True
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(length))
        answer = self.server.answer(Request(self.command, path, query, headers, body))
        if answer.is_lost:
            self.close_connection = True
            return
        self._write(answer)

    def _write(self, answer: Answer) -> None:
        """Write head and body at once, so that no packet waits for another."""
        reason = _REASONS.get(answer.status, "Status")
        head = [f"HTTP/1.1 {answer.status} {reason}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        head += [f"Content-Length: {len(answer.body)}", "", ""]
        self.wfile.write("\r\n".join(head).encode("latin-1") + answer.body)
