"""What devices are told follows from what is stored, whatever came twice or in the wrong order."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from tests.functions.deployed import deliver, event_body, load_function
from tests.functions.street import Rider, Street
from tests.offer_fakes import CITY_METERED, NOW
from umlauf.dunning.events import RestrictionReleased, RestrictionRequested
from umlauf.fleet.events import CommandRequested, DeviceRegistered
from umlauf.fleet.model import Command, CommandAction, CommandStatus, StartPermit
from umlauf.fleet.use_cases.request_command import CommandOrder, request_command
from umlauf.inventory.events import AssetHandedOver
from umlauf.kernel.money import Money
from umlauf.subscriptions.events import SubscriptionEnded
from umlauf.wallets.errors import StartRestricted
from umlauf.wallets.events import SessionSettled, SessionStarted
from umlauf.wallets.model import Session
from umlauf.wallets.use_cases.release_session import release_session
from umlauf_adapters.fleet.commands import DynamoCommands
from umlauf_adapters.fleet.devices import DynamoDevices
from umlauf_adapters.fleet.faults import IotUnavailable
from umlauf_adapters.fleet.iot_channel import command_message, permit_message
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.items import EventItem
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoStartGates, DynamoWallets

pytestmark = pytest.mark.usefixtures("tables")

MOTOS_ENDPOINT = "https://data-ats.iot.eu-central-1.amazonaws.com"


class Airwaves:
    """What devices were shown and handed, in order. `on_show` lets a rival come in between."""

    def __init__(self) -> None:
        self.shown: list[dict[str, Any]] = []
        self.handed: list[dict[str, Any]] = []
        self.on_show: Any = None
        self.is_down = False

    def show_permit(self, permit: StartPermit) -> None:
        if self.is_down:
            raise IotUnavailable("down")
        self.shown.append(permit_message(permit))
        if self.on_show is not None:
            hook, self.on_show = self.on_show, None
            hook()

    def hand_command(self, command: Command) -> None:
        if self.is_down:
            raise IotUnavailable("down")
        self.handed.append(command_message(command))


@pytest.fixture
def air() -> Airwaves:
    return Airwaves()


@pytest.fixture
def function(tables: None, air: Airwaves, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    app = load_function("control_devices")
    for name in ("PERMIT_DESK", "COMMAND_DESK"):
        desk = getattr(app, name)
        fields = {field: getattr(desk, field) for field in desk.__dataclass_fields__}
        monkeypatch.setattr(app, name, type(desk)(**(fields | {"channel": air})))
    return app


def handed_over(rider: Rider) -> str:
    owner = rider.subscription
    return event_body(AssetHandedOver(rider.asset_id, owner.id, owner.customer_id, NOW))


def started(session: Session) -> str:
    return event_body(
        SessionStarted(
            session.id,
            session.wallet_id,
            session.customer_id,
            session.subscription_id,
            session.asset_id,
            session.hold,
            session.lease,
            session.terms.meter,
            session.expires_at,
        )
    )


def test_a_handed_over_bike_may_start(function: ModuleType, air: Airwaves) -> None:
    rider = Street().rider()
    assert deliver(function, handed_over(rider)) == []
    assert air.shown[-1] == {
        "device_id": rider.device_id,
        "revision": 1,
        "may_start": True,
        "reason": "on_rent",
        "session_id": None,
        "lease": None,
        "expires_at": None,
    }


def test_a_prepaid_bike_starts_only_within_a_session(function: ModuleType, air: Airwaves) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    deliver(function, handed_over(rider))
    session = street.start(rider)
    deliver(function, started(session))
    owner = rider.subscription
    street.store.run(
        lambda work: release_session(
            session.id,
            owner.customer_id,
            work=work,
            wallets=DynamoWallets(),
            sessions=DynamoSessions(),
        ),
        NOW,
    )
    deliver(function, started(session))  # told again, and too late: only the store counts
    told = [(one["revision"], one["may_start"], one["reason"]) for one in air.shown]
    assert told == [(1, False, "no_session"), (2, True, "session"), (3, False, "no_session")]
    assert air.shown[1]["lease"] == {"meter": "ride_seconds", "quantity": session.lease}
    assert air.shown[1]["expires_at"] == "2026-09-02T10:30:00Z"


def test_an_event_told_again_shows_the_same_revision(function: ModuleType, air: Airwaves) -> None:
    rider = Street().rider()
    assert deliver(function, handed_over(rider), handed_over(rider)) == []
    assert [one["revision"] for one in air.shown] == [1, 1]
    changes = [event for event in EventItem.scan() if "start_permit_changed" in event.type]
    assert len(changes) == 1


def test_a_permit_that_could_not_be_shown_is_shown_when_it_comes_again(
    function: ModuleType, air: Airwaves
) -> None:
    rider = Street().rider()
    air.is_down = True
    assert deliver(function, handed_over(rider)) == [0]
    air.is_down = False
    assert deliver(function, handed_over(rider)) == []
    assert [one["revision"] for one in air.shown] == [1]


def test_of_two_who_show_at_once_the_later_permit_stays_with_the_device(
    function: ModuleType, air: Airwaves
) -> None:
    street = Street()
    rider = street.prepaid_rider(500)

    def rival() -> None:
        """Decides revision 2 and shows it, before our own showing of revision 1 has ended."""
        deliver(function, started(street.start(rider)))

    air.on_show = rival
    deliver(function, handed_over(rider))
    assert [one["revision"] for one in air.shown] == [1, 2, 2]
    assert air.shown[-1]["may_start"] is True


def test_an_asset_without_a_device_concerns_nobody(function: ModuleType, air: Airwaves) -> None:
    subscription = Street().active_subscription(CITY_METERED)
    ended = SubscriptionEnded(subscription.id, subscription.customer_id)
    assert deliver(function, event_body(ended)) == []
    assert air.shown == []


def test_what_concerns_no_device_comes_again_until_people_look(function: ModuleType) -> None:
    assert deliver(function, "no event", event_body(DeviceRegistered("dev_1", "ast_1"))) == [0, 1]


# --- Restrictions ---------------------------------------------------------------------------------


def request_of(rider: Rider, restriction: str) -> str:
    owner = rider.subscription
    return event_body(
        RestrictionRequested("cas_1", owner.id, owner.customer_id, restriction, "arrears")
    )


def release_of(rider: Rider, restriction: str) -> str:
    owner = rider.subscription
    return event_body(RestrictionReleased("cas_1", owner.id, owner.customer_id, restriction))


def fleet_events() -> list[str]:
    return sorted(
        event.type
        for event in EventItem.scan()
        if event.type.startswith("fleet.") and event.type != "fleet.device_registered.v1"
    )


def test_arrears_stop_new_prepaid_sessions_until_they_are_paid(function: ModuleType) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    now = datetime.now(UTC)
    body = request_of(rider, "no_new_prepaid_session")
    assert deliver(function, body, body) == []
    with pytest.raises(StartRestricted):
        street.start(rider, now=now)
    lift = release_of(rider, "no_new_prepaid_session")
    assert deliver(function, lift, lift) == []
    assert street.start(rider, now=now).is_open
    assert fleet_events() == ["fleet.restriction_imposed.v1", "fleet.restriction_lifted.v1"]


def test_paying_that_overtakes_the_request_leaves_the_customer_free(function: ModuleType) -> None:
    street = Street()
    rider = street.prepaid_rider(500)
    deliver(function, release_of(rider, "no_new_prepaid_session"))
    deliver(function, request_of(rider, "no_new_prepaid_session"))
    assert street.start(rider, now=datetime.now(UTC)).is_open
    gate = DynamoStartGates().find(rider.subscription.customer_id)
    assert gate is not None
    assert gate.restrictions == ()


def test_a_consumer_in_arrears_is_not_locked_out(function: ModuleType, air: Airwaves) -> None:
    rider = Street().rider()
    assert deliver(function, request_of(rider, "remote_lock")) == []
    assert fleet_events() == ["fleet.restriction_denied.v1"]
    assert DynamoDevices().get(rider.device_id).last_command_id is None
    assert air.handed == []


def test_a_restriction_nobody_knows_goes_to_people(function: ModuleType) -> None:
    rider = Street().rider()
    assert deliver(function, request_of(rider, "shout_at_them")) == [0]
    assert fleet_events() == []


# --- Commands -------------------------------------------------------------------------------------


def ordered(rider: Rider, key: str, action: CommandAction, now: datetime) -> Command:
    def decide(work: Any) -> Command:
        device = DynamoDevices().get(rider.device_id)
        order = CommandOrder(key, action, "rst_1")
        return request_command(order, device, work=work, commands=DynamoCommands())

    return Street().store.run(decide, now)


def told_of(command: Command) -> str:
    return event_body(
        CommandRequested(
            command.id, command.device_id, command.asset_id, command.action, command.deadline
        )
    )


def test_a_command_is_handed_over_and_noted_as_sent(function: ModuleType, air: Airwaves) -> None:
    rider = Street().rider()
    command = ordered(rider, "key-1", CommandAction.LOCK, datetime.now(UTC))
    assert deliver(function, told_of(command), told_of(command)) == []
    assert [one["id"] for one in air.handed] == [command.id, command.id]
    assert air.handed[0]["only_when_stationary"] is True
    assert DynamoCommands().get(command.id).status is CommandStatus.SENT


def test_a_command_that_was_overtaken_is_never_handed_over(
    function: ModuleType, air: Airwaves
) -> None:
    rider = Street().rider()
    now = datetime.now(UTC)
    lock = ordered(rider, "key-1", CommandAction.LOCK, now)
    unlock = ordered(rider, "key-2", CommandAction.UNLOCK, now)
    assert deliver(function, told_of(unlock), told_of(lock)) == []
    assert {one["action"] for one in air.handed} == {"unlock"}


def test_a_command_past_its_deadline_is_not_handed_over(
    function: ModuleType, air: Airwaves
) -> None:
    rider = Street().rider()
    late = ordered(rider, "key-1", CommandAction.LOCK, datetime.now(UTC) - timedelta(hours=1))
    assert deliver(function, told_of(late)) == []
    assert air.handed == []


def test_a_settled_session_takes_the_permit_away(function: ModuleType, air: Airwaves) -> None:
    rider = Street().prepaid_rider(500)
    owner = rider.subscription
    settled = SessionSettled(
        session_id="ses_1",
        wallet_id="wal_1",
        customer_id=owner.customer_id,
        subscription_id=owner.id,
        asset_id=rider.asset_id,
        amount=Money(190, "EUR"),
        tax_rate=Decimal(19),
        tax_country="DE",
        seconds=600,
        meter="ride_seconds",
        shortfall=Money(0, "EUR"),
        settled_at=NOW,
    )
    assert deliver(function, event_body(settled)) == []
    assert air.shown[-1]["reason"] == "no_session"


# --- Through AWS IoT ------------------------------------------------------------------------------


def test_the_permit_lies_in_the_shadow_of_the_thing(
    tables: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IOT_DATA_ENDPOINT", MOTOS_ENDPOINT)
    function = load_function("control_devices")
    rider = Street().rider()
    client("iot").create_thing(thingName=rider.device_id)
    assert deliver(function, handed_over(rider)) == []
    shadow = client("iot-data", MOTOS_ENDPOINT).get_thing_shadow(thingName=rider.device_id)
    document = json.loads(shadow["payload"].read())
    assert document["state"]["desired"]["start"]["may_start"] is True
