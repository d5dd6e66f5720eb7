"""Fleet's repositories keep the promises of its ports in DynamoDB."""

from datetime import UTC, datetime, timedelta

import pytest

from umlauf.fleet.errors import UnknownCommand, UnknownDevice
from umlauf.fleet.model import (
    Command,
    CommandAction,
    CommandStatus,
    Device,
    Fitting,
    Lease,
    Measure,
    Outcome,
    PermitReason,
    Position,
    Reason,
    Reported,
    Restriction,
    StartPermit,
)
from umlauf.kernel.work import Work
from umlauf_adapters.fleet.commands import DynamoCommands, DynamoRestrictions
from umlauf_adapters.fleet.devices import DynamoDevices, DynamoPermits
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import stored

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


def put(*aggregates: object) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)  # type: ignore[arg-type]
    DynamoWorks().commit(work)


def command(number: int, device_id: str = "dev_1") -> Command:
    return Command(
        id=f"cmd_{number}",
        device_id=device_id,
        asset_id="ast_1",
        action=CommandAction.LOCK,
        requested_by="rst_1",
        created_at=NOW + timedelta(minutes=number),
        deadline=NOW + timedelta(minutes=number + 10),
        status=CommandStatus.FAILED,
        failure="moving",
        is_late=True,
    )


def test_devices_permits_and_fittings_are_read_back_as_they_were() -> None:
    device = Device(
        id="dev_1",
        serial="lock-1",
        asset_id="ast_1",
        certificate_id="c",
        certificate_arn="arn:c",
        registered_at=NOW,
        reported=Reported(Position(2, 3), NOW, NOW, is_locked=True, battery_percent=7),
        last_command_id="cmd_1",
    )
    permit = StartPermit(
        id="dev_1",
        may_start=True,
        reason=PermitReason.SESSION,
        subscription_id="sub_1",
        session_id="ses_1",
        lease=Lease("ride_seconds", 480),
        expires_at=NOW,
        decided_at=NOW,
    )
    put(device, Fitting("ast_1", "dev_1"), permit)
    devices = DynamoDevices()
    assert devices.get("dev_1") == stored(device)
    assert devices.fitted_to("ast_1") == stored(Fitting("ast_1", "dev_1"))
    assert devices.fitted_to("ast_2") is None
    assert DynamoPermits().find("dev_1") == stored(permit)
    assert list(devices.scan()) == [stored(device)]
    with pytest.raises(UnknownDevice):
        devices.get("dev_2")


def test_commands_are_found_by_device_the_newest_first() -> None:
    put(command(1), command(2), command(3, "dev_2"))
    commands = DynamoCommands()
    assert commands.get("cmd_1") == stored(command(1))
    assert [one.id for one in commands.list_of_device("dev_1").items] == ["cmd_2", "cmd_1"]
    with pytest.raises(UnknownCommand):
        commands.get("cmd_9")


def test_decisions_are_found_by_subscription() -> None:
    restriction = Restriction(
        id="rst_1",
        request_id="cas_1",
        measure=Measure.REMOTE_LOCK,
        reason=Reason.ARREARS,
        subscription_id="sub_1",
        customer_id="cus_1",
        asset_id=None,
        outcome=Outcome.DENIED,
        basis="no rule",
        decided_at=NOW,
    )
    put(restriction)
    restrictions = DynamoRestrictions()
    assert restrictions.find("rst_1") == stored(restriction)
    assert list(restrictions.list_of_subscription("sub_1").items) == [stored(restriction)]
    assert list(restrictions.scan()) == [stored(restriction)]
