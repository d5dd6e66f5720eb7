"""In-memory ports and sample things of the offer: catalog, customers, inventory, subscriptions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeVar

from tests.fakes import MemoryStore
from umlauf.billing.sellers import SellersBySite
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.errors import UnknownCoupon, UnknownPlan
from umlauf.catalog.model import AddOn, BaseFee, Listing, MeteredItem, Plan, PrepaidItem, plan_key
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.catalog.price_models.tiers import Tier
from umlauf.catalog.use_cases.publish_plan import publish_plan
from umlauf.customers.errors import UnknownBlock, UnknownCustomer
from umlauf.customers.model import (
    BlockEntry,
    Customer,
    EmailOwner,
    Language,
    email_owner_id,
)
from umlauf.customers.use_cases.sign_up_customer import SignUp, sign_up_customer
from umlauf.inventory.errors import UnknownAsset, UnknownStation
from umlauf.inventory.model import Asset, EndedAssignment, Station
from umlauf.inventory.states import AssetState
from umlauf.inventory.use_cases.register_asset import NewAsset, register_asset
from umlauf.inventory.use_cases.register_station import register_station
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.work import Page
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.due import day_bucket, shard_of
from umlauf.subscriptions.errors import UnknownSubscription
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf.subscriptions.ports import ContractDesk, DuePage
from umlauf.subscriptions.schedule import Cycle
from umlauf.subscriptions.use_cases.activate_subscription import activate_subscription
from umlauf.subscriptions.use_cases.allocate_asset import Allocation, allocate_asset
from umlauf.subscriptions.use_cases.import_subscription import ImportDesk
from umlauf.subscriptions.use_cases.place_order import Order, place_order

T = TypeVar("T")
NOW = datetime(2026, 9, 1, 10, 30, tzinfo=UTC)
MONTHLY = Interval(IntervalUnit.MONTH)
MODEL = "city-bike"


def _page(items: Iterable[T], limit: int, cursor: str | None) -> Page[T]:
    start, found = int(cursor or 0), list(items)
    end = start + limit
    return Page(found[start:end], str(end) if end < len(found) else None)


@dataclass
class MemoryPlans:
    store: MemoryStore

    def get(self, plan_id: str, plan_version: int) -> Plan:
        plan = self.store.get(Plan, plan_key(plan_id, plan_version))
        if plan is None:
            raise UnknownPlan(plan_id)
        return plan

    def listing(self, plan_id: str) -> Listing | None:
        return self.store.get(Listing, plan_id)

    def on_sale(self, plan_id: str) -> Plan:
        listing = self.listing(plan_id)
        if listing is None:
            raise UnknownPlan(plan_id)
        return self.get(plan_id, listing.plan_version)

    def list_on_sale(self) -> Sequence[Plan]:
        listings = sorted(self.store.all(Listing), key=lambda listing: listing.id)
        return [self.get(listing.id, listing.plan_version) for listing in listings]


@dataclass
class MemoryCoupons:
    store: MemoryStore

    def get(self, coupon_id: str) -> Coupon:
        coupon = self.find(coupon_id)
        if coupon is None:
            raise UnknownCoupon(coupon_id)
        return coupon

    def find(self, coupon_id: str) -> Coupon | None:
        return self.store.get(Coupon, coupon_id)

    def list_all(self) -> Sequence[Coupon]:
        return sorted(self.store.all(Coupon), key=lambda coupon: coupon.id)


@dataclass
class MemoryCustomers:
    store: MemoryStore

    def get(self, customer_id: str) -> Customer:
        customer = self.find(customer_id)
        if customer is None:
            raise UnknownCustomer(customer_id)
        return customer

    def find(self, customer_id: str) -> Customer | None:
        return self.store.get(Customer, customer_id)

    def owner_of_email(self, address: str) -> EmailOwner | None:
        return self.store.get(EmailOwner, email_owner_id(address))

    def list_by_country(
        self, country: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Customer]:
        found = (one for one in self.store.all(Customer) if one.country == country)
        return _page(sorted(found, key=lambda one: one.signed_up_at, reverse=True), limit, cursor)


@dataclass
class MemoryBlockEntries:
    store: MemoryStore

    def get(self, customer_id: str, block_id: str) -> BlockEntry:
        entry = self.store.get(BlockEntry, block_id)
        if entry is None or entry.customer_id != customer_id:
            raise UnknownBlock(block_id)
        return entry

    def of_customer(self, customer_id: str) -> Sequence[BlockEntry]:
        return [one for one in self.store.all(BlockEntry) if one.customer_id == customer_id]


@dataclass
class MemoryAssets:
    store: MemoryStore

    def get(self, asset_id: str) -> Asset:
        asset = self.find(asset_id)
        if asset is None:
            raise UnknownAsset(asset_id)
        return asset

    def find(self, asset_id: str) -> Asset | None:
        return self.store.get(Asset, asset_id)

    def list_by_state(
        self, state: AssetState, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Asset]:
        return _page((one for one in self.store.all(Asset) if one.state is state), limit, cursor)

    def list_at_station(
        self, station_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Asset]:
        return _page(
            (one for one in self.store.all(Asset) if one.station_id == station_id), limit, cursor
        )


@dataclass
class MemoryHolders:
    store: MemoryStore

    def holder_at(self, asset_id: str, instant: datetime) -> str | None:
        holder = MemoryAssets(self.store).get(asset_id).holder
        if holder is not None and holder.start <= instant:
            return holder.subscription_id
        for ended in self.history(asset_id):
            if ended.contains(instant):
                return ended.subscription_id
        return None

    def history(self, asset_id: str) -> Sequence[EndedAssignment]:
        found = [one for one in self.store.all(EndedAssignment) if one.asset_id == asset_id]
        return sorted(found, key=lambda ended: ended.start)


@dataclass
class MemoryStations:
    store: MemoryStore

    def get(self, station_id: str) -> Station:
        station = self.find(station_id)
        if station is None:
            raise UnknownStation(station_id)
        return station

    def find(self, station_id: str) -> Station | None:
        return self.store.get(Station, station_id)

    def list_all(self, *, limit: int = 50, cursor: str | None = None) -> Page[Station]:
        return _page(sorted(self.store.all(Station), key=lambda station: station.id), limit, cursor)


@dataclass
class MemorySubscriptions:
    store: MemoryStore

    def get(self, subscription_id: str) -> Subscription:
        subscription = self.find(subscription_id)
        if subscription is None:
            raise UnknownSubscription(subscription_id)
        return subscription

    def find(self, subscription_id: str) -> Subscription | None:
        return self.store.get(Subscription, subscription_id)

    def list_of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Subscription]:
        found = (one for one in self.store.all(Subscription) if one.customer_id == customer_id)
        return _page(sorted(found, key=lambda one: one.ordered_at, reverse=True), limit, cursor)

    def list_due(
        self,
        bucket: str,
        shard: int,
        *,
        until: datetime,
        limit: int = 50,
        cursor: str | None = None,
    ) -> DuePage:
        due = [
            (one.next_due_at, one)
            for one in self.store.all(Subscription)
            if one.next_due_at is not None
            and one.next_due_at <= until
            and (day_bucket(one.next_due_at), shard_of(one.customer_id)) == (bucket, shard)
        ]
        ordered = (one for _, one in sorted(due, key=lambda pair: pair[0]))
        page = _page(ordered, limit, cursor)
        return DuePage(page.items, page.next_cursor)


def euros(amount: str, *, usd: str | None = None) -> tuple[Price, ...]:
    """A flat price in euros, and perhaps in dollars, given in major units."""
    amounts = {"EUR": amount} | ({"USD": usd} if usd else {})
    return tuple(Price(code, Flat(Decimal(value) * 100)) for code, value in amounts.items())


def pending_under(plan: Plan, add_ons: tuple[str, ...] = ()) -> Subscription:
    """An order for a plan that waits for its start."""
    agreement = Agreement(
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        interval=plan.interval,
        agreed_on=NOW.date(),
        add_ons=add_ons,
    )
    return Subscription(
        id="sub_1",
        customer_id="cus_1",
        currency="EUR",
        time_zone="Europe/Berlin",
        ordered_at=NOW,
        agreements=(agreement,),
        reason_not_due=ReasonNotDue.NOT_ACTIVE,
    )


def subscribed(grid: Cycle) -> Subscription:
    """A running subscription to one month's flat price, with the given billing grid."""
    agreement = Agreement(
        plan_id="city-flat",
        plan_version=1,
        interval=grid.interval,
        starts_on=grid.starts_on,
        anchor=grid.anchor,
    )
    return Subscription(
        id="sub_1",
        customer_id="cus_1",
        currency="EUR",
        time_zone="Europe/Berlin",
        ordered_at=NOW,
        agreements=(agreement,),
        status=Status.ACTIVE,
        starts_on=grid.starts_on,
        ends_on=grid.ends_on,
        billed_through=grid.starts_on,
        next_due_at=NOW,
    )


