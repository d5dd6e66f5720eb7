"""People with bikes and devices, all in DynamoDB: where stories of use begin."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from tests.fakes import MemoryStore
from tests.offer_fakes import CITY_METERED, CITY_PREPAID, NOW, OfferWorld
from umlauf.catalog.model import Plan, price_in
from umlauf.fleet.ports import Certificate
from umlauf.fleet.use_cases.register_device import register_device
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work, carry_out
from umlauf.subscriptions.model import Subscription
from umlauf.usage.use_cases.mount_meter import mount_meter
from umlauf.wallets.model import Session, SessionTerms, Wallet, wallet_id_of
from umlauf.wallets.use_cases.credit_top_up import ArrivedPayment, credit_top_up
from umlauf.wallets.use_cases.open_wallet import open_wallet
from umlauf.wallets.use_cases.release_session import release_session
from umlauf.wallets.use_cases.start_session import SessionOrder, start_session
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.block_entries import DynamoBlockEntries
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.fleet.devices import DynamoDevices
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.inventory.holders import DynamoHolders
from umlauf_adapters.inventory.stations import DynamoStations
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_adapters.usage.readings import DynamoMeterPoints
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoStartGates, DynamoTopUps, DynamoWallets

T = TypeVar("T")


class DynamoStore(MemoryStore):
    """Runs decisions as an edge does, into DynamoDB."""

    def run(self, decide: Callable[[Work], T], now: datetime) -> T:
        return carry_out(decide, works=DynamoWorks(), now=now)


@dataclass(frozen=True)
class Rider:
    subscription: Subscription
    asset_id: str
    device_id: str

    @property
    def wallet(self) -> Wallet:
        """As it is stored now."""
        owner = self.subscription
        return DynamoWallets().get(wallet_id_of(owner.customer_id, owner.currency))

    def reading(self, seq: int, seconds: int, at: str, **more: Any) -> dict[str, Any]:
        """The message of a reading; its other registers follow the seconds."""
        return {
            "device_id": self.device_id,
            "boot": 1,
            "seq": seq,
            "at": at,
            "registers": {"ride_seconds": seconds, "metres": 4 * seconds, "rides": seconds // 600},
        } | more


class Street(OfferWorld):
    def __post_init__(self) -> None:
        self.store = DynamoStore()
        self.plans = DynamoPlans()  # type: ignore[assignment]
        self.customers = DynamoCustomers()  # type: ignore[assignment]
        self.block_entries = DynamoBlockEntries()  # type: ignore[assignment]
        self.assets = DynamoAssets()  # type: ignore[assignment]
        self.holders = DynamoHolders()  # type: ignore[assignment]
        self.stations = DynamoStations()  # type: ignore[assignment]
        self.subscriptions = DynamoSubscriptions()  # type: ignore[assignment]

    def rider(self, name: str = "ada", plan: Plan = CITY_METERED, now: datetime = NOW) -> Rider:
        """A subscriber with a bike that carries a device."""
        subscription = self.active_subscription(plan, name=name, now=now)
        asset_id = str(subscription.asset_id)
        device_id = self.fit_device(asset_id, f"lock-of-{name}", now)
        return Rider(subscription, asset_id, device_id)

    def fit_device(self, asset_id: str, serial: str, now: datetime = NOW) -> str:
        certificate = Certificate("c" * 64, "arn:aws:iot:::cert/c", "PEM")

        def decide(work: Work) -> str:
            device = register_device(
                serial, asset_id, certificate, work=work, devices=DynamoDevices()
            )
            mount_meter(device.id, asset_id, work=work, meter_points=DynamoMeterPoints())
            return device.id

        return self.store.run(decide, now)

    def prepaid_rider(self, balance: int = 0, name: str = "ada", now: datetime = NOW) -> Rider:
        rider = self.rider(name, CITY_PREPAID, now)
        customer_id = rider.subscription.customer_id
        wallet = self.store.run(
            lambda work: open_wallet(customer_id, "EUR", work=work, wallets=DynamoWallets()), now
        )
        if balance:
            payment = ArrivedPayment(f"att_{name}", wallet.id, Money(balance, "EUR"))
            self.store.run(
                lambda work: credit_top_up(
                    payment, work=work, wallets=DynamoWallets(), top_ups=DynamoTopUps()
                ),
                now,
            )
        return rider

    def start(self, rider: Rider, key: str = "key-1", now: datetime = NOW) -> Session:
        owner = rider.subscription
        plan = self.plans.get(owner.plan_id, owner.plan_version)
        item = plan.prepaid_item
        assert item is not None
        terms = SessionTerms(
            price=price_in(item, owner.currency),
            meter=item.meter,
            meter_units_per_unit=item.meter_units_per_unit,
            tax_rate=Decimal(19),
            tax_country="DE",
        )
        order = SessionOrder(key, owner.customer_id, owner.id, rider.asset_id, terms)
        return self.store.run(
            lambda work: start_session(
                order,
                work=work,
                wallets=DynamoWallets(),
                sessions=DynamoSessions(),
                gates=DynamoStartGates(),
            ),
            now,
        )

    def release(self, session: Session, now: datetime = NOW) -> Session:
        return self.store.run(
            lambda work: release_session(
                session.id,
                session.customer_id,
                work=work,
                wallets=DynamoWallets(),
                sessions=DynamoSessions(),
            ),
            now,
        )
