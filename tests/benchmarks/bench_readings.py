"""Print how fast readings travel from MQTT to the day's usage, beside our rules alone.

Bikes publish over MQTT with certificates of their own; the IoT rule, the queue, the function and
its transactions are the template's. The reference reads and places the same readings with the same
rules, in memory: what remains is the price of the way.
"""

import os
import tempfile
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

from demo.api import connect
from demo.backoffice import BackOffice
from demo.devices import Bike, Fleet, make_key
from demo.story import OPENING
from functions.meter_usage.reading_messages import read_reading
from local.platform import Platform
from tests.architecture.tree import ROOT
from tests.benchmarks.output import Cell, Table, arguments, tell
from tests.benchmarks.riders import Controller, enrol, settle_riders
from tests.fakes import MemoryStore
from tests.functions.deployed import device_body
from tests.use_fakes import MemoryMeterPoints, MemoryReadings, MemoryRollups
from umlauf.kernel.work import Work
from umlauf.usage.admission import admit_reading
from umlauf.usage.model import ChargedBy, Holder, MeterPoint, Reading
from umlauf.usage.use_cases.mount_meter import mount_meter
from umlauf.usage.use_cases.record_readings import MAX_READINGS, record_readings
from umlauf_adapters.kernel.device_intake import read_device_message
from umlauf_adapters.usage.readings import DynamoReadings

BIKES = 50
EACH = 100
READINGS = BIKES * EACH
BATCH = 100
"""As many as the template gives the function at once."""

COLUMNS = (
    "readings",
    "per second",
    "CPU ms each",
    "of it the bikes",
    "times the rules",
    "batch",
)
TEXT = f"""\
{READINGS:,} readings of {BIKES} bikes, twice: in turn (one of each bike, {EACH} times, each round
acknowledged before the next) and in backlogs (each bike all of its own at once). CPU is that of the
process: bikes and their TLS, broker, local AWS and function. The rules alone parse, check and place
the same messages in memory with the functions of the domain."""

Message = dict[str, Any]
Round = list[Message]
"""What all bikes have handed over before the next begins."""


def main() -> None:
    options = arguments(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        with Platform(ROOT, start=OPENING, state_dir=state / "state") as platform:
            rows = measure(platform, state)
    tell([Table("Readings", TEXT, COLUMNS, rows)], options.json)


def measure(platform: Platform, folder: Path) -> list[list[Cell]]:
    road = Road(platform, folder)
    rules = Rules(road.controllers, platform.cloud.now())
    rows: list[list[Cell]] = []
    for name, rounds in (("in turn", road.in_turn()), ("in backlogs", road.in_backlogs())):
        least = rules.cpu_ms([reading for readings in rounds for reading in readings])
        rows += [road.row(name, rounds, least), Rules.row(least)]
    road.close()
    return rows


class Road:
    """Bikes on the running platform."""

    def __init__(self, platform: Platform, folder: Path) -> None:
        self._cloud = platform.cloud
        os.environ["TABLE_PREFIX"] = self._cloud.outputs["TablePrefix"]
        with connect(self._cloud.http_url) as http:
            staff = platform.staff
            office = BackOffice(http, staff.username, staff.password)
            office.open_shop(ROOT / "catalog" / "plans.yaml")
        self.controllers = settle_riders(BIKES, self._cloud.now() - timedelta(hours=12))
        (folder / "ca.pem").write_text(self._cloud.ca_pem)
        self._fleet = Fleet(self._cloud.mqtt_host, self._cloud.mqtt_port, folder / "ca.pem")
        self._bikes = {one.device_id: self._connect(one, folder) for one in self.controllers}

    def in_turn(self) -> list[Round]:
        return [[one.ride() for one in self.controllers] for _ in range(EACH)]

    def in_backlogs(self) -> list[Round]:
        return [[one.ride() for one in self.controllers for _ in range(EACH)]]

    def row(self, name: str, rounds: list[Round], least: float) -> list[Cell]:
        """Report and wait until all is counted. `least` is what the rules alone take."""
        stored, called = _stored(), self._cloud.functions.invocations
        wall, cpu, own = perf_counter(), process_time(), thread_time()
        for readings in rounds:
            for reading in readings:
                self._fleet.report(self._bikes[reading["device_id"]], [reading])
            self._fleet.flush()
        bikes = thread_time() - own
        self._cloud.settle()
        seconds, cpu_seconds = perf_counter() - wall, process_time() - cpu
        batches = self._cloud.functions.invocations - called
        if _stored() - stored != READINGS:
            raise AssertionError(f"{_stored() - stored} of {READINGS} readings arrived")
        cpu_ms = cpu_seconds * 1000 / READINGS
        return [
            name,
            READINGS / seconds,
            cpu_ms,
            bikes * 1000 / READINGS,
            cpu_ms / least,
            READINGS / batches,
        ]

    def close(self) -> None:
        self._fleet.close()

    def _connect(self, controller: Controller, folder: Path) -> Bike:
        name = controller.device_id
        key_file, certificate_file = folder / f"{name}.key", folder / f"{name}.pem"
        key = make_key(name)
        key_file.write_text(key.private_key_pem)
        certificate_file.write_text(enrol(self._cloud, name, key.certificate_request_pem))
        bike = Bike(name, asset_id="")
        self._fleet.connect(bike, certificate_file, key_file)
        return bike


def _stored() -> int:
    return sum(1 for _ in DynamoReadings().scan())


class OneHolder:
    """Implements umlauf.usage.ports.Holders: everybody rides in Berlin and pays by invoice."""

    def holder_at(self, asset_id: str, instant: datetime) -> Holder | None:  # noqa: ARG002
        return Holder(f"sub_of_{asset_id}", "Europe/Berlin", ChargedBy.INVOICE)


class Rules:
    """The domain's own work, grouped as the function groups it, in memory."""

    def __init__(self, controllers: list[Controller], now: datetime) -> None:
        self._now = now
        self._store = MemoryStore()
        self._points = MemoryMeterPoints(self._store)
        for one in controllers:
            self._mount(one.device_id)

    @staticmethod
    def row(cpu_ms: float) -> list[Cell]:
        return ["the rules alone", 1000 / cpu_ms, cpu_ms, "", 1, BATCH]

    def cpu_ms(self, messages: list[Message]) -> float:
        """What one reading takes."""
        bodies = [device_body(message) for message in messages]
        cpu = process_time()
        for start in range(0, len(bodies), BATCH):
            self._record(bodies[start : start + BATCH])
        return (process_time() - cpu) * 1000 / len(bodies)

    def _record(self, bodies: list[str]) -> None:
        readings = [
            admit_reading(read_reading(read_device_message(body)), self._now) for body in bodies
        ]
        readings.sort(key=lambda reading: reading.device_id)
        for _, group in groupby(readings, key=lambda reading: reading.device_id):
            together = list(group)
            for start in range(0, len(together), MAX_READINGS):
                self._place(together[start : start + MAX_READINGS])

    def _place(self, readings: list[Reading]) -> None:
        self._store.run(
            lambda work: record_readings(
                readings,
                work=work,
                meter_points=self._points,
                history=MemoryReadings(self._store),
                rollups=MemoryRollups(self._store),
                holders=OneHolder(),
            ),
            self._now,
        )

    def _mount(self, device_id: str) -> None:
        def decide(work: Work) -> MeterPoint:
            return mount_meter(
                device_id, f"ast_of_{device_id}", work=work, meter_points=self._points
            )

        self._store.run(decide, self._now)


if __name__ == "__main__":
    main()
