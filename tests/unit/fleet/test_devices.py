"""What a device reports is believed, in its order; what we want of it is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.fleet.fleets import ASSET, NOW, SERIAL, Fleet
from umlauf.fleet.commands import TIME_TO_LIVE, standing
from umlauf.fleet.errors import (
    AssetAlreadyFitted,
    DeviceFittedElsewhere,
    UnknownCommand,
)
from umlauf.fleet.events import CommandFailed, CommandSucceeded, DeviceRegistered
from umlauf.fleet.model import CommandStatus, Lease, PermitReason, Position, device_id_of
from umlauf.fleet.permitting import RunningSession, Tenancy
from umlauf.fleet.use_cases.record_report import CommandAnswer

RENTED = Tenancy("sub_1", is_active=True, is_prepaid=False)
PREPAID = Tenancy("sub_1", is_active=True, is_prepaid=True)
RIDING = replace(
    PREPAID,
    session=RunningSession("ses_1", Lease("ride_seconds", 480), NOW + timedelta(hours=24)),
)


def test_a_device_is_registered_once() -> None:
    fleet = Fleet()
    assert fleet.register().id == fleet.register().id == device_id_of(SERIAL)
    assert [type(event) for event in fleet.store.events] == [DeviceRegistered]


def test_a_device_serves_one_asset_and_an_asset_carries_one_device() -> None:
    fleet = Fleet()
    fleet.register()
    with pytest.raises(DeviceFittedElsewhere):
        fleet.register(SERIAL, "ast_2")
    with pytest.raises(AssetAlreadyFitted):
        fleet.register("lock-0002", ASSET)


def test_an_older_report_never_replaces_a_newer_state() -> None:
    fleet = Fleet()
    fleet.report(5, is_locked=True)
    device = fleet.report(4, is_locked=False)
    assert device.reported is not None
    assert (device.reported.position, device.reported.is_locked) == (Position(1, 5), True)


def test_a_repeated_report_changes_nothing() -> None:
    fleet = Fleet()
    fleet.report(1, is_locked=True)
    commits = fleet.store.commits
    fleet.report(1, is_locked=True)
    assert fleet.store.commits == commits


def test_a_lock_is_done_when_the_device_says_so() -> None:
    fleet = Fleet()
    command = fleet.send(fleet.command())
    assert fleet.stored(command).status is CommandStatus.SENT
    fleet.report(1, is_locked=True, answer=CommandAnswer(command.id))
    assert fleet.stored(command).status is CommandStatus.SUCCEEDED
    assert isinstance(fleet.store.events[-1], CommandSucceeded)


def test_an_answer_that_overtakes_our_own_note_of_sending_stands() -> None:
    fleet = Fleet()
    command = fleet.command()
    fleet.report(1, answer=CommandAnswer(command.id))
    fleet.send(command)
    assert fleet.stored(command).status is CommandStatus.SUCCEEDED


def test_a_device_that_refuses_says_why_and_its_first_answer_stands() -> None:
    fleet = Fleet()
    command = fleet.send(fleet.command())
    fleet.report(2, answer=CommandAnswer(command.id, "moving"))
    fleet.report(3, answer=CommandAnswer(command.id))
    stored = fleet.stored(command)
    assert (stored.status, stored.failure) == (CommandStatus.FAILED, "moving")
    assert isinstance(fleet.store.events[-1], CommandFailed)


def test_an_old_reports_answer_still_counts() -> None:
    fleet = Fleet()
    command = fleet.send(fleet.command())
    fleet.report(9, is_locked=False)
    fleet.report(3, is_locked=True, answer=CommandAnswer(command.id))
    assert fleet.stored(command).status is CommandStatus.SUCCEEDED


def test_a_device_answers_only_for_what_it_was_told_itself() -> None:
    fleet = Fleet()
    command = fleet.command()
    other = replace(fleet.stored(command), device_id="dev_other", id="cmd_other", version=0)
    fleet.store.run(lambda work: work.put(other), NOW)
    with pytest.raises(UnknownCommand):
        fleet.report(1, answer=CommandAnswer("cmd_other"))


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        pytest.param(None, CommandStatus.EXPIRED, id="never heard from"),
        pytest.param(timedelta(seconds=-1), CommandStatus.EXPIRED, id="not since"),
        pytest.param(timedelta(seconds=1), CommandStatus.TIMED_OUT, id="heard from, no answer"),
    ],
)
def test_past_its_deadline_a_command_stands_where_the_silence_says(
    heard: timedelta | None, expected: CommandStatus
) -> None:
    fleet = Fleet()
    command = fleet.send(fleet.command())
    last_heard = NOW + heard if heard else None
    last_moment = NOW + TIME_TO_LIVE - timedelta(microseconds=1)
    assert standing(command, last_moment, last_heard) is CommandStatus.SENT
    assert standing(command, NOW + TIME_TO_LIVE, last_heard) is expected


@pytest.mark.parametrize(
    ("tenancy", "may_start", "reason"),
    [
        (None, False, PermitReason.NOT_ON_RENT),
        (replace(RENTED, is_active=False), False, PermitReason.SUBSCRIPTION_NOT_ACTIVE),
        (RENTED, True, PermitReason.ON_RENT),
        (PREPAID, False, PermitReason.NO_SESSION),
        (RIDING, True, PermitReason.SESSION),
        (replace(RIDING, is_active=False), False, PermitReason.SUBSCRIPTION_NOT_ACTIVE),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_permit_says_what_the_tenancy_allows(
    tenancy: Tenancy | None, *, may_start: bool, reason: PermitReason
) -> None:
    permit = Fleet().sync(tenancy)
    assert (permit.may_start, permit.reason) == (may_start, reason)


def test_a_prepaid_permit_ends_with_its_lease_and_its_session() -> None:
    permit = Fleet().sync(RIDING)
    assert permit.lease == Lease("ride_seconds", 480)
    assert permit.expires_at == NOW + timedelta(hours=24)


def test_only_a_changed_permit_gets_a_new_revision() -> None:
    fleet = Fleet()
    revisions = [
        fleet.sync(tenancy, NOW + timedelta(hours=hours)).version
        for hours, tenancy in enumerate([PREPAID, PREPAID, RIDING, RIDING, PREPAID])
    ]
    assert revisions == [1, 1, 2, 2, 3]
