"""Every change made to ministack, in one place, and undone when the cloud stops.

Ministack 1.5.33 has no hooks for a movable clock, in-process functions or loopback-only sockets, so
names in its modules are replaced. `self_test` checks on each start that every one of them is there.
"""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import asyncio
import contextlib
import datetime as dt
import functools
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

import time_machine

from local.boot import LOOPBACK, Ministack
from local.clock import Clock
from local.turns import TurnPool, Turns, turn_thread

# Loops that ministack runs for ever; they are not work that could settle.
_ENDLESS = ("_poll_loop", "_loop", "_flip", "_ticker_loop", "_scheduler_loop", "_serve")

_TLS_KEY = "aws:securetransport"


class Overlay:
    """A module with some of its names replaced, for one importing module only."""

    def __init__(self, module: Any, **names: Any) -> None:
        self.__dict__.update(names)
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


class Patches:
    """The replacements made for one local cloud."""

    def __init__(self, ministack: Ministack, clock: Clock, turns: Turns) -> None:
        self.ministack = ministack
        self._clock = clock
        self._turns = turns
        self._undo: list[Callable[[], None]] = []

    def replace(self, module: Any, name: str, value: Any) -> Any:
        """Set `module.name`, remember what was there, and return it."""
        original = getattr(module, name)
        self._undo.append(functools.partial(setattr, module, name, original))
        setattr(module, name, value)
        return original

    def undo(self) -> None:
        while self._undo:
            self._undo.pop()()

    def apply(self, execute: Callable[..., dict[str, Any]], wake: Callable[[], None]) -> None:
        """Put everything in place: `execute` runs functions, `wake` says that work arrived."""
        self._dynamodb_takes_one_request_at_a_time()
        self._functions(execute, wake)
        self._threads_take_turns()
        self._waits_follow_the_clock()
        self._state_machines_are_complete()
        self._devices_are_held_to_their_certificates()
        self._signatures_may_be_of_another_time()
        self._tokens_are_checked_in_process()
        self._permissions_are_checked_on_the_resource()
        self._authority_loads_its_key_once()
        self._policies_are_read_once()
        self._loopback_is_a_safe_line()

    def show_ports(self, http_port: int, mqtt_port: int) -> None:
        """Correct the addresses ministack hands out; it read the ports when it was imported."""
        ministack = self.ministack
        self.replace(ministack.sqs, "DEFAULT_PORT", str(http_port))
        self.replace(ministack.sqs, "_CANONICAL_NETLOC", f"localhost:{http_port}")
        self.replace(ministack.sns, "_PORT", str(http_port))
        self.replace(ministack.apigateway, "_PORT", str(http_port))
        self.replace(ministack.cognito, "_MINISTACK_PORT", str(http_port))
        self.replace(ministack.iot, "_GATEWAY_PORT", str(mqtt_port))

    def _permissions_are_checked_on_the_resource(self) -> None:
        """Three calls that AWS authorises on what their body names, and ministack on `*`."""
        real = self.ministack.iam_actions.extract_resource_arn

        def resource_arn(  # noqa: PLR0913, PLR0917 - ministack's signature
            service: str,
            method: str,
            path: str,
            headers: Mapping[str, str],
            body: bytes,
            query: Any,
            region: str,
            account: str,
        ) -> Any:
            if service == "iot" and path.startswith("/target-policies/"):
                return json.loads(body)["target"]
            if headers.get("x-amz-target") == "AmazonSSM.GetParametersByPath":
                return f"arn:aws:ssm:{region}:{account}:parameter{json.loads(body)['Path']}"
            if service == "ses" and path == "/v2/email/outbound-emails":
                sender = json.loads(body)["FromEmailAddress"]
                return f"arn:aws:ses:{region}:{account}:identity/{sender}"
            return real(service, method, path, headers, body, query, region, account)

        self.replace(self.ministack.iam_actions, "extract_resource_arn", resource_arn)

    def _tokens_are_checked_in_process(self) -> None:
        """The gateway reads the user pool's keys where they are, not over HTTP, never stale."""
        cognito = self.ministack.cognito

        async def fetch_keys(url: str) -> Any:
            pool_id = url.split("/")[-3]
            return json.loads(cognito.well_known_jwks(pool_id)[2])

        self.replace(self.ministack.apigateway_v1, "_fetch_jwks", fetch_keys)
        gateway = self.ministack.apigateway_v1
        answer: Callable[..., Any] = gateway._lambda_proxy_response

        def answer_without_details(result: dict[str, Any]) -> Any:
            if result.get("error") and not result.get("throttle"):
                return None, "Internal server error"  # all that a caller of the API may learn
            return answer(result)

        self.replace(gateway, "_lambda_proxy_response", answer_without_details)

    def _dynamodb_takes_one_request_at_a_time(self) -> None:
        """Its requests run on the caller's thread, and it has no lock of its own around them."""
        handle, lock = self.ministack.dynamodb.handle_request, self.ministack.dynamodb_lock

        async def handle_alone(*arguments: Any) -> Any:
            with lock:
                return await handle(*arguments)

        self.replace(self.ministack.dynamodb, "handle_request", handle_alone)

    def _functions(self, execute: Callable[..., dict[str, Any]], wake: Callable[[], None]) -> None:
        lambda_svc = self.ministack.lambda_svc
        self.replace(lambda_svc, "_execute_function_warm", execute)
        self.replace(lambda_svc, "_ensure_poller", lambda: None)
        self.replace(lambda_svc, "_emit_lambda_logs", lambda *_, **__: None)
        self.replace(lambda_svc, "_emit_lambda_metrics", lambda *_, **__: None)
        self.replace(lambda_svc, "_schedule_state_transition", self._become_active)
        esm_wake = self.ministack.concurrency.esm_wake
        esm_wake.set = wake
        self._undo.append(lambda: esm_wake.__dict__.pop("set"))

    def _become_active(self, function_name: str, _delay: float) -> None:
        """A function is ready at once; ministack would take half a second of real time."""
        function = self.ministack.lambda_svc._functions.get(function_name)
        versions = list((function or {}).get("versions", {}).values())
        for record in [function, *versions] if function else []:
            if record.get("config"):
                record["config"] |= {"State": "Active", "LastUpdateStatus": "Successful"}

    def _threads_take_turns(self) -> None:
        thread = turn_thread(self._turns, _ENDLESS)
        ministack = self.ministack
        overlay = Overlay(threading, Thread=thread)
        for module in (ministack.eventbridge, ministack.iot, ministack.lambda_svc):
            self.replace(module, "threading", overlay)
        self.replace(ministack.sns, "_threading", overlay)
        self.replace(
            ministack.stepfunctions,
            "threading",
            Overlay(threading, Thread=thread, Event=self._clock.event),
        )
        self.replace(
            ministack.stepfunctions,
            "ThreadPoolExecutor",
            lambda max_workers=1: TurnPool(thread, max_workers),
        )
        self.replace(ministack.stepfunctions, "futures_wait", _run_pool_of)

    def _waits_follow_the_clock(self) -> None:
        stepfunctions = self.ministack.stepfunctions
        self.replace(stepfunctions, "time", Overlay(time, sleep=lambda _seconds: None))
        pauses = _RetryPauses(stepfunctions._find_matching_retrier, self._clock)
        self.replace(stepfunctions, "_find_matching_retrier", pauses.find)
        self.replace(stepfunctions, "_scaled_sleep", pauses.sleep)
        # OpenSSL compares certificates with the machine's own clock.
        real_now = time_machine.escape_hatch.datetime.datetime.now
        real_datetime = type(
            "datetime",
            (dt.datetime,),
            {"now": staticmethod(lambda zone=None: real_now(zone))},
        )
        self.replace(self.ministack.x509, "_dt", Overlay(dt, datetime=real_datetime))

    def _authority_loads_its_key_once(self) -> None:
        """Loading checks the key's primes, which takes longer than signing with it."""
        x509 = self.ministack.x509
        x509._require_crypto()  # it imports on first use
        load = functools.lru_cache(maxsize=8)(x509.serialization.load_pem_private_key)
        self.replace(x509, "serialization", Overlay(x509.serialization, load_pem_private_key=load))

    def _policies_are_read_once(self) -> None:
        """A role's policies are checked with each of its calls, and change with deployments only.

        The document's text is the key, so a changed policy is read anew.
        """
        evaluator = self.ministack.iam_evaluator
        parse = evaluator.parse_policy_document
        parse_text = functools.lru_cache(maxsize=256)(parse)
        self.replace(
            evaluator,
            "parse_policy_document",
            lambda doc: parse_text(doc) if isinstance(doc, str) else parse(doc),
        )

    def _loopback_is_a_safe_line(self) -> None:
        """Calls that never leave the machine speak HTTP, and keep policies that want TLS."""
        evaluator = self.ministack.iam_evaluator
        resolve: Callable[[str, Any], Any] = evaluator._resolve_condition_key
        self.replace(
            evaluator,
            "_resolve_condition_key",
            lambda key, ctx: "true" if key.lower() == _TLS_KEY else resolve(key, ctx),
        )

    def _state_machines_are_complete(self) -> None:
        stepfunctions = self.ministack.stepfunctions
        self.replace(
            stepfunctions,
            "_invoke_resource_with_timeout",
            lambda resource, data, _timeout: stepfunctions._invoke_resource(resource, data),
        )
        original: Callable[..., Any] = stepfunctions._run_distributed_map
        self.replace(
            stepfunctions,
            "_run_distributed_map",
            functools.partial(_run_distributed_map, stepfunctions, original),
        )

    def _devices_are_held_to_their_certificates(self) -> None:
        iot = self.ministack.iot
        build: Callable[[], ssl.SSLContext] = iot._mtls_build_ssl_context

        def build_strict() -> ssl.SSLContext:
            context = build()
            context.verify_mode = ssl.CERT_REQUIRED
            return context

        self.replace(iot, "_mtls_build_ssl_context", build_strict)
        self.replace(iot, "_mtls_start_locked", functools.partial(_listen_on_loopback, iot))
        handle: Callable[..., Any] = iot._handle_certificate

        def handle_and_drop(*arguments: Any, **named: Any) -> Any:
            answer = handle(*arguments, **named)
            asyncio.run_coroutine_threadsafe(_drop_revoked(iot), self.ministack.loop)
            return answer

        self.replace(iot, "_handle_certificate", handle_and_drop)

    def _signatures_may_be_of_another_time(self) -> None:
        """The aws command line signs with today's date, whatever day the cloud is at."""
        self.replace(self.ministack.sigv4, "request_time_failure", lambda *_, **__: None)


