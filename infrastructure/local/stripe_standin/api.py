"""One request in, one answer out: key, idempotency, parameters, act, answer."""

import hashlib
import threading
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import stripe

from local.stripe_standin.account import Account, Cause
from local.stripe_standin.expansion import expand
from local.stripe_standin.idempotency import IdempotencyKeys, StoredAnswer
from local.stripe_standin.parameters import read, shape_of
from local.stripe_standin.refusals import Refusal, not_modelled
from local.stripe_standin.resources.registry import ROUTES
from local.stripe_standin.routing import ALWAYS_HONOURED, Call, Route, Router
from local.stripe_standin.switches import Outage
from local.stripe_standin.wire import Json, MalformedForm, dump, form_pairs, nest

# Parameters that this API version took away, with the code that says so.
_REMOVED = {
    ("/v1/payment_intents", "payment_method_types"): "payment_method_types_no_longer_supported",
    ("/v1/setup_intents", "payment_method_types"): "payment_method_types_no_longer_supported",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back. A lost answer was worked out but never arrives: the connection just ends."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False


class Api:
    """The `/v1` side of the stand-in. Thread-safe."""

    def __init__(
        self,
        account: Account,
        keys: IdempotencyKeys,
        *,
        api_key: str,
        stopping: threading.Event,
        when_due: Callable[[], None],
    ) -> None:
        self._account = account
        self._keys = keys
        self._api_key = api_key
        self._stopping = stopping
        self._when_due = when_due
        self._router = Router(ROUTES)

    def answer(self, request: Request) -> Answer:
        """Answer a request, in whatever way an outage that was switched on lets through."""
        with self._account.lock:
            cause = self._account.cause_of_request(_idempotency_key(request))
            outage = self._account.switches.take_outage()
        if outage is not None and outage.mode == "refuse":
            return _refused(
                Refusal("The stand-in is switched off.", kind="api_error", status=500), cause
            )
        try:
            self._require_key(request)
            return self._answer_once(request, cause, outage)
        except Refusal as refusal:
            return _refused(refusal, cause)

    def _answer_once(self, request: Request, cause: Cause, outage: Outage | None) -> Answer:
        route, call = self._read(request)
        key = cause.idempotency_key if request.method == "POST" else None
        if key is None:
            return self._act(route, call, cause, outage)
        known = self._keys.begin(key, _digest(request), now=self._account.now())
        if known is not None:
            return _replayed(known, key, cause)
        try:
            answer = self._act(route, call, cause, outage)
        except BaseException:
            self._keys.release(key)
            raise
        self._keys.finish(
            key, status=answer.status, body=answer.body, request_id=cause.request_id or ""
        )
        answer.headers["Idempotency-Key"] = key
        return answer

    def _read(self, request: Request) -> tuple[Route, Call]:
        """Find the route and check the parameters. Nothing has happened when this refuses."""
        found = self._router.find(request.method, unquote(request.path))
        if found is None:
            raise Refusal(
                f"Unrecognized request URL ({request.method}: {request.path}).", status=404
            )
        route, ids = found
        text = request.query if request.method == "GET" else request.body.decode(errors="replace")
        try:
            given = nest(form_pairs(text))
        except MalformedForm as error:
            raise Refusal(f"Invalid request: {error}") from error
        _refuse_removed(route, given)
        params = read(shape_of(route.parameters), given)
        for name in params:
            if name not in route.honoured | ALWAYS_HONOURED:
                raise not_modelled(f"the parameter {name}", param=name)
        return route, Call(self._account, ids, params)

    def _act(self, route: Route, call: Call, cause: Cause, outage: Outage | None) -> Answer:
        """Do it. A refusal from here on is an answer like any other: a repeated key repeats it."""
        headers = _headers(cause)
        with self._account.lock, self._account.acting(cause):
            try:
                result = expand(self._account, route.handle(call), call.params.get("expand", []))
                status, body = 200, dump(result)
            except Refusal as refusal:
                status, body = refusal.status, dump(_with_log(refusal.body, cause))
            next_due = self._account.due.next_due()
            is_due = next_due is not None and next_due <= self._account.now()
        if is_due:
            self._when_due()
        if outage is not None and outage.mode == "hang":
            self._stopping.wait(timeout=outage.seconds)
        is_lost = outage is not None and outage.mode == "lose_answer"
        return Answer(status, body, headers, is_lost=is_lost)

    def _require_key(self, request: Request) -> None:
        given = _given_key(request.headers.get("authorization", ""))
        if not given:
            raise Refusal(
                "You did not provide an API key. Use `Authorization: Bearer YOUR_SECRET_KEY`.",
                status=401,
            )
        if given != self._api_key:
            raise Refusal(f"Invalid API Key provided: {given[:7]}****{given[-4:]}", status=401)


def _refuse_removed(route: Route, given: Json) -> None:
    resource = "/".join(route.path.split("/")[:3])
    for name in given:
        code = _REMOVED.get((resource, name))
        if code is not None:
            raise Refusal(
                f"`{name}` is no longer supported in API version {stripe.api_version}; use "
                "dynamic payment methods or `allowed_payment_method_types`.",
                code=code,
                param=name,
            )


def _given_key(authorization: str) -> str:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(credentials, validate=True).decode().partition(":")[0]
    except (Base64Error, UnicodeDecodeError):
        return ""


def _idempotency_key(request: Request) -> str | None:
    """Stripe ignores keys on requests that are idempotent by themselves."""
    return request.headers.get("idempotency-key") if request.method == "POST" else None


def _digest(request: Request) -> str:
    """Name a request by its endpoint and its parameters, in whatever order they came."""
    pairs = sorted(form_pairs(request.body.decode(errors="replace")))
    text = repr((request.method, request.path, pairs))
    return hashlib.sha256(text.encode()).hexdigest()


def _replayed(known: StoredAnswer, key: str, cause: Cause) -> Answer:
    headers = _headers(cause) | {
        "Idempotency-Key": key,
        "Idempotent-Replayed": "true",
        "Original-Request": known.request_id,
    }
    return Answer(known.status, known.body, headers)


def _refused(refusal: Refusal, cause: Cause) -> Answer:
    return Answer(refusal.status, dump(_with_log(refusal.body, cause)), _headers(cause))


def _with_log(body: Json, cause: Cause) -> Json:
    url = f"https://dashboard.stripe.com/test/logs/{cause.request_id}"
    body["error"].setdefault("request_log_url", url)
    return body


def _headers(cause: Cause) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Request-Id": cause.request_id or "",
        "Stripe-Version": stripe.api_version,
    }
