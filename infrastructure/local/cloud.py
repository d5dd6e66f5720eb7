"""The local cloud: template.yaml, deployed and running in this process.

    with LocalCloud(root) as cloud:
        cloud.client("dynamodb").put_item(...)
        cloud.advance(timedelta(days=30))

`start` opens the ports, `deploy` deploys the template; as a context manager it does both and stops
at the end. Between moves time stands still, and after each call here that says so the system has
come to rest.
"""

import contextlib
import gc
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local import invocation_context, lints
from local.alarms import Alarms
from local.boot import ACCOUNT_ID, LOOPBACK, REGION, Ministack, bind_loopback, ministack
from local.clock import Clock, DueSource
from local.comparison import compare
from local.completion import complete
from local.control import Control
from local.deployment import ClientFactory, Deployment, Stack
from local.errors import LocalCloudError, NotSettled
from local.event_log import EventLog
from local.event_sources import EventSources
from local.expiry import Expiry
from local.front import Front, Handler
from local.function_logs import FunctionLogs
from local.inbox import Inbox
from local.lambda_environments import FunctionSource, LambdaEnvironments
from local.loopback import Loopback
from local.measuring import Calls, Measurement
from local.patches import Patches
from local.schedules import Schedules
from local.self_test import check_behaviour, check_names
from local.state import StateParts, load_state, save_state
from local.template import Template, read_template
from local.turns import Turns

_SETTLE_SECONDS = 120.0
# Everything stored lives in this process, and most of it for long: looking through it for garbage
# at Python's usual pace takes a sixth of the time.
_RARELY = (100_000, 50, 50)
_one_per_process = threading.Lock()


