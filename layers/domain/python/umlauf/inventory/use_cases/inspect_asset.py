"""Decide what becomes of a returned asset."""

from umlauf.inventory.errors import IllegalTransition
from umlauf.inventory.events import AssetInspected
from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets
from umlauf.inventory.states import AssetState
from umlauf.kernel.work import Work


def inspect_asset(asset_id: str, *, is_fit: bool, work: Work, assets: Assets) -> Asset:
    """Back to stock if fit, to the workshop if not.

    Raises UnknownAsset, and IllegalTransition unless it awaits inspection.
    """
    asset = assets.get(asset_id)
    if asset.state is not AssetState.RETURN_INSPECTION:
        raise IllegalTransition(
            f"asset {asset_id} is {asset.state}; only a returned asset is inspected",
            field="asset_id",
        )
    inspected = asset.moved_to(AssetState.IN_STOCK if is_fit else AssetState.MAINTENANCE)
    work.put(inspected, AssetInspected(asset_id, is_fit))
    return inspected
