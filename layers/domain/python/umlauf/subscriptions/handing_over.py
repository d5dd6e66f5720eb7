"""A running subscriber gets an asset: the asset's side, in the work that changes the contract."""

from umlauf.catalog.model import Plan
from umlauf.inventory.events import AssetHandedOver
from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.reserve_asset import ReservationRequest, reserve_asset
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import WrongAssetModel
from umlauf.subscriptions.model import Subscription


def hand_over(
    asset_id: str, subscription: Subscription, plan: Plan, *, work: Work, assets: Assets
) -> None:
    """Put an asset in stock into the subscriber's hands.

    Raises UnknownAsset, WrongAssetModel, and IllegalTransition when it is not in stock.
    """
    require_model(asset_id, plan, assets)
    request = ReservationRequest(
        asset_id=asset_id,
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
    )
    reserved = reserve_asset(request, work=work, assets=assets)
    on_rent, holder = reserved.handed_over_to(subscription.id, work.now)
    work.put(on_rent, AssetHandedOver(asset_id, subscription.id, holder.customer_id, holder.start))


def require_model(asset_id: str, plan: Plan, assets: Assets) -> None:
    """Raises UnknownAsset, WrongAssetModel."""
    asset = assets.get(asset_id)
    if asset.model != plan.asset_model:
        raise WrongAssetModel(
            f"{plan.plan_id} comes with {named(plan.asset_model)}, and {asset.id} is "
            f"{named(asset.model)}; choose another asset",
            field="asset_id",
        )


def named(asset_model: str | None) -> str:
    """What a plan comes with, in a refusal."""
    return f"a {asset_model}" if asset_model is not None else "no asset"