class LocalCloud:
    """One deployed stack. One at a time per process, any number one after another."""

    def __init__(  # noqa: PLR0913 - the one place where all of it is chosen
        self,
        root: Path,
        *,
        http_port: int = 0,
        mqtt_port: int = 0,
        start: datetime | None = None,
        parameters: dict[str, str] | None = None,
        ssm: dict[str, str] | None = None,
        state_dir: Path | None = None,
    ) -> None:
        self.root = root.resolve()
        self.state_dir = state_dir or self.root / ".umlauf"
        self.outputs: dict[str, str] = {}
        self._asked_ports = (http_port, mqtt_port)
        self._start_at = start or datetime.now(UTC)
        self._parameters = dict(parameters or {})
        self._ssm = dict(ssm or {})
        self._stack = Stack()
        self._turns = Turns()
        self.clock = Clock(self._turns)
        self._undo = contextlib.ExitStack()
        # Moves, deployments and saved states exclude one another; requests do not wait for them.
        self._moving = threading.RLock()

    def __enter__(self) -> Self:
        self.start()
        try:
            self.deploy()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # --- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the ports, take over the clock and put everything in place."""
        if not _one_per_process.acquire(blocking=False):
            message = "a local cloud is running in this process already: stop it first"
            raise LocalCloudError(message)
        with contextlib.ExitStack() as undo:
            self._undo = undo
            undo.callback(_one_per_process.release)
            listener = bind_loopback(self._asked_ports[0], "HTTP")
            undo.callback(listener.close)
            with bind_loopback(self._asked_ports[1], "MQTT") as probe:
                self.http_port, self.mqtt_port = (s.getsockname()[1] for s in (listener, probe))
            self._ministack = ministack()
            check_names(self._ministack)
            undo.callback(self._ministack.shut)
            undo.callback(gc.set_threshold, *gc.get_threshold())
            gc.set_threshold(*_RARELY)
            self._assemble(undo)
            self._ministack.serve(self.front, listener, self.mqtt_port)
            self.client = ClientFactory(self.http_url)
            check_behaviour(self.client)
            self._undo = undo.pop_all()

    def _assemble(self, undo: contextlib.ExitStack) -> None:
        """Build the parts and connect them; in the order of their use, undone in reverse."""
        engine = self._ministack
        self.clock.start(self._start_at)
        undo.callback(self.clock.stop)
        undo.callback(self._turns.close)
        self._logs = FunctionLogs(self.state_dir / "logs", self._record_metric)
        undo.callback(self._logs.close)
        self.functions = LambdaEnvironments(engine, self._logs)
        undo.callback(self.functions.discard)
        self._sources = EventSources(engine, self._turns)
        patches = Patches(engine, self.clock, self._turns)
        patches.apply(self.functions.execute, self._sources.wake)
        patches.show_ports(self.http_port, self.mqtt_port)
        undo.callback(patches.undo)
        self._expiry = Expiry(engine)
        self.events, self.inbox, self.calls = EventLog(), Inbox(engine), Calls()
        self.alarms = Alarms(engine)
        for watcher in (self._expiry, self.events, self.inbox, self.calls, self.alarms):
            watcher.watch(patches)
        self._schedules = Schedules(engine, self.clock.now())
        for source in (self._schedules, self._expiry, self._sources):
            self.clock.register(source)
        self.front = Front(engine.app.app, self.execute_api_path)
        Control(self)
        self._loopback = Loopback(engine, engine.app.app, self.http_port)
        self._loopback.open()
        undo.callback(self._loopback.close)
        self._sources.start()
        undo.callback(self._sources.stop)
        invocation_context.route_streams()
        undo.callback(invocation_context.restore_streams)

    def deploy(self) -> None:
        """Deploy the template, or what changed in it, and wait until it has settled."""
        with self._moving:
            self._deploy(read_template(self.root))

    def _deploy(self, template: Template) -> None:
        deployment = Deployment(self._ministack, self.client, self._parameters)
        deployment.seed_parameters(self._ssm)
        self._stack = deployment.deploy(template)
        self.outputs = self._stack.outputs
        lints.check(self._stack)
        complete(self._stack, self.client)
        compare(self._stack, self.client)
        self._template = template
        self.functions.deploy(self._function_sources(template))
        self.settle()

    def stop(self) -> None:
        """Close the ports, end what runs, give the clock and the streams back. Safe to repeat."""
        self._undo.close()

    # --- time ---------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The cloud's time."""
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def advance(self, by: timedelta) -> None:
        """Let `by` pass: everything due on the way happens in order."""
        with self._moving:
            self.move_to(self.now() + by)

    def move_to(self, to: datetime) -> None:
        """Let time pass until `to`; the past is refused."""
        if to.tzinfo is None:
            message = f"a moment needs its offset: {to.isoformat()}"
            raise LocalCloudError(message)
        with self._moving:
            if to < self.now():
                message = f"the clock shows {self.now().isoformat()} and never goes back"
                raise LocalCloudError(message)
            runs_along = self.clock.is_running_along
            self.clock.run_along(is_on=False)
            try:
                self.clock.move(to.timestamp(), self.settle)
                self.alarms.evaluate()
            finally:
                self.clock.run_along(is_on=runs_along)

    def run_along(self, *, is_on: bool) -> None:
        """Let time pass by itself between moves; `catch_up` then does what has fallen due."""
        with self._moving:
            self.clock.run_along(is_on=is_on)

    def catch_up(self) -> None:
        """Do what has fallen due while time ran along."""
        with self._moving:
            self.clock.move(self.clock.now(), self.settle)

    def settle(self, seconds: float = _SETTLE_SECONDS) -> None:
        """Wait until nothing is left to do at this moment of the cloud's time."""
        deadline = time.monotonic() + seconds
        while True:
            if not self._turns.wait_idle(max(0.0, deadline - time.monotonic())):
                message = f"the local cloud did not come to rest within {seconds:.0f} seconds"
                raise NotSettled(message)
            generation = self._turns.generation
            # Whatever already reached the loop may start new work: let it, then look again.
            self._ministack.call(lambda: None)
            self._ministack.call(lambda: None)
            if self._turns.is_idle() and self._turns.generation == generation:
                return

    def in_line(self, job: Callable[[], None]) -> Callable[[], None]:
        """Give work done on a thread of its own a place in the line, as of now; run it once.

        The cloud has not settled before the returned callable has run.
        """
        ticket = self._turns.ticket()

        def run() -> None:
            with self._turns.turn(ticket):
                job()

        return run

    def measure(self) -> contextlib.AbstractContextManager[Measurement]:
        """Count DynamoDB's calls and capacity units while the block runs."""
        return self.calls.measure()

    def register(self, source: DueSource) -> None:
        """Let something outside take part in every move of the clock."""
        self.clock.register(source)

    # --- state --------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write everything that survives a restart to `path`."""
        with self._moving:
            self.settle()
            save_state(self._state_parts(), path)

    def _state_parts(self) -> StateParts:
        return StateParts(
            self._ministack,
            self.clock,
            {
                "events": self.events,
                "inbox": self.inbox,
                "schedules": self._schedules,
                "streams": self._sources,
            },
            self._after_load,
        )

    def _after_load(self) -> None:
        self._expiry.rescan()
        self.deploy()

    def load(self, path: Path) -> list[str]:
        """Read a saved state into this deployment; says what could not come along."""
        with self._moving:
            notes = load_state(self._state_parts(), path)
            self.settle()
            return notes

    # --- addresses ----------------------------------------------------------------------------

    @property
    def http_url(self) -> str:
        return f"http://{LOOPBACK}:{self.http_port}"

    @property
    def mqtt_host(self) -> str:
        return "localhost"  # the name in the broker's certificate

    @property
    def ca_pem(self) -> str:
        """The certificate that a device verifies the broker with."""
        pem: str = self._ministack.iot.get_ca_cert_pem()
        return pem

    @property
    def resource_count(self) -> int:
        return len(self._stack.resources)

    def resource(self, logical_id: str) -> str:
        """The physical id of a resource of the template."""
        try:
            return self._stack.resources[logical_id].physical_id
        except KeyError:
            message = f"template.yaml has no deployed resource {logical_id}"
            raise LocalCloudError(message) from None

    def execute_api_path(self) -> str | None:
        """Where ministack serves the deployed REST API's stage."""
        for stage in self._stack.of_kind("AWS::ApiGateway::Stage"):
            return f"/_aws/execute-api/{stage.properties['RestApiId']}/{stage.physical_id}"
        return None

    def extend(self, method: str, path: str, handler: Handler) -> None:
        """Add an operation to the control API, below /_umlauf."""
        self.front.add(method, path, handler)

    def code_folders(self) -> list[Path]:
        """The folders whose code is deployed."""
        return self._template.code_folders()

    def definition_files(self) -> list[Path]:
        """The template and the files it reads."""
        return self._template.definitions

    # --- inside -------------------------------------------------------------------------------

    def _function_sources(self, template: Template) -> dict[str, FunctionSource]:
        return {
            self._stack.resources[name].physical_id: source
            for name, source in template.functions.items()
            if name in self._stack.resources
        }

    def _record_metric(
        self, namespace: str, name: str, value: float, unit: str, dimensions: dict[str, str]
    ) -> None:
        with self._ministack.responses.request_scope(ACCOUNT_ID, REGION):
            self._ministack.cloudwatch.record_metric(namespace, name, value, unit, dimensions)

    _ministack: Ministack
    _template: Template
    client: Any
