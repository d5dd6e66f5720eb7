"""The control surface, `/_standin/…`: JSON in, JSON out, to make things go wrong on purpose."""

import inspect
import json
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Any

from local.stripe_standin import charging
from local.stripe_standin.account import Account, Cause
from local.stripe_standin.cards import DECLINES
from local.stripe_standin.refusals import Refusal, missing
from local.stripe_standin.resources import payment_intents, setup_intents
from local.stripe_standin.sepa_accounts import FAILURE_CODES
from local.stripe_standin.switches import (
    OUTAGES,
    WEBHOOK_TROUBLES,
    Outage,
    PlannedDecline,
    PlannedReturn,
    WebhookTrouble,
)
from local.stripe_standin.webhooks import Deliveries
from local.stripe_standin.wire import Json

MAX_TIMES = 10_000
MAX_HANG_SECONDS = 30


class Control:
    """The switches, for Python callers; `answer` offers the same over HTTP. Thread-safe."""

    def __init__(
        self, account: Account, deliveries: Deliveries, *, when_due: Callable[[], None]
    ) -> None:
        self._account = account
        self._deliveries = deliveries
        self._when_due = when_due
        self._acts = 0

    def decline_next(
        self, customer: str, *, times: int = 1, decline_code: str = "generic_decline"
    ) -> None:
        """Let the customer's next card charges be declined, whatever the card; then they work."""
        _require_one_of(DECLINES, "decline_code", decline_code)
        _require_count("times", times)
        with self._account.lock:
            self._account.find("customer", customer, param="customer")
            self._account.switches.declines[customer] = PlannedDecline(times, decline_code)

    def return_debits(self, customer: str, *, after_days: int, reason: str, times: int = 1) -> None:
        """Let the bank return the customer's next SEPA debits some days after each is sent."""
        _require_return(reason, after_days)
        _require_count("times", times)
        with self._account.lock:
            self._account.find("customer", customer, param="customer")
            self._account.switches.returns[customer] = PlannedReturn(times, after_days, reason)

    def settle_debits_after(self, business_days: int) -> None:
        """Let debits that are sent from now on take this long (test IBANs keep their own pace)."""
        if not 0 <= business_days <= charging.MAX_RETURN_DAYS:
            raise Refusal(
                f"business_days must be at most {charging.MAX_RETURN_DAYS}.", param="business_days"
            )
        with self._account.lock:
            self._account.switches.sepa_business_days = business_days

    def return_debit(self, payment_intent: str, *, after_days: int, reason: str) -> None:
        """Let the bank return a debit that is under way, some days from now (0: at once)."""
        _require_return(reason, after_days)
        with self._account.lock:
            intent = self._account.find("payment_intent", payment_intent, param="payment_intent")
            charging.return_debit(self._account, intent, reason=reason, after_days=after_days)
        self._when_due()

    def authenticate(self, intent: str, *, succeeds: bool = True) -> None:
        """Pass or fail the challenge of a payment or setup intent that `requires_action`."""
        kind = "setup_intent" if intent.startswith("seti_") else "payment_intent"
        act = setup_intents.authenticate if kind == "setup_intent" else payment_intents.authenticate
        with self._account.lock:
            self._acts += 1
            found = self._account.find(kind, intent, param="intent")
            with self._account.acting(Cause(f"control {self._acts}")):
                try:
                    act(self._account, found, succeeds=succeeds)
                except Refusal as refusal:
                    # The bank may still decline; the intent and its events tell of that.
                    if refusal.status != HTTPStatus.PAYMENT_REQUIRED:
                        raise

    def trouble_webhooks(
        self, trouble: str, *, deliveries: int, types: list[str] | None = None
    ) -> None:
        """Drop, repeat or reorder the next deliveries (of the given event types)."""
        _require_one_of(WEBHOOK_TROUBLES, "trouble", trouble)
        _require_count("deliveries", deliveries)
        with self._account.lock:
            self._account.switches.webhooks[trouble] = WebhookTrouble(deliveries, types or [])

    def release_webhooks(self) -> None:
        """Send what a reordering still holds back."""
        with self._account.lock:
            self._account.switches.webhooks["reorder"] = WebhookTrouble()
            self._deliveries.release()

    def go_down(self, *, requests: int, mode: str = "refuse", seconds: float = 0.0) -> None:
        """Be out of order for the next requests: `refuse`, `lose_answer` or `hang`."""
        _require_one_of(OUTAGES, "mode", mode)
        _require_count("requests", requests)
        if not 0 <= seconds <= MAX_HANG_SECONDS:
            raise Refusal(f"seconds must be at most {MAX_HANG_SECONDS}.", param="seconds")
        with self._account.lock:
            self._account.switches.outage = Outage(requests, mode, seconds)

    def status(self) -> Json:
        """Tell what is there and what is still to happen."""
        with self._account.lock:
            return {
                "now": self._account.seconds(),
                "objects": {kind: len(table) for kind, table in self._account.tables.items()},
                "events": len(self._account.events),
                "next_due": self._account.due.next_due(),
                "due": self._account.due.state(),
                "pending_deliveries": len(self._deliveries.pending),
                "is_idle": self._deliveries.is_idle(),
                "switches": self._account.switches.state(),
            }

    def deliveries(self) -> Json:
        """Tell how the last webhook deliveries went."""
        with self._account.lock:
            return {"data": list(self._deliveries.log)}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Json]:
        """Answer an HTTP call to the control surface."""
        try:
            result = self._call(method, path, _given(body))
        except Refusal as refusal:
            return refusal.status, refusal.body
        return 200, result

    def _call(self, method: str, path: str, given: Json) -> Json:
        reads: dict[str, Callable[[], Json]] = {
            "/_standin/deliveries": self.deliveries,
            "/_standin/status": self.status,
        }
        acts: dict[str, Callable[..., None]] = {
            "/_standin/authentications": self.authenticate,
            "/_standin/debit_returns": self.return_debit,
            "/_standin/declines": self.decline_next,
            "/_standin/outages": self.go_down,
            "/_standin/planned_debit_returns": self.return_debits,
            "/_standin/debit_durations": self.settle_debits_after,
            "/_standin/webhook_releases": self.release_webhooks,
            "/_standin/webhook_troubles": self.trouble_webhooks,
        }
        if method == "GET" and path in reads:
            return reads[path]()
        if method == "POST" and path in acts:
            _call_checked(acts[path], given)
            return {"done": True}
        raise Refusal(f"There is no {method} {path} here.", status=404)


