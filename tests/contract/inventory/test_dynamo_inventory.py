"""Assets, their holders and stations keep in DynamoDB what they promise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.offer_fakes import MODEL, NOW, STATION
from umlauf.inventory.errors import UnknownAsset, UnknownStation
from umlauf.inventory.model import Asset
from umlauf.inventory.states import AssetState
from umlauf.inventory.use_cases.hand_over_asset import hand_over_asset
from umlauf.inventory.use_cases.inspect_asset import inspect_asset
from umlauf.inventory.use_cases.register_asset import NewAsset, register_asset
from umlauf.inventory.use_cases.register_station import register_station
from umlauf.inventory.use_cases.reserve_asset import ReservationRequest, reserve_asset
from umlauf.inventory.use_cases.return_asset import return_asset
from umlauf.kernel.work import StaleVersion, Work, carry_out
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.inventory.holders import DynamoHolders
from umlauf_adapters.inventory.stations import DynamoStations
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

pytestmark = pytest.mark.usefixtures("tables")

ASSETS, HOLDERS, STATIONS = DynamoAssets(), DynamoHolders(), DynamoStations()
HERE = replace(STATION, latitude=Decimal("52.5200"), longitude=Decimal("13.405"))


def run(decide: Callable[[Work], object], now: datetime = NOW) -> None:
    carry_out(decide, works=DynamoWorks(), now=now)


def register(serial: str = "A-1") -> Asset:
    run(lambda work: register_station(HERE, work=work, stations=STATIONS))
    command = NewAsset(serial=serial, model=MODEL, station_id=HERE.id)
    run(lambda work: register_asset(command, work=work, assets=ASSETS, stations=STATIONS))
    return ASSETS.get(command.asset_id)


def rent_out(asset: Asset, subscription: str, start: datetime, end: datetime | None) -> None:
    request = ReservationRequest(
        asset_id=asset.id, subscription_id=subscription, customer_id="cus_1"
    )
    run(lambda work: reserve_asset(request, work=work, assets=ASSETS), start)
    run(lambda work: hand_over_asset(asset.id, subscription, work=work, assets=ASSETS), start)
    if end is not None:
        run(
            lambda work: return_asset(
                asset.id, HERE.id, work=work, assets=ASSETS, stations=STATIONS
            ),
            end,
        )
        run(lambda work: inspect_asset(asset.id, is_fit=True, work=work, assets=ASSETS), end)


def test_a_station_comes_back_with_its_place() -> None:
    register()
    assert STATIONS.get(HERE.id) == replace(HERE, version=1)
    assert [station.id for station in STATIONS.list_all().items] == [HERE.id]
    for unknown in ("sta_x", ""):
        with pytest.raises(UnknownStation):
            STATIONS.get(unknown)


def test_an_asset_comes_back_with_its_reservation_and_holder() -> None:
    asset = register()
    request = ReservationRequest(asset_id=asset.id, subscription_id="sub_1", customer_id="cus_1")
    run(lambda work: reserve_asset(request, work=work, assets=ASSETS))
    reserved = ASSETS.get(asset.id)
    assert reserved.reservation is not None
    assert reserved.reservation.reserved_at == NOW
    run(lambda work: hand_over_asset(asset.id, "sub_1", work=work, assets=ASSETS))
    on_rent = ASSETS.get(asset.id)
    assert (on_rent.state, on_rent.reservation) == (AssetState.ON_RENT, None)
    assert on_rent.holder is not None
    assert on_rent.holder.start == NOW


def test_the_history_answers_for_every_instant_to_the_microsecond() -> None:
    asset = register()
    # Whole and broken seconds must sort as time does.
    first_end = NOW + timedelta(seconds=10, microseconds=500_000)
    second_start = NOW + timedelta(seconds=11)
    rent_out(asset, "sub_1", NOW, first_end)
    rent_out(asset, "sub_2", second_start, second_start + timedelta(seconds=1))
    rent_out(asset, "sub_3", NOW + timedelta(minutes=1), None)

    tick = timedelta(microseconds=1)
    expected = {
        NOW - tick: None,
        NOW: "sub_1",
        first_end - tick: "sub_1",
        first_end: None,
        second_start - tick: None,
        second_start: "sub_2",
        second_start + timedelta(seconds=1): None,
        NOW + timedelta(minutes=1): "sub_3",
        NOW + timedelta(days=400): "sub_3",
    }
    assert {instant: HOLDERS.holder_at(asset.id, instant) for instant in expected} == expected
    assert [ended.subscription_id for ended in HOLDERS.history(asset.id)] == ["sub_1", "sub_2"]


def test_an_asset_never_rented_had_no_holder_and_an_unknown_one_is_not_found() -> None:
    asset = register()
    assert HOLDERS.holder_at(asset.id, NOW) is None
    assert not HOLDERS.history(asset.id)
    with pytest.raises(UnknownAsset):
        HOLDERS.holder_at("ast_x", NOW)


def test_of_two_who_reserve_at_once_one_is_stale() -> None:
    asset = register()
    works = [Work(NOW), Work(NOW)]
    for number, work in enumerate(works):
        request = ReservationRequest(
            asset_id=asset.id, subscription_id=f"sub_{number}", customer_id="cus_1"
        )
        reserve_asset(request, work=work, assets=ASSETS)
    DynamoWorks().commit(works[1])
    with pytest.raises(StaleVersion):
        DynamoWorks().commit(works[0])
    reservation = ASSETS.get(asset.id).reservation
    assert reservation is not None
    assert reservation.subscription_id == "sub_1"


def test_assets_are_listed_by_state_and_by_station() -> None:
    assets = [register(f"A-{number}") for number in range(3)]
    rent_out(assets[0], "sub_1", NOW, None)

    in_stock = ASSETS.list_by_state(AssetState.IN_STOCK).items
    assert {asset.id for asset in in_stock} == {asset.id for asset in assets[1:]}
    assert [asset.id for asset in ASSETS.list_by_state(AssetState.ON_RENT).items] == [assets[0].id]

    first = ASSETS.list_at_station(HERE.id, limit=2)
    rest = ASSETS.list_at_station(HERE.id, limit=2, cursor=first.next_cursor)
    assert len(first.items) == 2
    assert {asset.id for asset in (*first.items, *rest.items)} == {asset.id for asset in assets}
    assert rest.next_cursor is None


def test_many_assets_are_found_at_once_and_unknown_ones_left_out() -> None:
    assets = {asset.id: asset for asset in (register("A-1"), register("A-2"))}
    assert ASSETS.find_many([*assets, "ast_x"]) == assets
    assert ASSETS.find_many([]) == {}
