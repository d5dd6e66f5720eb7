"""Take an asset back, to be inspected."""

from umlauf.inventory.events import AssetReturned
from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets, Stations
from umlauf.inventory.states import AssetState
from umlauf.kernel.work import Work


def return_asset(
    asset_id: str, station_id: str, *, work: Work, assets: Assets, stations: Stations
) -> Asset:
    """End the assignment now and await inspection. Returned already, it changes nothing.

    Raises UnknownAsset, UnknownStation, and IllegalTransition when there is nothing to return.
    """
    asset = assets.get(asset_id)
    if asset.state is AssetState.RETURN_INSPECTION:
        return asset
    station = stations.get(station_id)
    back, ended = asset.taken_back(station.id, work.now)
    held_by = None if asset.holder is None else asset.holder.subscription_id
    work.put(back, AssetReturned(asset_id, held_by, station.id, work.now))
    if ended is not None:
        work.put(ended)
    return back
