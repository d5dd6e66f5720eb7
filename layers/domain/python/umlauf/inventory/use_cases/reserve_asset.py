"""Promise an asset in stock to a subscription."""

from dataclasses import dataclass

from umlauf.inventory.events import AssetReserved
from umlauf.inventory.model import Asset, Reservation
from umlauf.inventory.ports import Assets
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationRequest:
    asset_id: str
    subscription_id: str
    customer_id: str


def reserve_asset(command: ReservationRequest, *, work: Work, assets: Assets) -> Asset:
    """Reserve it. The same subscription asking again changes nothing.

    Raises UnknownAsset, and IllegalTransition when it is not in stock.
    """
    asset = assets.get(command.asset_id)
    reservation = asset.reservation
    if reservation is not None and reservation.subscription_id == command.subscription_id:
        return asset
    reserved = asset.reserved_for(
        Reservation(command.subscription_id, command.customer_id, work.now)
    )
    work.put(reserved, AssetReserved(asset.id, command.subscription_id))
    return reserved