def _call_checked(act: Callable[..., None], given: Json) -> None:
    """Call with the body's fields as arguments, after comparing them with the signature."""
    parameters = inspect.signature(act).parameters
    for name, value in given.items():
        if name not in parameters:
            raise Refusal(f"Received unknown parameter: {name}", param=name)
        if not _fits(value, parameters[name].annotation):
            raise Refusal(f"Invalid {name}: {value!r}", param=name)
    for name, parameter in parameters.items():
        if name not in given and parameter.default is parameter.empty:
            raise missing(name)
    act(**given)


def _fits(value: Any, hint: Any) -> bool:
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint in (str, int, bool):
        return type(value) is hint
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _given(body: bytes) -> Json:
    if not body:
        return {}
    try:
        given = json.loads(body)
    except ValueError as error:
        raise Refusal("The body is not JSON.") from error
    if not isinstance(given, dict):
        raise Refusal("The body is not a JSON object.")
    return given


def _require_one_of(known: Collection[str], param: str, value: str) -> None:
    if value not in known:
        raise Refusal(f"{param} must be one of: {', '.join(sorted(known))}.", param=param)


def _require_count(param: str, count: int) -> None:
    if not 1 <= count <= MAX_TIMES:
        raise Refusal(f"{param} must be between 1 and {MAX_TIMES}.", param=param)


def _require_return(reason: str, after_days: int) -> None:
    _require_one_of(FAILURE_CODES, "reason", reason)
    if not 0 <= after_days <= charging.MAX_RETURN_DAYS:
        raise Refusal(
            f"after_days must be at most {charging.MAX_RETURN_DAYS}: a later return is a dispute.",
            param="after_days",
        )
