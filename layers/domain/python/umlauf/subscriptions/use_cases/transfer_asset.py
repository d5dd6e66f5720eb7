"""Give a subscriber another asset: a swap never touches billing."""

from dataclasses import dataclass, replace

from umlauf.catalog.ports import Plans
from umlauf.inventory.ports import Assets, Stations
from umlauf.inventory.states import MAYBE_WITH_HOLDER
from umlauf.inventory.use_cases.return_asset import return_asset
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import AssetNotReturned, NotActive
from umlauf.subscriptions.events import AssetTransferred
from umlauf.subscriptions.handing_over import hand_over, require_model
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """`station_id` is where the former asset was brought; one that is missing was not."""

    subscription_id: str
    asset_id: str
    station_id: str | None = None


def transfer_asset(
    command: Transfer,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    assets: Assets,
    stations: Stations,
) -> Subscription:
    """Take the former asset back and hand the other one over, in one work.

    Has it already, nothing changes. Raises UnknownSubscription, NotActive, UnknownAsset,
    WrongAssetModel, AssetNotReturned, UnknownStation, IllegalTransition.
    """
    subscription = subscriptions.get(command.subscription_id)
    _require_running(subscription)
    if subscription.asset_id == command.asset_id:
        return subscription
    plan = plans.get(subscription.plan_id, subscription.plan_version)
    require_model(command.asset_id, plan, assets)
    former = subscription.asset_id
    if former is not None:
        _take_back(former, command.station_id, work=work, assets=assets, stations=stations)
    hand_over(command.asset_id, subscription, plan, work=work, assets=assets)
    changed = replace(subscription, asset_id=command.asset_id)
    event = AssetTransferred(
        subscription_id=changed.id,
        customer_id=changed.customer_id,
        former_asset_id=former,
        asset_id=command.asset_id,
    )
    work.put(changed, event)
    return changed


def _require_running(subscription: Subscription) -> None:
    is_over = subscription.is_void or subscription.is_billed_to_its_end
    if not subscription.is_live or is_over:
        raise NotActive(
            f"subscription {subscription.id} is over or has not begun; only a running one gets "
            "another asset",
            field="subscription_id",
        )


def _take_back(
    asset_id: str, station_id: str | None, *, work: Work, assets: Assets, stations: Stations
) -> None:
    if station_id is not None:
        return_asset(asset_id, station_id, work=work, assets=assets, stations=stations)
        return
    if assets.get(asset_id).state not in MAYBE_WITH_HOLDER:
        raise AssetNotReturned(
            f"say to which station {asset_id} was brought; only a missing asset is not returned",
            field="station_id",
        )
