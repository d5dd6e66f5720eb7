"""The way of an asset through a rental: reserve, hand over, return, inspect."""

from assets import AssetOut
from groups import RUN
from umlauf.inventory.use_cases.inspect_asset import inspect_asset
from umlauf.payments.readiness import is_payment_ready
from umlauf.subscriptions.use_cases.activate_subscription import activate_subscription
from umlauf.subscriptions.use_cases.allocate_asset import Allocation, allocate_asset
from umlauf.subscriptions.use_cases.take_back_asset import Return, take_back_asset
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.subscriptions import SubscriptionOut
from umlauf_http.wire import Identifier, In
from wiring import ASSETS, PAYERS, PLANS, STATIONS, SUBSCRIPTIONS

routes = Routes(__name__, Access.STAFF, groups=RUN)


class ReservationIn(In):
    subscription_id: Identifier
    asset_id: Identifier


class HandOverIn(In):
    subscription_id: Identifier


class ReturnIn(In):
    asset_id: Identifier
    station_id: Identifier


class InspectionIn(In):
    asset_id: Identifier
    is_fit: bool


@endpoint(routes, "/v1/operator/reservations", method="POST", status=201, errors=(404,))
def reserve(body: ReservationIn, call: Call) -> SubscriptionOut:
    """Promise an asset in stock to a pending subscription."""
    command = Allocation(subscription_id=body.subscription_id, asset_id=body.asset_id)
    reserved = allocate_asset(
        command, work=call.work, subscriptions=SUBSCRIPTIONS, plans=PLANS, assets=ASSETS
    )
    return SubscriptionOut.of(reserved, PLANS, call.now)


@endpoint(routes, "/v1/operator/hand-overs", method="POST", status=201, errors=(404,))
def hand_over(body: HandOverIn, call: Call) -> SubscriptionOut:
    """Hand the reserved asset over: the subscription is active from this moment."""
    subscription = SUBSCRIPTIONS.get(body.subscription_id)
    active = activate_subscription(
        subscription.id,
        payment_ready=is_payment_ready(subscription, plans=PLANS, payers=PAYERS),
        work=call.work,
        subscriptions=SUBSCRIPTIONS,
        plans=PLANS,
        assets=ASSETS,
    )
    return SubscriptionOut.of(active, PLANS, call.now)


@endpoint(routes, "/v1/operator/returns", method="POST", status=201, errors=(404,))
def take_back(body: ReturnIn, call: Call) -> AssetOut:
    """Take an asset back; it awaits inspection."""
    command = Return(asset_id=body.asset_id, station_id=body.station_id)
    return AssetOut.of(
        take_back_asset(
            command, work=call.work, subscriptions=SUBSCRIPTIONS, assets=ASSETS, stations=STATIONS
        )
    )


@endpoint(routes, "/v1/operator/inspections", method="POST", status=201, errors=(404,))
def inspect(body: InspectionIn, call: Call) -> AssetOut:
    """Say whether a returned asset is fit: back to stock, or to the workshop."""
    return AssetOut.of(
        inspect_asset(body.asset_id, is_fit=body.is_fit, work=call.work, assets=ASSETS)
    )
