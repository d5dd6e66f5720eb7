"""Lambda execution environments: where the code of `functions/` runs.

An invocation takes an idle environment of its function or starts a fresh one, so concurrent
invocations never meet. Each environment has modules of its own, the template's variables, the
credentials of the function's role, a thread, and a log. One that outruns its time-out fails the
invocation and is thrown away, as is one whose start failed.
"""

import ctypes
import itertools
import json
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local import invocation_context
from local.boot import REGION, Ministack
from local.function_logs import FunctionLogs, InvocationOutput
from local.module_isolation import IsolatedModules, SourceTree

Json = Any

_DEFAULT_TIMEOUT_SECONDS = 3
_START_SECONDS = 60.0


@dataclass(frozen=True)
class FunctionSource:
    """Where a function's code lies: its folder, its handler, its layers' import roots."""

    logical_id: str
    handler: str
    folder: Path
    layers: tuple[Path, ...] = ()


@dataclass
class LambdaContext:
    """What a handler is given beside its event."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: int
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    limit: float
    identity: None = None
    client_context: None = None
    deadline: float = 0.0

    def start(self, patience: float) -> None:
        """Begin the handler's time."""
        self.deadline = time.monotonic() + self.limit * patience

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class InvocationTimedOut(BaseException):
    """Raised inside a handler that outran its time-out, so that its thread ends."""


class _Environment:
    """One execution environment: isolated modules and the thread that runs the handler."""

    _numbers = itertools.count(1)

    def __init__(self, source: FunctionSource, shared: Sequence[IsolatedModules]) -> None:
        self._source = source
        number = next(self._numbers)
        tree = _tree((source.folder, *_private_layers(source.layers)))
        self._modules = IsolatedModules(tree, f"{source.folder.name}-{number}:", shared)
        self._handler: Callable[[Json, LambdaContext], Json] | None = None
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, daemon=True, name=f"{source.folder.name}-{number}"
        )
        self._thread.start()

    def invoke(self, call: "_Call", patience: float) -> bool:
        """Run one call; False when it outran its time and the environment must go.

        As in Lambda, importing the function's code has a time of its own.
        """
        call.patience = patience
        self._calls.put(call)
        if call.begun.wait(_START_SECONDS * patience) and call.done.wait(
            call.lambda_context.limit * patience
        ):
            return True
        self._interrupt()
        return False

    def dispose(self) -> None:
        self._calls.put(None)
        self._modules.dispose()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                call.context.run(self._answer, call)
            except InvocationTimedOut:
                return
            call.begun.set()
            call.done.set()

    def _answer(self, call: "_Call") -> None:
        with invocation_context.invocation(call.variables, call.output):
            try:
                result = self._handle(call)
                call.answer = {"body": json.loads(json.dumps(result, ensure_ascii=False))}
            except Exception as error:  # noqa: BLE001 - whatever a handler raises is its answer
                call.answer = _failure(error, call.lambda_context.aws_request_id)
                call.output.write(_failure_line(call.answer["body"]))

    def _handle(self, call: "_Call") -> Json:
        if self._handler is None:
            call.is_cold = True
            module, _, attribute = self._source.handler.rpartition(".")
            self._handler = getattr(self._modules.load(module.replace("/", ".")), attribute)
        call.lambda_context.start(call.patience)
        call.begun.set()
        return self._handler(json.loads(call.event), call.lambda_context)

    def _interrupt(self) -> None:
        ident = self._thread.ident
        if ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(ident), ctypes.py_object(InvocationTimedOut)
            )


@dataclass
class _Call:
    """One invocation on its way through an environment."""

    event: str
    lambda_context: LambdaContext
    variables: Mapping[str, str]
    output: InvocationOutput
    context: Context
    begun: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    patience: float = 1.0
    answer: dict[str, Any] = field(default_factory=dict)
    is_cold: bool = False


