"""Take a rented asset back, and end the subscription that waited for it."""

from dataclasses import dataclass

from umlauf.inventory.model import Asset
from umlauf.inventory.ports import Assets, Stations
from umlauf.inventory.use_cases.return_asset import return_asset
from umlauf.kernel.work import Work
from umlauf.subscriptions.lifecycle import without_asset
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    asset_id: str
    station_id: str


def take_back_asset(
    command: Return,
    *,
    work: Work,
    subscriptions: Subscriptions,
    assets: Assets,
    stations: Stations,
) -> Asset:
    """Return the asset to a station; the subscription goes on without it, or ends if it was over.

    One that has another asset by now is left alone. Returned already, it changes nothing. Raises
    UnknownAsset, UnknownStation, IllegalTransition.
    """
    holder = assets.get(command.asset_id).holder
    back = return_asset(
        command.asset_id, command.station_id, work=work, assets=assets, stations=stations
    )
    if holder is not None:
        subscription = subscriptions.get(holder.subscription_id)
        if subscription.asset_id == back.id:
            changed, events = without_asset(subscription, work.now)
            work.put(changed, *events)
    return back