class _RetryPauses:
    """Pauses between retries as they are written; ministack caps each at a minute.

    It looks for the retrier and then sleeps, on one thread, so the true pause is handed from one to
    the other there.
    """

    def __init__(self, find: Callable[..., Any], clock: Clock) -> None:
        self._find = find
        self._clock = clock
        self._pending = threading.local()

    def find(self, retriers: list[dict[str, Any]], error: str, counts: dict[int, int]) -> Any:
        retrier, place = self._find(retriers, error, counts)
        if retrier is not None:
            interval = float(retrier.get("IntervalSeconds", 1))
            pause = interval * float(retrier.get("BackoffRate", 2.0)) ** counts.get(place, 0)
            self._pending.seconds = min(pause, float(retrier.get("MaxDelaySeconds", pause)))
        return retrier, place

    def sleep(self, seconds: float) -> None:
        pending = getattr(self._pending, "seconds", None)
        self._pending.seconds = None
        self._clock.sleep(seconds if pending is None else pending)


def _run_pool_of(futures: list[Future[Any]]) -> None:
    """Stands in for `concurrent.futures.wait`: the pool runs when its `with` block is left."""


async def _listen_on_loopback(iot: Any) -> None:
    """Bind the MQTT listener to 127.0.0.1 instead of every interface."""
    if iot._mtls_server is None:
        loop = asyncio.get_running_loop()
        iot._mtls_server = await loop.create_server(
            iot._MtlsAcceptor,
            host=LOOPBACK,
            port=iot._mtls_port(),
        )
        iot._mtls_loop = loop


