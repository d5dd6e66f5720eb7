"""Hands a device its newest command, and notes that IoT has it."""

from dataclasses import dataclass
from datetime import datetime

from permits import MAX_SHOWS, StillChanging
from umlauf.fleet.commands import standing
from umlauf.fleet.model import Command, CommandStatus
from umlauf.fleet.ports import Channel, Commands, Devices
from umlauf.fleet.use_cases.mark_command_sent import mark_command_sent
from umlauf.kernel.work import Works, carry_out


@dataclass(frozen=True)
class CommandDesk:
    works: Works
    devices: Devices
    commands: Commands
    channel: Channel

    def hand_over_newest(self, device_id: str, now: datetime) -> Command | None:
        """Safe to repeat. A superseded, answered or late command is not handed over.

        Asks for the newest again afterwards, so that of two workers the later command wins.
        """
        handed: Command | None = None
        for _ in range(MAX_SHOWS):
            command_id = self.devices.get(device_id).last_command_id
            if command_id is None or (handed is not None and handed.id == command_id):
                return handed
            command = self.commands.get(command_id)
            if standing(command, now, None) not in {CommandStatus.CREATED, CommandStatus.SENT}:
                return handed
            self.channel.hand_command(command)
            handed = self._note(command, now)
        raise StillChanging(f"{device_id} is given commands faster than they can be handed over")

    def _note(self, command: Command, now: datetime) -> Command:
        return carry_out(
            lambda work: mark_command_sent(command.id, work=work, commands=self.commands),
            works=self.works,
            now=now,
        )