class LambdaEnvironments:
    """All environments; stands in for ministack's own way of running functions."""

    def __init__(self, ministack: Ministack, logs: FunctionLogs) -> None:
        self._ministack = ministack
        self._logs = logs
        self._sources: dict[str, FunctionSource] = {}
        self._idle: dict[str, list[_Environment]] = {}
        self._shared: dict[Path, IsolatedModules] = {}
        self._credentials: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._generation = 0
        self._running = 0
        self.invocations = 0

    def deploy(self, sources: Mapping[str, FunctionSource]) -> None:
        """Know the deployed functions, by function name."""
        self._sources = dict(sources)
        self.discard()

    def discard(self) -> None:
        """Throw every idle environment away, so that the next invocation reads the files again."""
        with self._lock:
            idle, self._idle = self._idle, {}
            self._generation += 1
            self._shared.clear()
            self._credentials.clear()
        _trees.clear()
        for environments in idle.values():
            for environment in environments:
                environment.dispose()

    def execute(self, record: Mapping[str, Any], event: Json, request_id: str) -> dict[str, Any]:
        """Run one invocation; the answer has ministack's shape."""
        config = record.get("config") or record
        name = config["FunctionName"]
        source = self._sources.get(name)
        if source is None:
            message = f"{name} is not a function of the template"
            return _failure(LookupError(message), request_id)
        limit = float(config.get("Timeout") or _DEFAULT_TIMEOUT_SECONDS)
        output = self._logs.open(source.folder.name)
        call = self._call(config, event, request_id, output)
        environment, generation = self._take(name, source)
        with self._lock:
            self._running += 1
            self.invocations += 1
            patience = self._running * _crowding()
        try:
            is_in_time = environment.invoke(call, patience)
        finally:
            with self._lock:
                self._running -= 1
        if is_in_time:
            self._give_back(name, environment, generation, is_healthy=not _failed_to_start(call))
        else:
            environment.dispose()
            call.answer = _timed_out(limit, request_id)
            output.write(_failure_line(call.answer["body"]))
        output.finish(is_error="error" in call.answer, function_name=name)
        return {**call.answer, "log": ""}

    def _take(self, name: str, source: FunctionSource) -> tuple[_Environment, int]:
        with self._lock:
            idle = self._idle.get(name)
            if idle:
                return idle.pop(), self._generation
            generation = self._generation
            shared = [self._share(root) for root in source.layers if _is_shareable(root)]
        return _Environment(source, shared), generation

    def _share(self, root: Path) -> IsolatedModules:
        if root not in self._shared:
            self._shared[root] = IsolatedModules(_tree((root,)), f"{root.parent.name}:")
        return self._shared[root]

    def _give_back(
        self, name: str, environment: _Environment, generation: int, *, is_healthy: bool
    ) -> None:
        with self._lock:
            if is_healthy and generation == self._generation:
                self._idle.setdefault(name, []).append(environment)
                return
        environment.dispose()

    def _call(
        self,
        config: Mapping[str, Any],
        event: Json,
        request_id: str,
        output: InvocationOutput,
    ) -> _Call:
        name, version = config["FunctionName"], config.get("Version") or "$LATEST"
        memory = int(config.get("MemorySize") or 128)
        variables = {
            **((config.get("Environment") or {}).get("Variables") or {}),
            **self._role_credentials(config),
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', 'python3.13')}",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "TZ": ":UTC",
        }
        context = LambdaContext(
            function_name=name,
            function_version=version,
            invoked_function_arn=config["FunctionArn"],
            memory_limit_in_mb=memory,
            aws_request_id=request_id,
            log_group_name=f"/aws/lambda/{name}",
            log_stream_name=f"local/{version}",
            limit=float(config.get("Timeout") or _DEFAULT_TIMEOUT_SECONDS),
        )
        return _Call(json.dumps(event), context, variables, output, copy_context())

    def _role_credentials(self, config: Mapping[str, Any]) -> dict[str, str]:
        """The session of the function's role, so that its policies hold here as in the cloud."""
        arn = config["FunctionArn"]
        known = self._credentials.get(arn)
        if known is None:
            known = self._ministack.call_scoped(
                self._ministack.lambda_runtime.execution_credentials, dict(config)
            )
            self._credentials[arn] = known
        return known


def _crowding() -> float:
    """How much longer things take here than on a machine of their own; at least 1.

    A time-out is in real time. Invocations share one interpreter here, and the machine may be busy
    with other work; neither may fail what would be in time in the cloud.
    """
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


_trees: dict[tuple[Path, ...], SourceTree] = {}


def _tree(roots: tuple[Path, ...]) -> SourceTree:
    if roots not in _trees:
        _trees[roots] = SourceTree(roots)
    return _trees[roots]


def _is_shareable(root: Path) -> bool:
    return _tree((root,)).uses_only_standard_library()


def _private_layers(layers: Sequence[Path]) -> list[Path]:
    return [root for root in layers if not _is_shareable(root)]


def _failed_to_start(call: _Call) -> bool:
    return call.is_cold and "error" in call.answer


def _failure(error: BaseException, request_id: str) -> dict[str, Any]:
    """An unhandled exception as Lambda reports it; state machines match on `errorType`."""
    kind = type(error).__name__
    if isinstance(error, ImportError):
        kind = "Runtime.ImportModuleError"
    frames = [frame for frame in traceback.format_tb(error.__traceback__) if __file__ not in frame]
    body = {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": frames[-20:],
    }
    return {"body": body, "error": True, "function_error": "Unhandled"}


def _timed_out(limit: float, request_id: str) -> dict[str, Any]:
    body = {
        "errorMessage": f"{request_id} Task timed out after {limit:.2f} seconds",
        "errorType": "Sandbox.Timedout",
    }
    return {"body": body, "error": True, "function_error": "Unhandled"}


def _failure_line(body: Mapping[str, Any]) -> str:
    return "[ERROR] " + json.dumps(dict(body), ensure_ascii=False) + "\n"
