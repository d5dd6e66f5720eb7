"""Record what a device says of itself; of state the newest counts, of commands every answer."""

from dataclasses import dataclass, replace
from datetime import datetime

from umlauf.fleet.commands import answered
from umlauf.fleet.errors import UnknownCommand
from umlauf.fleet.events import CommandFailed, CommandSucceeded
from umlauf.fleet.model import Command, CommandStatus, Device, Position, Reported
from umlauf.fleet.ports import Commands, Devices
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """`failure` is None when the device did what it was told."""

    command_id: str
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    device_id: str
    position: Position
    at: datetime
    is_locked: bool | None = None
    is_moving: bool | None = None
    battery_percent: int | None = None
    answer: CommandAnswer | None = None


def record_report(
    report: DeviceReport, *, work: Work, devices: Devices, commands: Commands
) -> Device:
    """An older or repeated report changes no state, but its command answer still counts.

    Raises UnknownDevice, UnknownCommand.
    """
    device = devices.get(report.device_id)
    if device.reported is None or device.reported.position < report.position:
        device = replace(
            device,
            reported=Reported(
                report.position,
                report.at,
                work.now,
                report.is_locked,
                report.is_moving,
                report.battery_percent,
            ),
        )
        work.put(device)
    if report.answer is not None:
        _take_answer(device.id, report.answer, work, commands)
    return device


def _take_answer(device_id: str, answer: CommandAnswer, work: Work, commands: Commands) -> None:
    command = commands.get(answer.command_id)
    if command.device_id != device_id:
        raise UnknownCommand(f"{device_id} was never given {answer.command_id}", field="command")
    after = answered(command, answer.failure, work.now)
    if after != command:
        work.put(after, _event_of(after))


def _event_of(command: Command) -> CommandSucceeded | CommandFailed:
    if command.status is CommandStatus.SUCCEEDED:
        return CommandSucceeded(
            command.id, command.device_id, command.asset_id, command.action, command.is_late
        )
    return CommandFailed(
        command.id, command.device_id, command.asset_id, command.action, command.failure or ""
    )
