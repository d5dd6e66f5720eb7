"""Assets in DynamoDB."""

from collections.abc import Iterable

from umlauf.inventory.errors import UnknownAsset
from umlauf.inventory.model import Asset
from umlauf.inventory.states import AssetState
from umlauf.kernel.work import Page
from umlauf_adapters.inventory.layouts import (
    ASSET,
    ASSETS,
    asset_partition,
    state_partition,
    station_partition,
)


class DynamoAssets:
    """Implements umlauf.inventory.ports.Assets."""

    def get(self, asset_id: str) -> Asset:
        asset = self.find(asset_id)
        if asset is None:
            raise UnknownAsset(
                f"there is no asset {asset_id!r}; list assets to find its id", field="asset_id"
            )
        return asset

    def find(self, asset_id: str) -> Asset | None:
        return ASSETS.get(asset_partition(asset_id), ASSET)

    def find_many(self, asset_ids: Iterable[str]) -> dict[str, Asset]:
        """Those that exist, by id; one call for up to a hundred."""
        found = ASSETS.get_many((asset_partition(asset_id), ASSET) for asset_id in asset_ids)
        return {asset.id: asset for asset in found}

    def list_by_state(
        self, state: AssetState, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Asset]:
        return ASSETS.page(state_partition(state), index="gsi2", limit=limit, cursor=cursor)

    def list_at_station(
        self, station_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Asset]:
        return ASSETS.page(station_partition(station_id), index="gsi1", limit=limit, cursor=cursor)
