"""Two companies bill: each its own contracts, under its own numbers, against its own credit."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from tests.billing_fakes import BillingWorld
from tests.engine_world import EngineWorld, flat_plan
from tests.offer_fakes import CITY_FLAT, NOW
from umlauf.billing.credits import CreditBalance, EntryKind, empty_balance
from umlauf.billing.errors import NotInvoiceable
from umlauf.billing.model import Invoice
from umlauf.billing.results import BillingResult
from umlauf.billing.terms import UMLAUF, latest_day
from umlauf.billing.use_cases.bill_together import bill_together
from umlauf.catalog.model import Supply
from umlauf.customers.billing_details import FormerHome
from umlauf.customers.model import Customer
from umlauf.inventory.errors import UnknownStation
from umlauf.inventory.model import Station
from umlauf.inventory.use_cases.register_station import register_station
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.subscriptions.importing import RunningContract
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.use_cases.import_subscription import import_subscription
from umlauf.subscriptions.use_cases.place_order import Order

BIKE = replace(
    CITY_FLAT, items=tuple(replace(one, supply=Supply.TRANSPORT_HIRE) for one in CITY_FLAT.items)
)
AMSTERDAM = Station(id="amsterdam", name="Amsterdam", country="NL", time_zone="Europe/Amsterdam")


@pytest.fixture
def world() -> BillingWorld:
    made = BillingWorld()
    made.store.run(lambda work: register_station(AMSTERDAM, work=work, stations=made.stations), NOW)
    return made


def billed(world: BillingWorld, subscription: Subscription) -> Invoice:
    invoice = world.bill(subscription, now=NOW).invoice
    assert invoice is not None
    return invoice


def test_the_site_decides_who_bills_and_by_what_number(world: BillingWorld) -> None:
    for name in ("anna", "ben"):
        world.sign_up(name, country="NL")
    dutch = billed(world, world.active_subscription(BIKE, name="anna", site="amsterdam"))
    german = billed(world, world.active_subscription(BIKE, name="ben"))
    assert (dutch.legal_entity, dutch.number) == ("umlauf-nl", "NL-FA-2026-000001")
    assert (german.legal_entity, german.number) == ("umlauf-de", "RE-2026-000001")
    # Hire of a bike to a consumer is taxed where they live, whoever bills it.
    assert [tax.treatment.country for one in (dutch, german) for tax in one.taxes] == ["NL", "NL"]


def test_who_bills_is_settled_by_the_order_and_only_tax_follows_a_move(
    world: BillingWorld,
) -> None:
    subscription = world.active_subscription(BIKE)
    customer = world.customers.get(subscription.customer_id)
    moved = replace(customer, country="NL", former_homes=(FormerHome(date(2026, 9, 1), "DE"),))
    world.store.run(lambda work: work.put(moved), NOW)
    invoice = billed(world, subscription)
    assert (subscription.legal_entity, invoice.legal_entity) == ("umlauf-de", "umlauf-de")
    assert [tax.treatment.country for tax in invoice.taxes] == ["NL"]


def test_a_contract_keeps_its_company_though_its_station_is_elsewhere_now(
    world: BillingWorld,
) -> None:
    subscription = world.active_subscription(site="amsterdam")
    station = world.stations.get("amsterdam")
    world.store.run(lambda work: work.put(replace(station, country="DE")), NOW)
    assert billed(world, subscription).legal_entity == "umlauf-nl"


def test_an_order_at_a_site_that_is_none_is_refused(world: BillingWorld) -> None:
    world.publish(CITY_FLAT)
    order = Order(
        command_key="o", customer_id=world.sign_up().id, plan_id="city-flat", currency="EUR"
    )
    with pytest.raises(UnknownStation) as refused:
        world.order(replace(order, site="atlantis"))
    assert refused.value.field == "site"


def test_an_imported_contract_is_billed_by_the_company_of_its_site(world: BillingWorld) -> None:
    world.publish(CITY_FLAT)
    running = RunningContract(
        external_id="C-1",
        customer_id=world.sign_up().id,
        plan_id="city-flat",
        plan_version=1,
        currency="EUR",
        starts_on=date(2025, 9, 15),
        billed_through=date(2026, 9, 15),
        site="amsterdam",
    )
    taken_over = world.store.run(
        lambda work: import_subscription(running, work=work, desk=world.import_desk), NOW
    )
    assert taken_over.legal_entity == "umlauf-nl"


def test_a_contract_of_a_company_that_is_gone_is_not_billed_by_another(
    world: BillingWorld,
) -> None:
    orphan = replace(world.active_subscription(), legal_entity="umlauf-xx")
    world.store.run(lambda work: work.put(orphan), NOW)
    with pytest.raises(NotInvoiceable):
        world.bill(orphan, now=NOW)


def test_a_document_is_dated_and_due_by_the_calendar_and_terms_of_its_company() -> None:
    """Half an hour before the year ends in London it has begun in Berlin."""
    world = EngineWorld.open([flat_plan("one", 6_900)], date(2026, 1, 1))
    (bill,) = world.ahead(date(2026, 1, 1))
    late = replace(bill.documents[0].draft, composed_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    london = replace(UMLAUF, id="umlauf-uk", time_zone="Europe/London", payment_days=30)
    dates = [(one.issued_on, one.due_on) for one in (late, replace(late, entity=london))]
    assert dates == [
        (date(2027, 1, 1), date(2027, 1, 15)),
        (date(2026, 12, 31), date(2027, 1, 30)),
    ]
    assert latest_day(late.composed_at, (london, UMLAUF)) == date(2027, 1, 1)


def two_contracts(world: BillingWorld) -> tuple[Customer, list[Subscription]]:
    """One customer with a contract at each company."""
    dutch = world.active_subscription(site="amsterdam")
    german = world.active_subscription(key="-2")
    return world.customers.get(dutch.customer_id), [dutch, german]


def test_a_bill_for_all_contracts_of_a_customer_is_one_of_each_company(
    world: BillingWorld,
) -> None:
    _, contracts = two_contracts(world)

    def together(work: Work) -> tuple[BillingResult, ...]:
        return bill_together(contracts, world.next_number, work=work, desk=world.desk)

    world.store.run(together, NOW)
    assert [(one.number, one.legal_entity) for one in world.invoices()] == [
        ("NL-FA-2026-000001", "umlauf-nl"),
        ("RE-2026-000001", "umlauf-de"),
    ]
    for invoice in world.invoices():
        assert len({line.subscription_id for line in invoice.lines}) == 1


def test_credit_with_one_company_pays_no_invoice_of_the_other(world: BillingWorld) -> None:
    customer, (dutch, german) = two_contracts(world)
    full, entry = empty_balance(customer.id, "umlauf-nl", "EUR").move(
        EntryKind.PREPAYMENT, Money(10_000, "EUR"), "bank text", NOW
    )

    def paid_in(work: Work) -> None:
        work.put(full)
        work.put(entry)

    world.store.run(paid_in, NOW)
    invoices = {one.legal_entity: one for one in (billed(world, german), billed(world, dutch))}
    opened = {name: world.receivables.get(one.id) for name, one in invoices.items()}
    assert {name: one.open.amount_minor for name, one in opened.items() if one} == {
        "umlauf-de": 5900,
        "umlauf-nl": 0,
    }
    (left,) = world.store.all(CreditBalance)
    assert (left.legal_entity, left.amount) == ("umlauf-nl", Money(4_100, "EUR"))
