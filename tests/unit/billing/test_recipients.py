"""An invoice that must show the customer's address is not issued without; a small one may be."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.billing_fakes import BillingWorld
from tests.engine_world import EngineWorld, flat_plan
from tests.offer_fakes import CITY_FLAT
from umlauf.billing.errors import AddressMissing
from umlauf.billing.model import LineKind
from umlauf.billing.recipients import require_addresses
from umlauf.billing.results import Outcome
from umlauf.billing.terms import UMLAUF, UMLAUF_NL, LegalEntity
from umlauf.catalog.model import BaseFee, Deposit, Plan
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price
from umlauf.customers.billing_details import BillingDetails, PostalAddress
from umlauf.kernel.calendar import start_of_day
from umlauf.kernel.money import Money
from umlauf.subscriptions.model import Subscription

NOW = start_of_day(date(2026, 9, 1), "Europe/Berlin")
BERLIN = PostalAddress("Beispielweg 3", "10115", "Berlin", "DE")


def in_euros(minor: int) -> tuple[Price, ...]:
    return (Price("EUR", Flat(Decimal(minor))),)


def plan_over(gross_minor: int) -> Plan:
    fee = BaseFee(id="base-fee", name="Rent", prices=in_euros(gross_minor))
    return replace(CITY_FLAT, plan_id=f"rent-{gross_minor}", items=(fee,), add_ons=())


def contract(
    world: BillingWorld,
    plan: Plan,
    *,
    is_business: bool = False,
    address: PostalAddress | None = None,
) -> Subscription:
    subscription = world.active_subscription(plan, now=NOW)
    customer = world.customers.get(subscription.customer_id)
    known = replace(customer, is_business=is_business, billing=BillingDetails(address=address))
    world.store.run(lambda work: work.put(known), NOW)
    return subscription


@pytest.mark.parametrize(
    ("gross_minor", "is_business", "is_issued"),
    [
        pytest.param(250_00, False, True, id="small amount"),
        pytest.param(250_01, False, False, id="one cent more"),
        pytest.param(1_00, True, False, id="business, whatever the amount"),
    ],
)
def test_without_an_address_only_a_small_invoice_to_a_consumer_is_issued(
    gross_minor: int, *, is_business: bool, is_issued: bool
) -> None:
    world = BillingWorld()
    subscription = contract(world, plan_over(gross_minor), is_business=is_business)
    if is_issued:
        assert world.bill(subscription, now=NOW).outcome is Outcome.BILLED
        return
    commits = world.store.commits
    with pytest.raises(AddressMissing, match="billing details") as refused:
        world.bill(subscription, now=NOW)
    assert refused.value.field == "address"
    assert world.store.commits == commits, "nothing is left behind"


def test_once_the_address_is_entered_the_same_contract_is_billed() -> None:
    world = BillingWorld()
    subscription = contract(world, plan_over(250_01))
    with pytest.raises(AddressMissing):
        world.bill(subscription, now=NOW)
    customer = world.customers.get(subscription.customer_id)
    told = replace(customer, billing=BillingDetails(address=BERLIN))
    world.store.run(lambda work: work.put(told), NOW)
    invoice = world.bill(subscription, now=NOW).invoice
    assert invoice is not None
    assert invoice.gross.amount_minor == 250_01


def test_a_deposit_is_asked_for_without_an_address_for_it_is_no_invoice() -> None:
    world = BillingWorld()
    plan = plan_over(50_00)
    deposit = Deposit(id="deposit", name="Deposit", prices=in_euros(300_00))
    subscription = contract(world, replace(plan, items=(*plan.items, deposit)))
    result = world.bill(subscription, now=NOW)
    assert sorted(one.lines[0].kind for one in result.invoices) == [
        LineKind.BASE_FEE,
        LineKind.DEPOSIT,
    ]


@pytest.mark.parametrize(
    ("entity", "net", "is_small"),
    [
        pytest.param(UMLAUF, Money(250_00, "EUR"), True, id="Germany"),
        pytest.param(UMLAUF_NL, Money(100_00, "EUR"), True, id="the Netherlands"),
        pytest.param(UMLAUF_NL, Money(100_01, "EUR"), False, id="more than small there"),
        pytest.param(UMLAUF, Money(1, "USD"), False, id="not known in dollars"),
        pytest.param(replace(UMLAUF, country="AT"), Money(1, "EUR"), False, id="not known there"),
    ],
)
def test_what_is_small_is_said_by_the_law_of_who_issues(
    entity: LegalEntity, net: Money, *, is_small: bool
) -> None:
    world = EngineWorld.open([flat_plan("basic", 900)], date(2026, 9, 1))
    world.bill()
    [document] = world.bills[0][2]
    none = replace(net, amount_minor=0)
    draft = replace(document.draft, entity=entity, net=net, tax=none)
    ada = BillingWorld().sign_up("ada")
    with nullcontext() if is_small else pytest.raises(AddressMissing):
        require_addresses([replace(document, draft=draft)], ada)
