"""Take a new asset into stock."""

from dataclasses import dataclass

from umlauf.inventory.errors import SerialTaken
from umlauf.inventory.events import AssetRegistered
from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets, Stations
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsset:
    """The serial number is the asset's identity: registered twice, it is one asset."""

    serial: str
    model: str
    station_id: str

    @property
    def asset_id(self) -> str:
        return derive_id("ast", self.serial)


def register_asset(command: NewAsset, *, work: Work, assets: Assets, stations: Stations) -> Asset:
    """Put a new asset in stock; the same again changes nothing.

    Raises UnknownStation, and SerialTaken when the serial belongs to another model.
    """
    existing = assets.find(command.asset_id)
    if existing is not None:
        if existing.model != command.model:
            raise SerialTaken(
                f"serial {command.serial} is a {existing.model} already; check the serial",
                field="serial",
            )
        return existing
    station = stations.get(command.station_id)
    asset = Asset(
        id=command.asset_id,
        model=command.model,
        serial=command.serial,
        station_id=station.id,
        registered_at=work.now,
    )
    work.put(asset, AssetRegistered(asset.id, asset.model, asset.station_id))
    return asset
