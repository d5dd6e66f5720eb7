"""The schemas of device messages say what our code really reads and writes."""

import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from functions.ingest_telemetry.report_messages import read_report
from functions.meter_usage.reading_messages import read_reading
from tests.architecture.template import read_template
from tests.architecture.tree import ROOT
from umlauf.fleet.admission import admit_report
from umlauf.fleet.model import Command, CommandAction, Lease, PermitReason, StartPermit
from umlauf.kernel.errors import InvalidInput
from umlauf.usage.admission import admit_reading
from umlauf_adapters.fleet.iot_channel import command_message, permit_message
from umlauf_adapters.kernel.device_intake import DeviceMessage, read_device_message

NOW = datetime(2026, 10, 1, 6, 6, 30, tzinfo=UTC)


def schema(message: str) -> Draft202012Validator:
    path = ROOT / "events" / "schemas" / f"device.{message}.v1.json"
    return Draft202012Validator(
        json.loads(path.read_text()), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def sample(message: str) -> dict[str, Any]:
    path = ROOT / "events" / "samples" / f"device.{message}.v1.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


def received(payload: dict[str, Any]) -> DeviceMessage:
    """The message as the IoT rule puts it on the queue."""
    sender = str(payload.get("device_id"))
    wrapped = {
        "payload": b64encode(json.dumps(payload).encode()).decode(),
        "reported_by": sender,
        "client_id": sender,
    }
    return read_device_message(json.dumps(wrapped))


READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "reading": lambda payload: admit_reading(read_reading(received(payload)), NOW),
    "report": lambda payload: admit_report(read_report(received(payload)), NOW),
}


def test_every_message_that_a_rule_takes_in_is_read_here() -> None:
    rules = read_template(ROOT / "template.yaml").resources("AWS::IoT::TopicRule")
    names = {str(rule["Properties"]["RuleName"]).removesuffix("s") for _, rule in rules}
    assert names == set(READERS)


@pytest.mark.parametrize("message", [*READERS, "may_start", "command"])
def test_a_sample_is_what_its_schema_says(message: str) -> None:
    Draft202012Validator.check_schema(schema(message).schema)
    schema(message).validate(sample(message))


@pytest.mark.parametrize("message", READERS)
def test_what_the_schema_allows_is_read(message: str) -> None:
    assert READERS[message](sample(message)).device_id == sample(message)["device_id"]


@pytest.mark.parametrize("message", READERS)
def test_what_the_schema_requires_the_reader_requires(message: str) -> None:
    for field in schema(message).schema["required"]:
        without = {name: value for name, value in sample(message).items() if name != field}
        assert not schema(message).is_valid(without)
        with pytest.raises(InvalidInput):
            READERS[message](without)


@pytest.mark.parametrize(
    ("message", "field", "value"),
    [
        pytest.param("reading", "boot", -1, id="a negative count"),
        pytest.param("reading", "seq", "418", id="a count as text"),
        pytest.param("reading", "seq", 10**9 + 1, id="a count beyond its key"),
        pytest.param("reading", "registers", {"ride_seconds": 1}, id="registers missing"),
        pytest.param("reading", "at", "yesterday", id="no instant"),
        pytest.param("report", "battery_percent", 101, id="more than full"),
        pytest.param("report", "is_locked", "yes", id="a flag as text"),
        pytest.param("report", "command", {"id": "c", "is_done": False}, id="failed without why"),
    ],
)
def test_what_the_schema_forbids_is_refused(message: str, field: str, value: Any) -> None:
    wrong = {**sample(message), field: value}
    assert not schema(message).is_valid(wrong)
    with pytest.raises(InvalidInput):
        READERS[message](wrong)


@pytest.mark.parametrize("reason", PermitReason)
@pytest.mark.parametrize("lease", [None, Lease("ride_seconds", 3600)])
def test_every_permit_we_send_is_what_its_schema_says(
    reason: PermitReason, lease: Lease | None
) -> None:
    permit = StartPermit(
        id="dev_1", may_start=True, reason=reason, lease=lease, expires_at=NOW, decided_at=NOW
    )
    schema("may_start").validate(permit_message(permit))


@pytest.mark.parametrize("action", CommandAction)
def test_every_command_we_send_is_what_its_schema_says(action: CommandAction) -> None:
    command = Command(
        id="cmd_1",
        device_id="dev_1",
        asset_id="ast_1",
        action=action,
        requested_by="rst_1",
        created_at=NOW,
        deadline=NOW,
    )
    schema("command").validate(command_message(command))