async def _drop_revoked(iot: Any) -> None:
    """End live sessions whose certificate is no longer active."""
    for (account, region, client), session in list(iot._connected_clients.items()):
        certificate = session.certificate_id
        if not certificate:
            continue
        record = iot._certificates.get_scoped(account, region, certificate)
        if record is None or record.get("status") != "ACTIVE":
            with contextlib.suppress(OSError):
                await iot._force_disconnect_duplicate(account, region, client)


def _run_distributed_map(
    stepfunctions: Any, original: Callable[..., Any], state: dict[str, Any], *arguments: Any
) -> Any:
    """A distributed Map with JSONata fields and item batches, which ministack leaves out.

    The items are worked out here and handed to ministack's own map run as plain input.
    """
    raw_input, effective, iterator, execution, context = arguments
    is_jsonata = stepfunctions._state_query_language(state, context) == "JSONata"
    if not is_jsonata and "ItemBatcher" not in state:
        return original(state, *arguments)
    items = _child_inputs(stepfunctions, state, (raw_input, effective, context), is_jsonata)
    dropped = {"Items", "ItemsPath", "ItemReader", "ItemSelector", "ItemBatcher", "Parameters"}
    plain = {key: value for key, value in state.items() if key not in dropped}
    if not is_jsonata:
        return original(plain, raw_input, items, iterator, execution, context)
    plain["MaxConcurrency"] = _jsonata_number(stepfunctions, state, raw_input, context)
    results, following = original(plain, raw_input, items, iterator, execution, context)
    output = stepfunctions._apply_jsonata_output(
        state, raw_input, context, result=results, default=results
    )
    stepfunctions._apply_state_assign(state, raw_input, context, result=results)
    return output, following


