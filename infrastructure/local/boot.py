"""Ministack inside this process: imported once, served on one loop, bound to loopback only.

Ministack is a program; here it is a library. It keeps its state in module globals and reads its
settings when it is imported, so the process has one `Ministack`, and one local cloud after another
borrows it: `serve` opens its ports, `shut` closes them and wipes its state.
"""

# ruff: noqa: SLF001 - ministack offers nothing public for this; self_test guards each name

import asyncio
import concurrent.futures
import contextlib
import importlib
import os
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, cast

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config

from local import invocation_context
from local.errors import LocalCloudError

ACCOUNT_ID = "000000000000"
REGION = "eu-central-1"
LOOPBACK = "127.0.0.1"

_SERVICES = (
    "apigateway",
    "apigateway_v1",
    "cloudwatch",
    "cloudwatch_logs",
    "cognito",
    "dynamodb",
    "eventbridge",
    "iam",
    "iot",
    "lambda_svc",
    "s3",
    "scheduler",
    "ses",
    "ses_v2",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
)
_SETTINGS = {
    "AUTH": "true",  # policies of functions, API methods and devices are enforced
    "IOT_MTLS_ENABLED": "1",
    "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0",
    "LOG_LEVEL": "CRITICAL",
    "MINISTACK_ACCOUNT_ID": ACCOUNT_ID,
    "MINISTACK_HOST": "localhost",
    "MINISTACK_REGION": REGION,
    "PERSIST_STATE": "0",
    "SFTP_ENABLED": "0",
}
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}

Application = Callable[[dict[str, Any], Any, Any], Coroutine[Any, Any, None]]


