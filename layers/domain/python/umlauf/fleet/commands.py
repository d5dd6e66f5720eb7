"""A command's life: CREATED → SENT → SUCCEEDED | FAILED, or past its deadline TIMED_OUT | EXPIRED.

Only a device's answer proves anything. Nobody needs to watch the deadline: where a command stands
is a function of the time and of when the device was last heard from.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from umlauf.fleet.model import Command, CommandStatus

TIME_TO_LIVE: Final = timedelta(minutes=10)

_ANSWERED: Final = frozenset({CommandStatus.SUCCEEDED, CommandStatus.FAILED})


def sent(command: Command, now: datetime) -> Command:
    """IoT took it. A command that went further stays where it is."""
    if command.status is not CommandStatus.CREATED:
        return command
    return replace(command, status=CommandStatus.SENT, sent_at=now)


def answered(command: Command, failure: str | None, now: datetime) -> Command:
    """The device's word, however late; its first answer stands."""
    if command.status in _ANSWERED:
        return command
    return replace(
        command,
        status=CommandStatus.SUCCEEDED if failure is None else CommandStatus.FAILED,
        failure=failure,
        answered_at=now,
        is_late=now >= command.deadline,
    )


def standing(command: Command, now: datetime, last_heard_at: datetime | None) -> CommandStatus:
    """Where the command stands now.

    Unanswered past its deadline it has timed out if the device was heard from since it was made;
    otherwise it expired: the device was offline, and will refuse it when it comes back.
    """
    if command.status in _ANSWERED or now < command.deadline:
        return command.status
    was_reachable = last_heard_at is not None and last_heard_at >= command.created_at
    if was_reachable and command.sent_at is not None:
        return CommandStatus.TIMED_OUT
    return CommandStatus.EXPIRED
