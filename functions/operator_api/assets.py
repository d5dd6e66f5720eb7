"""Assets: what there is, where it is, and in what state."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from groups import LOOK_UP, RUN
from umlauf.inventory.model import Asset
from umlauf.inventory.states import AssetState
from umlauf.inventory.use_cases.register_asset import NewAsset, register_asset
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, In, Out, PageOut, PageQuery
from wiring import ASSETS, STATIONS

routes = Routes(__name__, Access.STAFF, groups=RUN)


class AssetIn(In):
    serial: Identifier
    model: Identifier
    station_id: Identifier


class AssetsQuery(PageQuery):
    """Give one of the two."""

    state: AssetState | None = None
    station_id: Identifier | None = None

    @model_validator(mode="after")
    def _asks_for_one_list(self) -> Self:
        if (self.state is None) == (self.station_id is None):
            raise ValueError("give either state or station_id")
        return self


class AssetOut(Out):
    """`subscription_id` is who it is reserved for or with."""

    id: str
    model: str
    serial: str
    station_id: str
    state: str
    subscription_id: str | None
    held_since: datetime | None
    registered_at: datetime

    @classmethod
    def of(cls, asset: Asset) -> "AssetOut":
        user = asset.holder or asset.reservation
        return cls(
            id=asset.id,
            model=asset.model,
            serial=asset.serial,
            station_id=asset.station_id,
            state=asset.state.value,
            subscription_id=user.subscription_id if user else None,
            held_since=asset.holder.start if asset.holder else None,
            registered_at=asset.registered_at,
        )


class AssetsOut(PageOut[AssetOut]):
    """Assets, by id."""


@endpoint(routes, "/v1/operator/assets", method="POST", status=201, errors=(404,))
def add_asset(body: AssetIn, call: Call) -> AssetOut:
    """Take a new asset into stock."""
    command = NewAsset(serial=body.serial, model=body.model, station_id=body.station_id)
    asset = register_asset(command, work=call.work, assets=ASSETS, stations=STATIONS)
    call.created(f"/v1/operator/assets/{asset.id}")
    return AssetOut.of(asset)


@endpoint(routes, "/v1/operator/assets", groups=LOOK_UP)
def list_assets(query: AssetsQuery) -> AssetsOut:
    """List assets in a state or at a station."""
    if query.station_id is not None:
        page = ASSETS.list_at_station(query.station_id, limit=query.limit, cursor=query.cursor)
    else:
        state = query.state or AssetState.IN_STOCK
        page = ASSETS.list_by_state(state, limit=query.limit, cursor=query.cursor)
    return AssetsOut.of(page, AssetOut.of)


@endpoint(routes, "/v1/operator/assets/{asset_id}", groups=LOOK_UP)
def get_asset(asset_id: str) -> AssetOut:
    """Show an asset."""
    return AssetOut.of(ASSETS.get(asset_id))
