"""Ask a device to lock or unlock. A lock needs a restriction that holds."""

from dataclasses import dataclass, replace

from umlauf.fleet.commands import TIME_TO_LIVE
from umlauf.fleet.events import CommandRequested
from umlauf.fleet.model import Command, CommandAction, Device
from umlauf.fleet.ports import Commands
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True)
class CommandOrder:
    """`requested_by` is the restriction a lock rests on, or whoever asks to unlock."""

    command_key: str
    action: CommandAction
    requested_by: str


def request_command(
    order: CommandOrder, device: Device, *, work: Work, commands: Commands
) -> Command:
    """The command this order names, the device's newest from now on.

    The same order again gives the same one.
    """
    command_id = derive_id("cmd", device.id, order.action.value, order.command_key)
    known = commands.find(command_id)
    if known is not None:
        return known
    command = Command(
        id=command_id,
        device_id=device.id,
        asset_id=device.asset_id,
        action=order.action,
        requested_by=order.requested_by,
        created_at=work.now,
        deadline=work.now + TIME_TO_LIVE,
    )
    work.put(replace(device, last_command_id=command.id))
    work.put(
        command,
        CommandRequested(command.id, device.id, device.asset_id, command.action, command.deadline),
    )
    return command
