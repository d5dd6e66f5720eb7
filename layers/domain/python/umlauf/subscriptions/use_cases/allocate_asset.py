"""Promise an asset in stock to a pending subscription."""

from dataclasses import dataclass, replace

from umlauf.catalog.ports import Plans
from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.inventory.use_cases.reserve_asset import ReservationRequest, reserve_asset
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import NotPending, WrongAssetModel
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    subscription_id: str
    asset_id: str


def allocate_asset(
    command: Allocation, *, work: Work, subscriptions: Subscriptions, plans: Plans, assets: Assets
) -> Subscription:
    """Reserve the asset and remember it on the subscription, in one work.

    Another asset promised before goes back to stock. Raises UnknownSubscription, UnknownAsset,
    NotPending, WrongAssetModel, and IllegalTransition when the asset is not in stock.
    """
    subscription = subscriptions.get(command.subscription_id)
    if subscription.status is not Status.PENDING:
        raise NotPending(
            f"subscription {subscription.id} is {subscription.status}; only a pending one gets "
            "an asset",
            field="subscription_id",
        )
    plan = plans.get(subscription.plan_id, subscription.plan_version)
    asset = assets.get(command.asset_id)
    if asset.model != plan.asset_model:
        raise WrongAssetModel(
            f"{plan.plan_id} needs a {plan.asset_model}, and {asset.id} is a {asset.model}",
            field="asset_id",
        )
    former = subscription.asset_id
    if former is not None and former != asset.id:
        release_reservation(former, subscription.id, work=work, assets=assets)
    request = ReservationRequest(
        asset_id=asset.id,
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
    )
    reserve_asset(request, work=work, assets=assets)
    allocated = replace(subscription, asset_id=asset.id)
    if allocated != subscription:
        work.put(allocated)
    return allocated
