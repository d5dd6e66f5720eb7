"""Note that IoT took a command for its device."""

from umlauf.fleet.commands import sent
from umlauf.fleet.model import Command
from umlauf.fleet.ports import Commands
from umlauf.kernel.work import Work


def mark_command_sent(command_id: str, *, work: Work, commands: Commands) -> Command:
    """A command that was answered meanwhile stays so. Raises UnknownCommand."""
    command = commands.get(command_id)
    marked = sent(command, work.now)
    if marked != command:
        work.put(marked)
    return marked
