"""Commands and the policy engine's decisions in DynamoDB."""

from collections.abc import Iterator

from umlauf.fleet.errors import UnknownCommand
from umlauf.fleet.model import Command, Restriction
from umlauf.kernel.work import Page
from umlauf_adapters.fleet.layouts import (
    COMMAND,
    COMMANDS,
    RESTRICTION,
    RESTRICTIONS,
    command_key,
    device_partition,
    restriction_key,
    subscription_partition,
)


class DynamoCommands:
    """Implements umlauf.fleet.ports.Commands."""

    def get(self, command_id: str) -> Command:
        command = self.find(command_id)
        if command is None:
            raise UnknownCommand(
                f"there is no command {command_id!r}; send one first", field="command_id"
            )
        return command

    def find(self, command_id: str) -> Command | None:
        return COMMANDS.get(*command_key(command_id))

    def list_of_device(
        self, device_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Command]:
        return COMMANDS.page(
            device_partition(device_id),
            index="gsi1",
            prefix=COMMAND,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )


class DynamoRestrictions:
    """Implements umlauf.fleet.ports.Restrictions."""

    def find(self, restriction_id: str) -> Restriction | None:
        return RESTRICTIONS.get(*restriction_key(restriction_id))

    def list_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Restriction]:
        return RESTRICTIONS.page(
            subscription_partition(subscription_id),
            index="gsi1",
            prefix=RESTRICTION,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def scan(self) -> Iterator[Restriction]:
        return RESTRICTIONS.scan()
