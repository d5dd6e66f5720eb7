"""Where assets lie: one partition an asset, with its ended assignments in order of their start.

gsi1 lists assets by station, gsi2 by state.
"""

from datetime import UTC, datetime
from typing import Final

from umlauf.inventory.model import Asset, EndedAssignment, Station
from umlauf.inventory.states import AssetState
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Layout

_TABLE = context_table("inventory")
ASSET: Final = "ASSET"
ASSIGNMENT: Final = "ASSIGNMENT#"
STATIONS_PARTITION: Final = "STATIONS"


def asset_partition(asset_id: str) -> str:
    return f"ASSET#{asset_id}"


def station_partition(station_id: str) -> str:
    return f"STATION#{station_id}"


def state_partition(state: AssetState) -> str:
    return f"STATE#{state}"


def assignment_key(start: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return f"{ASSIGNMENT}{start.astimezone(UTC).isoformat(timespec='microseconds')}"


ASSETS: Final = Layout(
    Asset,
    _TABLE,
    key=lambda asset: (asset_partition(asset.id), ASSET),
    gsi1=lambda asset: (station_partition(asset.station_id), f"{asset.state}#{asset.id}"),
    gsi2=lambda asset: (state_partition(asset.state), asset.id),
)
ENDED_ASSIGNMENTS: Final = Layout(
    EndedAssignment,
    _TABLE,
    key=lambda ended: (asset_partition(ended.asset_id), assignment_key(ended.start)),
)
STATIONS: Final = Layout(
    Station, _TABLE, key=lambda station: (STATIONS_PARTITION, station_partition(station.id))
)
