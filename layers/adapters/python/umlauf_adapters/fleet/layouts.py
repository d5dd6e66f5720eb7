"""Where fleet's records lie. gsi1 lists commands by device, restrictions by subscription."""

from datetime import UTC, datetime
from typing import Final

from umlauf.fleet.model import Command, Device, Fitting, Restriction, StartPermit
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("fleet")
COMMAND: Final = "COMMAND#"
RESTRICTION: Final = "RESTRICTION#"


def device_partition(device_id: str) -> str:
    return f"DEVICE#{device_id}"


def device_key(device_id: str) -> Key:
    return device_partition(device_id), "DEVICE"


def permit_key(device_id: str) -> Key:
    return device_partition(device_id), "START_PERMIT"


def fitting_key(asset_id: str) -> Key:
    return f"ASSET#{asset_id}", "FITTING"


def command_key(command_id: str) -> Key:
    return f"COMMAND#{command_id}", "COMMAND"


def restriction_key(restriction_id: str) -> Key:
    return f"RESTRICTION#{restriction_id}", "RESTRICTION"


def subscription_partition(subscription_id: str) -> str:
    return f"SUBSCRIPTION#{subscription_id}"


def _sortable(instant: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


DEVICES: Final = Layout(Device, _TABLE, key=lambda device: device_key(device.id))
FITTINGS: Final = Layout(Fitting, _TABLE, key=lambda fitting: fitting_key(fitting.id))
PERMITS: Final = Layout(StartPermit, _TABLE, key=lambda permit: permit_key(permit.id))
COMMANDS: Final = Layout(
    Command,
    _TABLE,
    key=lambda command: command_key(command.id),
    gsi1=lambda command: (
        device_partition(command.device_id),
        f"{COMMAND}{_sortable(command.created_at)}#{command.id}",
    ),
)
RESTRICTIONS: Final = Layout(
    Restriction,
    _TABLE,
    key=lambda restriction: restriction_key(restriction.id),
    gsi1=lambda restriction: (
        subscription_partition(restriction.subscription_id),
        f"{RESTRICTION}{_sortable(restriction.decided_at)}#{restriction.id}",
    ),
)