THEFT_COVER = AddOn(
    "theft-cover",
    "Theft cover",
    (BaseFee(id="theft-cover", name="Theft cover", prices=euros("4.90")),),
)
CITY_FLAT = Plan(
    plan_id="city-flat",
    name="City flat",
    interval=MONTHLY,
    asset_model=MODEL,
    add_ons=(THEFT_COVER,),
    items=(BaseFee(id="base-fee", name="Bike", prices=euros("59.00", usd="64.00")),),
)
CITY_METERED = Plan(
    plan_id="city-metered",
    name="City metered",
    interval=MONTHLY,
    asset_model=MODEL,
    add_ons=(THEFT_COVER,),
    items=(
        BaseFee(id="base-fee", name="Base fee", prices=euros("9.90")),
        MeteredItem(
            id="ride-minutes",
            name="Ride minutes",
            meter="ride_seconds",
            unit="minute",
            meter_units_per_unit=60,
            prices=(
                Price(
                    "EUR",
                    Graduated(
                        (
                            Tier(Decimal(300), Decimal(0)),
                            Tier(Decimal(900), Decimal("8.5")),
                            Tier(None, Decimal("4.25")),
                        )
                    ),
                ),
            ),
        ),
    ),
)
CITY_PREPAID = Plan(
    plan_id="city-prepaid",
    name="City prepaid",
    interval=MONTHLY,
    asset_model=MODEL,
    items=(
        PrepaidItem(
            id="ride-minutes",
            name="Ride minutes",
            meter="ride_seconds",
            unit="minute",
            meter_units_per_unit=60,
            prices=(Price("EUR", PerUnit(Decimal(19))),),
        ),
    ),
)
STATION = Station(id="sta_depot", name="Depot", country="DE", time_zone="Europe/Berlin")


