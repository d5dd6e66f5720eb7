"""The asset circle: one state, at most one holder, and a history that answers for every instant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offer_fakes import MODEL, NOW, STATION, OfferWorld
from umlauf.inventory.errors import (
    BadAsset,
    BadStation,
    HeldByAnother,
    IllegalTransition,
    NotReserved,
    SerialTaken,
    UnknownAsset,
    UnknownStation,
)
from umlauf.inventory.events import (
    AssetHandedOver,
    AssetInspected,
    AssetMoved,
    AssetRegistered,
    AssetReserved,
    AssetReturned,
    ReservationReleased,
    StationRegistered,
)
from umlauf.inventory.model import Asset, Assignment, Station
from umlauf.inventory.states import TRANSITIONS, AssetState
from umlauf.inventory.use_cases.hand_over_asset import hand_over_asset
from umlauf.inventory.use_cases.inspect_asset import inspect_asset
from umlauf.inventory.use_cases.move_asset import move_asset
from umlauf.inventory.use_cases.register_asset import NewAsset, register_asset
from umlauf.inventory.use_cases.register_station import register_station
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.inventory.use_cases.reserve_asset import ReservationRequest, reserve_asset
from umlauf.inventory.use_cases.return_asset import return_asset
from umlauf.kernel.errors import Conflict, InvalidInput
from umlauf.kernel.work import Work

HOUR = timedelta(hours=1)


class Yard:
    """One asset and everything that can be done to it, at hours after NOW."""

    def __init__(self) -> None:
        self.world = OfferWorld()
        self.asset_id = self.world.register_asset().id

    @property
    def asset(self) -> Asset:
        return self.world.assets.get(self.asset_id)

    def reserve(self, subscription: str = "sub_1", at: float = 0) -> Asset:
        request = ReservationRequest(
            asset_id=self.asset_id, subscription_id=subscription, customer_id=f"of_{subscription}"
        )
        return self._run(
            lambda work: reserve_asset(request, work=work, assets=self.world.assets), at
        )

    def release(self, subscription: str = "sub_1", at: float = 0) -> Asset:
        return self._run(
            lambda work: release_reservation(
                self.asset_id, subscription, work=work, assets=self.world.assets
            ),
            at,
        )

    def hand_over(self, subscription: str = "sub_1", at: float = 0) -> Asset:
        return self._run(
            lambda work: hand_over_asset(
                self.asset_id, subscription, work=work, assets=self.world.assets
            ),
            at,
        )

    def give_back(self, at: float = 0) -> Asset:
        return self._run(
            lambda work: return_asset(
                self.asset_id,
                STATION.id,
                work=work,
                assets=self.world.assets,
                stations=self.world.stations,
            ),
            at,
        )

    def inspect(self, *, is_fit: bool = True, at: float = 0) -> Asset:
        return self._run(
            lambda work: inspect_asset(
                self.asset_id, is_fit=is_fit, work=work, assets=self.world.assets
            ),
            at,
        )

    def move(self, target: AssetState, at: float = 0) -> Asset:
        return self._run(
            lambda work: move_asset(self.asset_id, target, work=work, assets=self.world.assets), at
        )

    def holder_at(self, hours: float) -> str | None:
        return self.world.holders.holder_at(self.asset_id, NOW + hours * HOUR)

    def _run(self, decide: Callable[[Work], Asset], hours: float) -> Asset:
        return self.world.store.run(decide, NOW + hours * HOUR)


def test_an_asset_goes_once_round_the_circle() -> None:
    yard = Yard()
    yard.reserve()
    yard.hand_over(at=1)
    yard.give_back(at=5)
    yard.inspect(at=6)

    assert yard.asset.state is AssetState.IN_STOCK
    assert yard.world.store.events == [
        StationRegistered(STATION.id, "DE"),
        AssetRegistered(yard.asset_id, MODEL, STATION.id),
        AssetReserved(yard.asset_id, "sub_1"),
        AssetHandedOver(yard.asset_id, "sub_1", "of_sub_1", NOW + HOUR),
        AssetReturned(yard.asset_id, "sub_1", STATION.id, NOW + 5 * HOUR),
        AssetInspected(yard.asset_id, is_fit=True),
    ]


def test_every_step_repeated_changes_nothing() -> None:
    yard = Yard()
    steps: list[Callable[[], Asset]] = [yard.reserve, yard.hand_over, lambda: yard.give_back(at=2)]
    for step in steps:
        first = step()
        commits = yard.world.store.commits
        assert replace(step(), version=0) == replace(first, version=0)
        assert yard.world.store.commits == commits


@pytest.mark.parametrize(
    ("hours", "holder"),
    [
        pytest.param(0.5, None, id="before the first hand-over"),
        pytest.param(1, "sub_1", id="the instant of hand-over is held"),
        pytest.param(4.99, "sub_1", id="until just before the return"),
        pytest.param(5, None, id="the instant of return is not"),
        pytest.param(8, "sub_2", id="the next holder"),
        pytest.param(99, "sub_2", id="still open"),
    ],
)
def test_the_history_says_who_held_it_at_any_instant(hours: float, holder: str | None) -> None:
    yard = Yard()
    yard.reserve()
    yard.hand_over(at=1)
    yard.give_back(at=5)
    yard.inspect(at=6)
    yard.reserve("sub_2", at=7)
    yard.hand_over("sub_2", at=8)
    assert yard.holder_at(hours) == holder


def test_of_two_who_reserve_at_once_one_is_refused() -> None:
    yard = Yard()

    def rival(work: Work) -> None:
        yard.reserve("sub_2")

    yard.world.store.before_commit = rival
    with pytest.raises(IllegalTransition):
        yard.reserve("sub_1")
    reservation = yard.asset.reservation
    assert reservation is not None
    assert reservation.subscription_id == "sub_2"


@pytest.mark.parametrize("subscription", ["sub_1", "sub_2"])
def test_no_hand_over_without_a_reservation_for_that_subscription(subscription: str) -> None:
    yard = Yard()
    if subscription == "sub_2":
        yard.reserve("sub_1")
    with pytest.raises(NotReserved, match="reserve it first"):
        yard.hand_over(subscription)


def test_a_released_asset_can_be_promised_again() -> None:
    yard = Yard()
    yard.reserve("sub_1")
    yard.release("sub_2")
    assert yard.asset.state is AssetState.RESERVED
    yard.release("sub_1")
    yard.release("sub_1")
    yard.reserve("sub_2")
    assert [e for e in yard.world.store.events if isinstance(e, ReservationReleased)] == [
        ReservationReleased(yard.asset_id, "sub_1")
    ]


def test_an_unfit_asset_goes_to_the_workshop_and_comes_back_to_stock() -> None:
    yard = Yard()
    yard.reserve()
    yard.hand_over(at=1)
    yard.give_back(at=2)
    assert yard.inspect(is_fit=False, at=3).state is AssetState.MAINTENANCE
    assert yard.move(AssetState.IN_STOCK, at=4).state is AssetState.IN_STOCK
    assert yard.move(AssetState.IN_STOCK, at=5).version == yard.asset.version  # it is there already
    assert yard.world.store.events[-1] == AssetMoved(
        yard.asset_id, AssetState.MAINTENANCE, AssetState.IN_STOCK
    )


def test_on_rent_reaches_stock_through_inspection_only() -> None:
    yard = Yard()
    yard.reserve()
    yard.hand_over(at=1)
    yard.release()
    with pytest.raises(IllegalTransition):
        yard.inspect()
    with pytest.raises(IllegalTransition):
        yard.move(AssetState.IN_STOCK)
    assert yard.asset.state is AssetState.ON_RENT
    assert AssetState.IN_STOCK not in TRANSITIONS[AssetState.ON_RENT]


def test_a_lost_asset_stays_with_its_holder_until_it_is_found() -> None:
    yard = Yard()
    yard.reserve()
    yard.hand_over(at=1)
    yard.move(AssetState.MISSING, at=2)
    yard.move(AssetState.STOLEN, at=3)
    assert yard.holder_at(4) == "sub_1"
    yard.give_back(at=9)
    assert yard.asset.holder is None
    assert (yard.holder_at(8.5), yard.holder_at(9)) == ("sub_1", None)


def test_an_asset_lost_in_transfer_was_nobodys() -> None:
    yard = Yard()
    yard.move(AssetState.IN_TRANSFER)
    yard.move(AssetState.MISSING)
    yard.give_back(at=1)
    assert yard.world.store.events[-1] == AssetReturned(yard.asset_id, None, STATION.id, NOW + HOUR)
    assert not yard.world.holders.history(yard.asset_id)


def test_an_asset_cannot_come_back_before_it_went() -> None:
    yard = Yard()
    yard.reserve()
    yard.hand_over(at=1)
    with pytest.raises(HeldByAnother):
        yard.give_back(at=1)


@given(
    st.lists(
        st.sampled_from(["reserve", "hand_over", "give_back", "inspect", "release", "lose"]),
        max_size=30,
    ),
    st.lists(st.integers(0, 31), max_size=5),
)
def test_no_story_gives_an_asset_two_holders(steps: list[str], probes: list[int]) -> None:
    yard = Yard()
    doers: dict[str, Callable[[str, float], object]] = {
        "reserve": yard.reserve,
        "hand_over": yard.hand_over,
        "give_back": lambda _, at: yard.give_back(at),
        "inspect": lambda _, at: yard.inspect(at=at),
        "release": yard.release,
        "lose": lambda _, at: yard.move(AssetState.MISSING, at),
    }
    for hour, step in enumerate(steps, start=1):
        before = yard.asset.state
        try:
            doers[step](f"sub_{hour % 2}", hour)
        except Conflict:
            assert yard.asset.state is before
        assert yard.asset.state is before or yard.asset.state in TRANSITIONS[before]
    history = yard.world.holders.history(yard.asset_id)
    assert all(earlier.end <= later.start for earlier, later in pairwise(history))
    holder = yard.asset.holder
    assert holder is None or not history or history[-1].end <= holder.start
    for hours in probes:
        instant = NOW + hours * HOUR
        holding = [ended.subscription_id for ended in history if ended.contains(instant)]
        if holder is not None and holder.start <= instant:
            holding.append(holder.subscription_id)
        assert holding == ([] if (one := yard.holder_at(hours)) is None else [one])


def test_a_serial_is_registered_once() -> None:
    yard = Yard()
    commits = yard.world.store.commits
    assert yard.world.register_asset().id == yard.asset_id
    assert yard.world.store.commits == commits
    other = NewAsset(serial="A-1", model="cargo-bike", station_id=STATION.id)
    with pytest.raises(SerialTaken) as refusal:
        register_asset(
            other, work=Work(NOW), assets=yard.world.assets, stations=yard.world.stations
        )
    assert refusal.value.field == "serial"


@pytest.mark.parametrize("serial", ["", "a#b", "x" * 129, "line\nbreak"])
def test_a_serial_that_would_break_keys_is_refused(serial: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Yard().world.register_asset(serial)
    assert refusal.value.field == "serial"


def test_unknown_things_are_not_found() -> None:
    yard = Yard()
    yard.asset_id = "ast_x"
    with pytest.raises(UnknownAsset):
        yard.reserve()
    command = NewAsset(serial="B-1", model=MODEL, station_id="sta_x")
    with pytest.raises(UnknownStation):
        register_asset(
            command, work=Work(NOW), assets=yard.world.assets, stations=yard.world.stations
        )


def test_a_state_and_its_holder_cannot_disagree() -> None:
    asset = Yard().asset
    holder = Assignment("sub_1", "cus_1", NOW)
    with pytest.raises(BadAsset):
        replace(asset, holder=holder)
    with pytest.raises(BadAsset):
        replace(asset, state=AssetState.ON_RENT)
    with pytest.raises(BadAsset):
        replace(asset, state=AssetState.RESERVED)


def _register(world: OfferWorld, station: Station, now: datetime = NOW) -> Station:
    return world.store.run(
        lambda work: register_station(station, work=work, stations=world.stations), now
    )


def test_a_station_is_registered_once_under_its_id() -> None:
    world = OfferWorld()
    _register(world, STATION)
    _register(world, STATION)
    assert world.store.commits == 1
    with pytest.raises(BadStation, match="use another id"):
        _register(world, replace(STATION, name="Elsewhere"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"latitude": Decimal(91), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(0), "longitude": Decimal(181)}, "longitude"),
        ({"latitude": Decimal("NaN"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(0), "longitude": Decimal("1e-99")}, "longitude"),
        ({"latitude": Decimal(0)}, "latitude"),
        ({"id": "a#b"}, "station_id"),
    ],
)
def test_a_station_that_cannot_be_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        _register(OfferWorld(), replace(STATION, **changes))  # type: ignore[arg-type]
    assert refusal.value.field == field
