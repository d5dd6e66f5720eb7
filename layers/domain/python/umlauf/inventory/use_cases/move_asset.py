"""Move an asset that nobody rents: to the workshop and back, into transfer, out of service."""

from typing import Final

from umlauf.inventory.errors import IllegalTransition
from umlauf.inventory.events import AssetMoved
from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets
from umlauf.inventory.states import AssetState
from umlauf.kernel.work import Work

# Renting out, taking back and inspecting have use cases of their own, with their own records.
_MOVES: Final = frozenset(
    {
        (AssetState.IN_STOCK, AssetState.MAINTENANCE),
        (AssetState.IN_STOCK, AssetState.IN_TRANSFER),
        (AssetState.IN_STOCK, AssetState.RETIRED),
        (AssetState.MAINTENANCE, AssetState.IN_STOCK),
        (AssetState.MAINTENANCE, AssetState.RETIRED),
        (AssetState.IN_TRANSFER, AssetState.IN_STOCK),
        (AssetState.IN_TRANSFER, AssetState.MISSING),
        (AssetState.ON_RENT, AssetState.MISSING),
        (AssetState.MISSING, AssetState.STOLEN),
        (AssetState.RETURN_INSPECTION, AssetState.RETIRED),
    }
)


def move_asset(asset_id: str, target: AssetState, *, work: Work, assets: Assets) -> Asset:
    """Move it; where it is already, it stays. Raises UnknownAsset, IllegalTransition."""
    asset = assets.get(asset_id)
    if asset.state is target:
        return asset
    if (asset.state, target) not in _MOVES:
        raise IllegalTransition(
            f"asset {asset_id} is {asset.state} and cannot simply be moved to {target}",
            field="state",
        )
    moved = asset.moved_to(target)
    work.put(moved, AssetMoved(asset_id, asset.state, target))
    return moved
