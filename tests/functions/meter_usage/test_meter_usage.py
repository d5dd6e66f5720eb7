"""Readings through the queue: each counted once, each failing alone, nothing dropped."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
import time_machine
from botocore.client import BaseClient

from tests.functions.deployed import deliver, device_body, load_function
from tests.functions.street import Rider, Street
from tests.offer_fakes import NOW
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf.wallets.model import SessionStatus
from umlauf_adapters.kernel.device_intake import MAX_BYTES
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.faults import StoreUnavailable
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.usage.readings import DynamoReadings
from umlauf_adapters.usage.rollups import DynamoRollups
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoWallets

pytestmark = pytest.mark.usefixtures("tables")

SEPTEMBER = Period(date(2026, 9, 1), date(2026, 10, 1))


@pytest.fixture
def function(tables: None) -> Iterator[ModuleType]:
    with time_machine.travel(NOW + timedelta(days=30)):  # when all of September has been reported
        yield load_function("meter_usage")


@pytest.fixture
def rider(tables: None) -> Rider:
    return Street().rider()


def counted(rider: Rider) -> int:
    return DynamoRollups().total(rider.subscription.id, "ride_seconds", SEPTEMBER)


def hours_on(hours: float) -> str:
    return (NOW + timedelta(hours=hours)).isoformat()


def test_what_was_ridden_is_what_billing_sums(function: ModuleType, rider: Rider) -> None:
    bodies = [
        device_body(rider.reading(seq, 600 * seq, hours_on(10 * seq))) for seq in range(1, 31)
    ]
    for start in range(0, 30, 7):
        assert deliver(function, *bodies[start : start + 7]) == []
    assert counted(rider) == 18_000
    days = DynamoRollups().by_day(rider.subscription.id, SEPTEMBER)
    assert sum(day.by_invoice.rides for day in days) == 30
    assert [day.day for day in days] == sorted({day.day for day in days})


def test_repeated_reordered_and_late_readings_count_once(
    function: ModuleType, rider: Rider
) -> None:
    bodies = {
        seq: device_body(rider.reading(seq, 600 * seq, hours_on(20 * seq))) for seq in range(1, 7)
    }
    assert deliver(function, bodies[6], bodies[2], bodies[2]) == []
    assert deliver(function, bodies[4], bodies[6], bodies[1]) == []
    assert deliver(function, bodies[5], bodies[3]) == []
    in_order = {day.day: day.by_invoice for day in _days(rider)}
    assert counted(rider) == 3600
    assert {used.ride_seconds for used in in_order.values()} <= {600, 1200}
    assert len(list(DynamoReadings().of_device(rider.device_id))) == 6


def _days(rider: Rider) -> Any:
    return DynamoRollups().by_day(rider.subscription.id, SEPTEMBER)


def bad_bodies(rider: Rider) -> dict[str, str]:
    good = rider.reading(1, 600, hours_on(1))
    tomorrow = "2126-01-01T00:00:00Z"
    return {
        "no JSON at all": "not a queue message of ours",
        "no base64": json.dumps({"payload": "%%%", "reported_by": "d", "client_id": "d"}),
        "a payload that is no JSON": device_body(b"\xff\x00 ride"),
        "a payload that is a list": device_body(b"[1, 2]"),
        "nested beyond reading": device_body(b"[" * 100_000),
        "oversized": device_body(good | {"padding": "x" * MAX_BYTES}),
        "another device's": device_body(good, reported_by="dev_thief"),
        "another client's": device_body(good, client_id="dev_thief"),
        "no device": device_body({"boot": 1}, reported_by=rider.device_id),
        "from the future": device_body(good | {"at": tomorrow}),
        "from an unset clock": device_body(good | {"at": "1970-01-01T00:00:00Z"}),
        "without a time zone": device_body(good | {"at": "2026-09-01T12:00:00"}),
        "no such day": device_body(good | {"at": "2026-09-31T12:00:00Z"}),
        "a register below zero": device_body(rider.reading(1, -1, hours_on(1))),
        "an absurd register": device_body(rider.reading(1, 10**11, hours_on(1))),
        "half a second": device_body(good | {"registers": good["registers"] | {"metres": 0.5}}),
        "a register that is true": device_body(good | {"registers": {"ride_seconds": True}}),
        "no registers": device_body(good | {"registers": None}),
        "a ride that ends first": device_body(
            good | {"ride": {"started_at": hours_on(1), "ended_at": hours_on(0)}}
        ),
        "an unknown device": device_body(good | {"device_id": "dev_unknown"}),
    }


def test_each_bad_message_fails_alone_and_nothing_of_it_is_counted(
    function: ModuleType, rider: Rider
) -> None:
    bad = bad_bodies(rider)
    good = device_body(rider.reading(2, 300, hours_on(2)))
    assert deliver(function, good, *bad.values()) == list(range(1, len(bad) + 1))
    assert counted(rider) == 300


def test_each_refusal_has_a_stable_code_and_names_what_to_mend(
    function: ModuleType, rider: Rider, caplog: pytest.LogCaptureFixture
) -> None:
    told = {}
    for name, body in bad_bodies(rider).items():
        caplog.clear()
        assert deliver(function, body) == [0]
        (refusal,) = [one for one in caplog.records if one.message == "reading_refused"]
        told[name] = refusal.__dict__["code"], refusal.__dict__["field"]
    assert told == {
        "no JSON at all": ("devices.unreadable_message", None),
        "no base64": ("devices.unreadable_message", "payload"),
        "a payload that is no JSON": ("devices.unreadable_message", None),
        "a payload that is a list": ("devices.unreadable_message", None),
        "nested beyond reading": ("devices.unreadable_message", None),
        "oversized": ("devices.message_too_large", "payload"),
        "another device's": ("devices.speaks_for_another", "device_id"),
        "another client's": ("devices.speaks_for_another", "device_id"),
        "no device": ("devices.unreadable_message", "device_id"),
        "from the future": ("usage.reading_from_the_future", "at"),
        "from an unset clock": ("usage.reading_too_old", "at"),
        "without a time zone": ("calendar.naive_instant", None),
        "no such day": ("devices.unreadable_message", "at"),
        "a register below zero": ("usage.absurd_reading", "ride_seconds"),
        "an absurd register": ("usage.absurd_reading", "ride_seconds"),
        "half a second": ("devices.unreadable_message", "registers.metres"),
        "a register that is true": ("devices.unreadable_message", "registers.ride_seconds"),
        "no registers": ("devices.unreadable_message", "registers"),
        "a ride that ends first": ("usage.absurd_reading", "ride.ended_at"),
        "an unknown device": ("usage.unknown_device", "device_id"),
    }


def test_a_device_that_speaks_for_another_is_counted_as_an_attack(
    function: ModuleType, rider: Rider, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(function, bad_bodies(rider)["another device's"])
    assert '"ForeignMessageRefused":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_an_anomaly_is_kept_and_told_and_does_not_come_again(
    function: ModuleType, rider: Rider
) -> None:
    assert deliver(function, device_body(rider.reading(5, 900, hours_on(5)))) == []
    backwards = device_body(rider.reading(6, 899, hours_on(6)))
    assert deliver(function, backwards, backwards) == []
    assert deliver(function, backwards) == []
    assert [event.type for event in EventItem.scan() if event.type.startswith("usage.")] == [
        "usage.reading_rejected.v1"
    ]
    assert counted(rider) == 900


def test_usage_follows_the_holder_from_the_instant_of_the_hand_over(
    function: ModuleType, rider: Rider
) -> None:
    before = device_body(rider.reading(1, 500, (NOW - timedelta(seconds=1)).isoformat()))
    after = device_body(rider.reading(2, 800, NOW.isoformat()))
    assert deliver(function, after, before) == []
    assert counted(rider) == 300
    assert DynamoRollups().metered(rider.asset_id, "ride_seconds") == 500
    assert "usage.unattributed.v1" in {event.type for event in EventItem.scan()}


def test_a_device_whose_store_is_down_comes_again_and_holds_up_no_other(
    function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street()
    first, second = street.rider("ada"), street.rider("bob")
    bodies = [device_body(one.reading(1, 600, hours_on(1))) for one in (first, second)]
    commit = DynamoWorks.commit

    def fail_for_the_first(works: DynamoWorks, work: Work) -> None:
        if any(aggregate.id == first.device_id for aggregate in work.aggregates):
            raise StoreUnavailable("down")
        commit(works, work)

    monkeypatch.setattr(DynamoWorks, "commit", fail_for_the_first)
    assert deliver(function, *bodies) == [0]
    monkeypatch.undo()
    assert deliver(function, bodies[0]) == []
    assert (counted(first), counted(second)) == (600, 600)


def test_what_was_read_ahead_never_decides_over_a_rival(
    function: ModuleType, rider: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = DynamoWorks.commit
    rival_came: list[bool] = []

    def let_a_rival_write_first(works: DynamoWorks, work: Work) -> None:
        if not rival_came:
            rival_came.append(True)
            deliver(function, device_body(rider.reading(2, 400, hours_on(2))))
        commit(works, work)

    monkeypatch.setattr(DynamoWorks, "commit", let_a_rival_write_first)
    assert deliver(function, device_body(rider.reading(3, 1000, hours_on(3)))) == []
    assert counted(rider) == 1000


def test_a_lost_race_too_often_comes_again(
    function: ModuleType, rider: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always_lose(_works: DynamoWorks, _work: Work) -> None:
        raise StaleVersion("lost")

    monkeypatch.setattr(DynamoWorks, "commit", always_lose)
    assert deliver(function, device_body(rider.reading(1, 600, hours_on(1)))) == [0]


# --- Prepaid --------------------------------------------------------------------------------------


def ride_of(rider: Rider, seq: int, seconds: int) -> str:
    ride = {"started_at": hours_on(seq), "ended_at": hours_on(seq + 0.5)}
    return device_body(rider.reading(seq, seconds, hours_on(seq + 0.5), ride=ride))


def test_a_prepaid_ride_is_taken_from_the_wallet_with_its_reading(function: ModuleType) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    session = street.start(rider)
    assert deliver(function, ride_of(rider, 1, 600)) == []
    assert rider.wallet.balance == rider.wallet.available == Money(500 - 190, "EUR")
    assert DynamoSessions().get(session.id).status is SessionStatus.SETTLED
    assert counted(rider) == 0, "prepaid usage never reaches an invoice"
    assert DynamoRollups().metered(rider.subscription.id, "ride_seconds") == 600


def test_a_repeated_prepaid_ride_is_taken_once(function: ModuleType) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    street.start(rider)
    assert deliver(function, ride_of(rider, 1, 600), ride_of(rider, 1, 600)) == []
    assert deliver(function, ride_of(rider, 1, 600)) == []
    assert rider.wallet.balance == Money(310, "EUR")
    entries = DynamoWallets().entries(rider.wallet.id).items
    assert [entry.amount.amount_minor for entry in entries] == [-190, 500]


def test_a_ride_without_a_session_takes_nothing_and_stays_open(function: ModuleType) -> None:
    rider = Street().prepaid_rider(500)
    assert deliver(function, ride_of(rider, 1, 600)) == []
    assert rider.wallet.balance == Money(500, "EUR")
    (open_usage,) = DynamoSessions().scan_unsettled()
    assert open_usage.quantity == 600


def test_releasing_on_the_way_spares_nobody_the_ride(function: ModuleType) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    session = street.start(rider)
    street.release(session)
    assert rider.wallet.available == Money(500, "EUR")
    assert deliver(function, ride_of(rider, 1, 600), ride_of(rider, 1, 600)) == []
    assert deliver(function, ride_of(rider, 1, 600)) == []
    assert rider.wallet.balance == Money(310, "EUR")
    assert DynamoSessions().get(session.id).status is SessionStatus.SETTLED
    assert list(DynamoSessions().scan_unsettled()) == []
    told = Counter(event.type for event in EventItem.scan())
    assert told["wallets.session_settled.v1"] == 1


def test_a_released_session_that_nobody_rode_costs_nothing(function: ModuleType) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    session = street.start(rider)
    street.release(session)
    assert deliver(function, device_body(rider.reading(1, 0, hours_on(1)))) == []
    assert rider.wallet.balance == Money(500, "EUR")
    assert DynamoSessions().get(session.id).status is SessionStatus.RELEASED


def test_reading_and_debit_are_one_act(
    function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    street.start(rider)

    def go_down(_works: DynamoWorks, _work: Work) -> None:
        raise StoreUnavailable("down")

    monkeypatch.setattr(DynamoWorks, "commit", go_down)
    assert deliver(function, ride_of(rider, 1, 600)) == [0]
    assert rider.wallet.balance == Money(500, "EUR")
    assert list(DynamoReadings().of_device(rider.device_id)) == []
    monkeypatch.undo()
    assert deliver(function, ride_of(rider, 1, 600)) == []
    assert rider.wallet.balance == Money(310, "EUR")


# --- What it costs --------------------------------------------------------------------------------


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """DynamoDB calls by operation, from now on."""
    made: Counter[str] = Counter()
    make = BaseClient._make_api_call  # noqa: SLF001 - where every call passes

    def count(client: BaseClient, operation: str, arguments: Any) -> Any:
        made[operation] += 1
        return make(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", count)
    return made


def test_a_batch_costs_four_reads_and_one_write_a_device(
    function: ModuleType, calls: Counter[str]
) -> None:
    street = Street()
    riders = [street.rider(f"rider-{number}") for number in range(10)]
    first = [device_body(one.reading(1, 600, hours_on(1))) for one in riders]
    assert deliver(function, *first) == []  # the plan is remembered from here on
    calls.clear()
    bodies = [
        device_body(one.reading(seq, 600 * seq, hours_on(seq))) for one in riders for seq in (2, 3)
    ]
    assert deliver(function, *bodies) == []
    assert calls == {"BatchGetItem": 4, "TransactWriteItems": 10}


def test_a_late_reading_costs_two_queries_more(
    function: ModuleType, rider: Rider, calls: Counter[str]
) -> None:
    deliver(function, device_body(rider.reading(3, 900, hours_on(3))))
    calls.clear()
    deliver(function, device_body(rider.reading(2, 300, hours_on(2))))
    assert calls == {"BatchGetItem": 4, "Query": 2, "TransactWriteItems": 1}
