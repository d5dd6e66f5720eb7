"""A stand-in under a clock of the test's own, an endpoint for webhooks, and Stripe's library."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe

from local.stripe_standin.server import StripeStandIn
from local.stripe_standin.webhooks import InLine

API_KEY = "sk_test_umlauf"
SECRET = "whsec_umlauf"
# A Thursday, so that banking days and calendar days differ.
START = datetime(2026, 10, 1, 10, 0, tzinfo=UTC)
PATIENCE_SECONDS = 5.0

IBAN_PAYS_IN_DAYS = "DE75512108001245126199"
IBAN_PAYS = "DE89370400440532013000"
IBAN_PAYS_LATER = "DE08370400440532013003"
IBAN_FAILS = "DE62370400440532013001"
IBAN_FAILS_LATER = "DE78370400440532013004"
IBAN_WITHOUT_FUNDS = "DE65370400440002222227"

VISA = "pm_card_visa"

MANDATE: Any = {
    "customer_acceptance": {
        "type": "online",
        "online": {"ip_address": "127.0.0.1", "user_agent": "test"},
    }
}


class MovableClock:
    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time


@dataclass(frozen=True)
class Received:
    """One webhook as it arrived."""

    body: bytes
    signature: str

    def event(self) -> stripe.Event:
        """Verify as the application does, but for the age: the clock is the test's own."""
        event: stripe.Event = stripe.Webhook.construct_event(
            self.body, self.signature, SECRET, tolerance=0
        )
        return event


class Endpoint:
    """An HTTP endpoint that keeps what it gets; `statuses` are its next answers, then 200."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.statuses: list[int] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.received.append(Received(body, self.headers["Stripe-Signature"]))
                self.send_response(endpoint.statuses.pop(0) if endpoint.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Stay silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/webhooks/stripe"

    def types(self) -> list[str]:
        return [received.event().type for received in self.received]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class World:
    standin: StripeStandIn
    clock: MovableClock
    endpoint: Endpoint
    client: stripe.StripeClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = client_of(self.standin)

    def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        eventually(self.standin.is_idle)

    def advance(self, delta: timedelta) -> None:
        """Move from due moment to due moment, as the local cloud's clock does."""
        target = self.clock.time + delta
        while True:
            due = self.standin.next_due(self.clock.time.timestamp())
            if due is None or due > target.timestamp():
                break
            self.clock.time = datetime.fromtimestamp(due, UTC)
            self.standin.fire(due)
            self.settle()
        self.clock.time = target

    def customer(self, name: str = "Ada") -> str:
        given: Any = {"name": name, "email": f"{name.lower()}@example.com"}
        return self.client.v1.customers.create(given).id

    def saved_card(self, customer: str, card: str = VISA) -> str:
        return str(
            self.client.v1.setup_intents.create(
                {
                    "customer": customer,
                    "payment_method": card,
                    "confirm": True,
                    "allowed_payment_method_types": ["card"],
                }
            ).payment_method
        )

    def saved_account(self, customer: str, iban: str) -> str:
        method = self.client.v1.payment_methods.create(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": iban},
                "billing_details": {"name": "Ada", "email": "ada@example.com"},
            }
        )
        intent = self.client.v1.setup_intents.create(
            {
                "customer": customer,
                "payment_method": method.id,
                "confirm": True,
                "allowed_payment_method_types": ["sepa_debit"],
                "mandate_data": MANDATE,
            }
        )
        return str(intent.payment_method)

    def collect(
        self, customer: str, method: str, *, amount: int = 7990, key: str | None = None
    ) -> stripe.PaymentIntent:
        """Charge off-session, as the billing cycle does."""
        return self.client.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "eur",
                "customer": customer,
                "payment_method": method,
                "off_session": True,
                "confirm": True,
                "allowed_payment_method_types": ["card", "sepa_debit"],
                "metadata": {"invoice": "INV-1"},
            },
            {"idempotency_key": key} if key else None,
        )


def client_of(
    standin: StripeStandIn, *, retries: int = 0, key: str = API_KEY
) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": standin.url},
        http_client=stripe.RequestsClient(timeout=8),
        max_network_retries=retries,
    )


def eventually(condition: Callable[[], bool]) -> None:
    """Wait, briefly and not for ever, until a condition holds."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_SECONDS / 0.002)):
        if condition():
            return
        pause.wait(0.002)
    raise AssertionError("it never came to that")


@contextmanager
def running_world(in_line: InLine = lambda job: job) -> Iterator[World]:
    endpoint = Endpoint()
    clock = MovableClock(START)
    standin = StripeStandIn(
        api_key=API_KEY,
        now=clock.now,
        webhook_secret=SECRET,
        webhook_url=endpoint.url,
        in_line=in_line,
    )
    try:
        with standin:
            yield World(standin, clock, endpoint)
    finally:
        endpoint.close()
