"""Promise an asset in stock to a pending subscription."""

from dataclasses import dataclass, replace

from umlauf.catalog.ports import Plans
from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.inventory.use_cases.reserve_asset import ReservationRequest, reserve_asset
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import NotPending
from umlauf.subscriptions.handing_over import require_model
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
    require_model(command.asset_id, plan, assets)
    former = subscription.asset_id
    if former is not None and former != command.asset_id:
        release_reservation(former, subscription.id, work=work, assets=assets)
    request = ReservationRequest(
        asset_id=command.asset_id,
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
    )
    reserve_asset(request, work=work, assets=assets)
    allocated = replace(subscription, asset_id=command.asset_id)
    if allocated != subscription:
        work.put(allocated)
    return allocated