class Ministack:
    """The one ministack of this process: its modules, its loop, its ports."""

    def __init__(self) -> None:
        self._settings_before: dict[str, str | None] = {}
        self._while_serving = contextlib.ExitStack()
        self._stop_serving: asyncio.Event | None = None
        self._serving: concurrent.futures.Future[None] | None = None
        self.loop = asyncio.new_event_loop()
        self.dynamodb_lock = threading.RLock()
        invocation_context.install()
        self._set_environment(_SETTINGS | _CREDENTIALS)
        with _as_a_library():
            self.app = _import("ministack.app")
            self._services = {name: _import(f"ministack.services.{name}") for name in _SERVICES}
            self.concurrency = _import("ministack.core.concurrency")
            self.responses = _import("ministack.core.responses")
            self.lambda_runtime = _import("ministack.core.lambda_runtime")
            self.sigv4 = _import("ministack.core.sigv4")
            self.iam_actions = _import("ministack.core.iam_actions")
            self.iam_evaluator = _import("ministack.core.iam_evaluator")
            self.x509 = _import("ministack.core.x509_utils")
            self.persistence = Persistence(_import("ministack.core.persistence"))
        self._start_loop()

    def __getattr__(self, name: str) -> Any:
        """A ministack service module, such as `dynamodb`."""
        try:
            return self.__dict__["_services"][name]
        except KeyError:
            raise AttributeError(name) from None

    def stack_resources(self, stack: str) -> dict[str, Any]:
        """The records CloudFormation keeps of a stack's resources, references resolved."""
        stacks = importlib.import_module("ministack.services.cloudformation")._stacks
        records: dict[str, Any] = self.call_scoped(lambda: dict(stacks[stack]["_resources"]))
        return records

    def state(self) -> dict[str, Any]:
        """Every service's state, in the form `persistence.encode` can write."""
        return {
            key: module.get_state()
            for key, module in self._stateful_modules()
            if hasattr(module, "get_state")
        }

    def replace_state(self, services: dict[str, Any]) -> None:
        """Forget everything and take `services` on instead; devices have to connect again."""
        self.call_async(self.iot.mtls_stop())
        self._wipe()
        for key, module in self._stateful_modules():
            if services.get(key) and hasattr(module, "load_persisted_state"):
                self.call_scoped(module.load_persisted_state, services[key])
        self.call_async(self.iot.mtls_start())

    def _wipe(self) -> None:
        # A reset would open the MQTT port again, behind our back and on every interface.
        self.iot._mtls_loop = None
        self.app._reset_all_state()

    def _stateful_modules(self) -> Iterator[tuple[str, Any]]:
        for key, name in self.app._state_map.items():
            module = sys.modules.get(f"ministack.services.{name}")
            if module is not None:
                yield key, module

    def serve(self, application: Application, listener: socket.socket, mqtt_port: int) -> None:
        """Open the HTTP port (an already bound socket) and the MQTT port."""
        self._while_serving.enter_context(_without_docker())
        port = listener.getsockname()[1]
        self._set_environment(
            _SETTINGS
            | _CREDENTIALS
            | {
                "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{port}",
                "GATEWAY_PORT": str(port),
                "IOT_MTLS_PORT": str(mqtt_port),
            }
        )
        config = Config()
        config.bind = [f"fd://{listener.detach()}"]
        config.accesslog = config.errorlog = None
        config.graceful_timeout = 0.5
        self._stop_serving = stop = self.call_async(_new_event())
        self._serving = asyncio.run_coroutine_threadsafe(
            hypercorn_serve(cast("Any", application), config, shutdown_trigger=stop.wait), self.loop
        )
        self.call_async(self.iot.mtls_start())

    def shut(self) -> None:
        """Close both ports, drop every connection and wipe all state."""
        self.call_async(self.iot.mtls_stop())
        if self._serving is not None and self._stop_serving is not None:
            self.loop.call_soon_threadsafe(self._stop_serving.set)
            with contextlib.suppress(concurrent.futures.TimeoutError, asyncio.CancelledError):
                self._serving.result(10)
            self._serving = self._stop_serving = None
        self._wipe()
        self._while_serving.close()
        self._restore_environment()

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run `function` on ministack's loop, where its state is touched, and wait for it."""
        if threading.get_ident() == self._loop_thread.ident:
            return function(*arguments)
        done: concurrent.futures.Future[Any] = concurrent.futures.Future()

        def run() -> None:
            try:
                done.set_result(function(*arguments))
            except BaseException as error:  # noqa: BLE001 - belongs to the waiting caller
                done.set_exception(error)

        self.loop.call_soon_threadsafe(run)
        return done.result()

    def call_scoped(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`call` with the local account and region as the request's."""

        def scoped() -> Any:
            with self.responses.request_scope(ACCOUNT_ID, REGION):
                return function(*arguments)

        return self.call(scoped)

    def call_dynamodb(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run `function` here, with DynamoDB to itself: its requests run on any thread."""
        with self.dynamodb_lock, self.responses.request_scope(ACCOUNT_ID, REGION):
            return function(*arguments)

    def call_async(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine on ministack's loop and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def _start_loop(self) -> None:
        ready = threading.Event()

        def run() -> None:
            asyncio.set_event_loop(self.loop)
            self.loop.set_default_executor(
                concurrent.futures.ThreadPoolExecutor(64, thread_name_prefix="ministack")
            )
            self.app._MAIN_LOOP = self.loop
            self.loop.call_soon(ready.set)
            self.loop.run_forever()

        self._loop_thread = threading.Thread(target=run, daemon=True, name="ministack-loop")
        self._loop_thread.start()
        ready.wait()

    def _set_environment(self, settings: dict[str, str]) -> None:
        for name, value in settings.items():
            self._settings_before.setdefault(name, os.environ.get(name))
            os.environ[name] = value

    def _restore_environment(self) -> None:
        for name, value in self._settings_before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._settings_before.clear()


class Persistence:
    """How ministack writes its stores as JSON and reads them back."""

    def __init__(self, module: Any) -> None:
        self.encode: Callable[[Any], Any] = module._json_default
        self.decode: Callable[[dict[str, Any]], Any] = module._json_object_hook


_ministack: Ministack | None = None


def ministack() -> Ministack:
    """This process's ministack, imported on first use (about a second)."""
    global _ministack  # noqa: PLW0603 - ministack itself is a process-wide singleton
    if _ministack is None:
        try:
            _ministack = Ministack()
        except ImportError as error:
            message = f"the local cloud needs {error.name}: run `make run`, or sync requirements"
            raise LocalCloudError(message) from error
    return _ministack


def bind_loopback(port: int, purpose: str) -> socket.socket:
    """Bind a loopback port (0: any free one), or say in one line that it is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        message = f"port {port} ({purpose}) is in use: choose another with {_PORT_SETTING[purpose]}"
        raise LocalCloudError(message) from error
    except OverflowError as error:
        listener.close()
        message = f"{port} is not a port ({purpose})"
        raise LocalCloudError(message) from error
    return listener


_PORT_SETTING = {"HTTP": "UMLAUF_HTTP_PORT", "MQTT": "UMLAUF_MQTT_PORT"}


async def _new_event() -> asyncio.Event:
    return asyncio.Event()


def _import(name: str) -> Any:
    return importlib.import_module(name)


@contextlib.contextmanager
def _as_a_library() -> Iterator[None]:
    """Import ministack without its TTL reaper, which deletes behind the clock's back."""
    start = threading.Thread.start

    def start_unless_reaper(thread: threading.Thread) -> None:
        if thread.name != "dynamodb-ttl-reaper":
            start(thread)

    threading.Thread.start = start_unless_reaper  # type: ignore[method-assign, assignment]
    try:
        with _without_docker():
            yield
    finally:
        threading.Thread.start = start  # type: ignore[method-assign]


@contextlib.contextmanager
def _without_docker() -> Iterator[None]:
    """Keep ministack from looking for a Docker daemon that may even be there."""
    docker = sys.modules.get("docker")
    sys.modules["docker"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["docker"]
        if docker is not None:
            sys.modules["docker"] = docker
