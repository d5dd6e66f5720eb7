"""Reports through the queue: believed in their order, refused with a reason."""

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from tests.functions.deployed import deliver, device_body, load_function
from tests.functions.street import Rider, Street
from tests.offer_fakes import NOW
from umlauf.fleet.model import Command, CommandAction, CommandStatus
from umlauf.fleet.use_cases.request_command import CommandOrder, request_command
from umlauf_adapters.fleet.commands import DynamoCommands
from umlauf_adapters.fleet.devices import DynamoDevices
from umlauf_adapters.kernel.items import EventItem

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def function(tables: None) -> ModuleType:
    return load_function("ingest_telemetry")


@pytest.fixture
def rider(tables: None) -> Rider:
    return Street().rider()


def report(rider: Rider, seq: int, **state: Any) -> dict[str, Any]:
    at = (NOW + timedelta(minutes=seq)).isoformat()
    return {"device_id": rider.device_id, "boot": 1, "seq": seq, "at": at} | state


def ordered_lock(rider: Rider) -> Command:
    device = DynamoDevices().get(rider.device_id)
    order = CommandOrder("key-1", CommandAction.LOCK, "rst_1")
    return Street().store.run(
        lambda work: request_command(order, device, work=work, commands=DynamoCommands()), NOW
    )


def test_the_newest_report_is_the_devices_state(function: ModuleType, rider: Rider) -> None:
    newest = report(rider, 3, is_locked=True, is_moving=False, battery_percent=74)
    older = report(rider, 2, is_locked=False)
    bodies = [device_body(one) for one in (newest, older, newest)]
    assert deliver(function, *bodies) == []
    reported = DynamoDevices().get(rider.device_id).reported
    assert reported is not None
    assert (reported.position.seq, reported.is_locked, reported.battery_percent) == (3, True, 74)


def test_a_lock_is_believed_when_the_device_reports_it_and_told_once(
    function: ModuleType, rider: Rider
) -> None:
    command = ordered_lock(rider)
    done = report(rider, 1, is_locked=True, command={"id": command.id, "is_done": True})
    assert deliver(function, device_body(done), device_body(done)) == []
    assert DynamoCommands().get(command.id).status is CommandStatus.SUCCEEDED
    told = [event.type for event in EventItem.scan() if "command_succeeded" in event.type]
    assert told == ["fleet.command_succeeded.v1"]


def test_a_device_that_will_not_says_why(function: ModuleType, rider: Rider) -> None:
    command = ordered_lock(rider)
    refusal = {"id": command.id, "is_done": False, "failure": "moving"}
    assert deliver(function, device_body(report(rider, 1, command=refusal))) == []
    stored = DynamoCommands().get(command.id)
    assert (stored.status, stored.failure) == (CommandStatus.FAILED, "moving")


def test_each_bad_report_fails_alone_with_its_code(
    function: ModuleType, rider: Rider, caplog: pytest.LogCaptureFixture
) -> None:
    bad = {
        "nothing we know": "x",
        "another device's": device_body(report(rider, 1), reported_by="dev_thief"),
        "without a time zone": device_body(report(rider, 1) | {"at": "2026-09-01T12:00:00"}),
        "from the future": device_body(report(rider, 1) | {"at": "2126-09-01T12:00:00Z"}),
        "an overfull battery": device_body(report(rider, 1, battery_percent=101)),
        "a lock that is 1": device_body(report(rider, 1, is_locked=1)),
        "a failure without a reason": device_body(
            report(rider, 1, command={"id": "cmd_1", "is_done": False})
        ),
        "a command nobody gave": device_body(
            report(rider, 1, command={"id": "cmd_1", "is_done": True})
        ),
        "an unknown device": device_body(report(rider, 1) | {"device_id": "dev_unknown"}),
    }
    good = device_body(report(rider, 2, is_locked=True))
    assert deliver(function, good, *bad.values()) == list(range(1, len(bad) + 1))
    codes = [one.__dict__["code"] for one in caplog.records if one.message == "report_refused"]
    assert dict(zip(bad, codes, strict=True)) == {
        "nothing we know": "devices.unreadable_message",
        "another device's": "devices.speaks_for_another",
        "without a time zone": "calendar.naive_instant",
        "from the future": "fleet.bad_report",
        "an overfull battery": "fleet.bad_report",
        "a lock that is 1": "devices.unreadable_message",
        "a failure without a reason": "devices.unreadable_message",
        "a command nobody gave": "fleet.unknown_command",
        "an unknown device": "fleet.unknown_device",
    }
    reported = DynamoDevices().get(rider.device_id).reported
    assert reported is not None
    assert reported.position.seq == 2
