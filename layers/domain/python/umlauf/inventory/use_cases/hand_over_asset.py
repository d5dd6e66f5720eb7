"""Put a reserved asset into its subscriber's hands."""

from umlauf.inventory.events import AssetHandedOver
from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets
from umlauf.kernel.work import Work


def hand_over_asset(asset_id: str, subscription_id: str, *, work: Work, assets: Assets) -> Asset:
    """Hand it over now. To whoever has it already, it is no second hand-over.

    Raises UnknownAsset, and NotReserved unless it is reserved for this subscription.
    """
    asset = assets.get(asset_id)
    if asset.holder is not None and asset.holder.subscription_id == subscription_id:
        return asset
    on_rent, holder = asset.handed_over_to(subscription_id, work.now)
    work.put(on_rent, AssetHandedOver(asset_id, subscription_id, holder.customer_id, holder.start))
    return on_rent