def _child_inputs(
    stepfunctions: Any,
    state: dict[str, Any],
    data: tuple[Any, Any, Any],
    is_jsonata: bool,  # noqa: FBT001
) -> list[Any]:
    raw_input, effective, context = data
    items = _map_items(stepfunctions, state, data, is_jsonata)
    selector = state.get("ItemSelector")
    if selector is not None:
        resolve = (
            stepfunctions._apply_jsonata_template
            if is_jsonata
            else stepfunctions._resolve_params_obj
        )
        against = raw_input if is_jsonata else effective
        items = [
            resolve(
                selector, against, {**context, "Map": {"Item": {"Index": index, "Value": item}}}
            )
            for index, item in enumerate(items)
        ]
    batcher = state.get("ItemBatcher")
    if batcher is None:
        return items
    size = int(batcher.get("MaxItemsPerBatch") or len(items) or 1)
    common = {"BatchInput": batcher["BatchInput"]} if "BatchInput" in batcher else {}
    return [{"Items": items[at : at + size], **common} for at in range(0, len(items), size)]


def _map_items(
    stepfunctions: Any,
    state: dict[str, Any],
    data: tuple[Any, Any, Any],
    is_jsonata: bool,  # noqa: FBT001
) -> list[Any]:
    raw_input, effective, context = data
    reader = state.get("ItemReader")
    if reader:
        if is_jsonata:
            given = stepfunctions._apply_jsonata_template(
                reader.get("Arguments") or {}, raw_input, context
            )
            reader = {**reader, "Arguments": given}
        items = stepfunctions._read_map_items(reader, effective, context)
    elif is_jsonata:
        items = raw_input
        if "Items" in state:
            items = stepfunctions._jsonata_state_field(state, "Items", "array", raw_input, context)
    else:
        items = stepfunctions._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, context)
    return items if isinstance(items, list) else [items]


def _jsonata_number(stepfunctions: Any, state: dict[str, Any], raw_input: Any, context: Any) -> int:
    if "MaxConcurrency" not in state:
        return 0
    return int(
        stepfunctions._jsonata_state_field(state, "MaxConcurrency", "number", raw_input, context)
    )