@dataclass
class OfferWorld:
    """A store with its ports, and short ways to the usual beginnings of a story."""

    store: MemoryStore = field(default_factory=MemoryStore)

    def __post_init__(self) -> None:
        self.plans = MemoryPlans(self.store)
        self.customers = MemoryCustomers(self.store)
        self.block_entries = MemoryBlockEntries(self.store)
        self.assets = MemoryAssets(self.store)
        self.holders = MemoryHolders(self.store)
        self.stations = MemoryStations(self.store)
        self.subscriptions = MemorySubscriptions(self.store)

    @property
    def contract_desk(self) -> ContractDesk:
        sellers = SellersBySite(self.stations)
        return ContractDesk(self.subscriptions, self.plans, self.customers, sellers)

    @property
    def import_desk(self) -> ImportDesk:
        return ImportDesk(self.contract_desk, MemoryCoupons(self.store), self.assets)

    def publish(self, draft: Plan = CITY_FLAT, *, now: datetime = NOW) -> Plan:
        return self.store.run(lambda work: publish_plan(draft, work=work, plans=self.plans), now)

    def sign_up(self, name: str = "ada", *, country: str = "DE", now: datetime = NOW) -> Customer:
        command = SignUp(
            command_key=f"sign-up-{name}",
            email=f"{name}@example.org",
            name=name.title(),
            country=country,
            language=Language.ENGLISH,
        )
        return self.store.run(
            lambda work: sign_up_customer(command, work=work, customers=self.customers), now
        )

    def register_asset(self, serial: str = "A-1", *, now: datetime = NOW) -> Asset:
        self.store.run(
            lambda work: register_station(STATION, work=work, stations=self.stations), now
        )
        command = NewAsset(serial=serial, model=MODEL, station_id=STATION.id)
        return self.store.run(
            lambda work: register_asset(
                command, work=work, assets=self.assets, stations=self.stations
            ),
            now,
        )

    def order(self, order: Order, *, now: datetime = NOW) -> Subscription:
        return self.store.run(
            lambda work: place_order(
                order,
                work=work,
                desk=self.contract_desk,
                block_entries=self.block_entries,
                coupons=MemoryCoupons(self.store),
            ),
            now,
        )

    def allocate(self, subscription_id: str, asset_id: str, *, now: datetime = NOW) -> Subscription:
        command = Allocation(subscription_id=subscription_id, asset_id=asset_id)
        return self.store.run(
            lambda work: allocate_asset(
                command,
                work=work,
                subscriptions=self.subscriptions,
                plans=self.plans,
                assets=self.assets,
            ),
            now,
        )

    def activate(self, subscription_id: str, *, now: datetime = NOW) -> Subscription:
        return self.store.run(
            lambda work: activate_subscription(
                subscription_id,
                payment_ready=True,
                work=work,
                subscriptions=self.subscriptions,
                plans=self.plans,
                assets=self.assets,
            ),
            now,
        )

    def active_subscription(
        self,
        draft: Plan = CITY_FLAT,
        *,
        name: str = "ada",
        key: str = "",
        add_ons: tuple[str, ...] = (),
        site: str | None = None,
        now: datetime = NOW,
    ) -> Subscription:
        """A subscriber with a bike in their hands since `now`; `key` names a further one."""
        self.publish(draft, now=now)
        customer = self.sign_up(name, now=now)
        asset = self.register_asset(f"bike-of-{name}{key}", now=now)
        order = Order(
            command_key=f"order-{name}{key}",
            customer_id=customer.id,
            plan_id=draft.plan_id,
            currency="EUR",
            add_ons=add_ons,
            site=site,
        )
        pending = self.order(order, now=now)
        self.allocate(pending.id, asset.id, now=now)
        self.activate(pending.id, now=now)
        return self.subscriptions.get(pending.id)
