"""Give a promised asset back to stock."""

from umlauf.inventory.events import ReservationReleased
from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets
from umlauf.kernel.work import Work


def release_reservation(
    asset_id: str, subscription_id: str, *, work: Work, assets: Assets
) -> Asset:
    """Release it if it is reserved for this subscription; otherwise there is nothing to release."""
    asset = assets.get(asset_id)
    if asset.reservation is None or asset.reservation.subscription_id != subscription_id:
        return asset
    released = asset.released()
    work.put(released, ReservationReleased(asset_id, subscription_id))
    return released
