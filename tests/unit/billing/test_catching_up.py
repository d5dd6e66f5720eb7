"""Contracts are billed up to date, and those of one customer on one invoice where wanted."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from tests.billing_fakes import BillingWorld, MemoryParkedContracts
from tests.offer_fakes import CITY_FLAT, CITY_METERED, MONTHLY
from umlauf.billing.catching_up import MAX_BOUNDARIES, BillingOffice, catch_up, due_with
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.results import BillingResult, NextNumber, Outcome
from umlauf.billing.use_cases.park_contract import Obstacle, park_contract
from umlauf.catalog.model import BaseFee, Plan
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval, IntervalUnit, start_of_day
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.subscriptions.ending import voided
from umlauf.subscriptions.model import Subscription

SEPTEMBER = start_of_day(date(2026, 9, 1), "Europe/Berlin")
DAILY = replace(CITY_FLAT, plan_id="daily", interval=Interval(IntervalUnit.DAY))


@dataclass
class Numbers:
    """Counts what is asked for and what is used."""

    world: BillingWorld
    attempts: int = 0
    taken: list[str] = field(default_factory=list)

    def for_work(self, work: Work) -> NextNumber:
        del work
        self.attempts += 1
        return self.world.next_number

    def used(self, numbers: Iterable[str]) -> None:
        self.taken.extend(dict.fromkeys(numbers))


class Office:
    def __init__(self) -> None:
        self.world = BillingWorld()
        self.numbers = Numbers(self.world)
        self.parked = MemoryParkedContracts(self.world.store)

    def subscribe(self, key: str, plan: Plan = CITY_FLAT, *, name: str = "ada") -> Subscription:
        """One more contract of a customer, active since 1 September."""
        return self.world.active_subscription(plan, name=name, key=key, now=SEPTEMBER)

    def at(self, now: datetime) -> BillingOffice:
        return BillingOffice(self.world.desk, self.world.store, self.parked, self.numbers, now)

    def bill(
        self, *contracts: Subscription, now: datetime = SEPTEMBER, were_parked: bool = False
    ) -> list[tuple[BillingResult, ...]]:
        return list(catch_up(contracts, self.at(now), were_parked=were_parked))


@pytest.fixture
def office() -> Office:
    return Office()


def test_contracts_of_a_customer_share_an_invoice_and_keep_their_charges(office: Office) -> None:
    contracts = [office.subscribe("one"), office.subscribe("two", CITY_METERED)]
    (results,) = office.bill(*contracts)
    (invoice,) = office.world.invoices()
    assert [line.subscription_id for line in invoice.lines] == [one.id for one in contracts]
    assert [line.number for line in invoice.lines] == [1, 2]
    assert invoice.gross.amount_minor == 5900 + 990
    assert [one.subscription.id for one in results] == [one.id for one in contracts]
    for contract, line in zip(contracts, invoice.lines, strict=True):
        (charge,) = office.world.charges.of_subscription(contract.id)
        assert (charge.invoice_id, charge.line) == (invoice.id, line.number)
        moved = office.world.subscriptions.get(contract.id)
        assert moved.billed_through == date(2026, 10, 1)
    assert office.numbers.taken == [invoice.number]


def test_a_shared_invoice_is_given_back_to_the_last_cent_of_its_tax(office: Office) -> None:
    fee = BaseFee(id="fee", name="Fee", prices=(Price("EUR", Flat(Decimal(6900))),))
    plan = replace(CITY_FLAT, plan_id="uneven", items=(fee,), add_ons=())
    contracts = [office.subscribe("one", plan), office.subscribe("two", plan)]
    office.bill(*contracts)
    for contract, day in zip(contracts, (3, 5), strict=True):
        now = start_of_day(date(2026, 9, day), "Europe/Berlin")
        work = Work(now)
        work.put(voided(office.world.subscriptions.get(contract.id), now))
        office.world.store.commit(work)
        office.bill(contract, now=now)
    # 138 euros bear 22.03, but 69 by themselves 11.02.
    (invoice,) = office.world.invoices()
    notes = sorted(office.world.store.all(CreditNote), key=lambda note: note.number)
    assert invoice.tax == Money(2203, "EUR")
    assert [note.tax for note in notes] == [Money(1102, "EUR"), Money(1101, "EUR")]


def test_each_month_has_one_invoice_until_all_are_up_to_date(office: Office) -> None:
    contracts = [office.subscribe("one"), office.subscribe("two", DAILY)]
    third = start_of_day(date(2026, 9, 3), "Europe/Berlin")
    outcomes = [len(results) for results in office.bill(*contracts, now=third)]
    assert outcomes == [2, 1, 1]  # the monthly one drops out, the daily one goes on
    assert len(office.world.invoices()) == 3


def test_prices_with_and_without_tax_do_not_share_an_invoice(office: Office) -> None:
    net = replace(CITY_FLAT, plan_id="net", prices_include_tax=False)
    office.bill(office.subscribe("one"), office.subscribe("two", net))
    assert len(office.world.invoices()) == 2
    assert len(office.numbers.taken) == 2


def test_what_does_not_fit_one_transaction_is_billed_in_halves(office: Office) -> None:
    items = tuple(
        BaseFee(id=f"fee-{n}", name="Fee", prices=(Price("EUR", Flat(Decimal(100))),))
        for n in range(40)
    )
    plan = Plan(plan_id="many-fees", name="Many", interval=MONTHLY, items=items)
    plan = replace(plan, asset_model=CITY_FLAT.asset_model)
    contracts = [office.subscribe(str(n), plan) for n in range(3)]
    office.bill(*contracts)
    assert sorted(len(invoice.lines) for invoice in office.world.invoices()) == [40, 80]


def test_a_contract_far_behind_catches_up_so_far_and_no_further(office: Office) -> None:
    contract = office.subscribe("one", DAILY)
    december = start_of_day(date(2026, 12, 1), "Europe/Berlin")
    assert len(office.bill(contract, now=december)) == MAX_BOUNDARIES
    moved = office.world.subscriptions.get(contract.id)
    assert moved.due_on == date(2026, 9, 1 + MAX_BOUNDARIES)


def test_one_who_lost_a_race_asks_for_numbers_again_and_finds_it_done(office: Office) -> None:
    contract = office.subscribe("one")

    def rival(_work: Work) -> None:
        office.world.bill(contract, now=SEPTEMBER)

    office.world.store.before_commit = rival
    ((result,),) = office.bill(contract)
    assert result.outcome is Outcome.NOT_DUE
    assert (office.numbers.attempts, office.numbers.taken) == (2, [])
    assert len(office.world.invoices()) == 1


def test_a_parked_contract_is_released_by_the_work_that_bills_it(office: Office) -> None:
    contract = office.subscribe("one")
    office.world.store.run(
        lambda work: park_contract(
            contract.id,
            Obstacle("a.code", "why"),
            run_id="run_1",
            due_at=SEPTEMBER,
            work=work,
            parked=office.parked,
        ),
        SEPTEMBER,
    )
    before = office.world.store.commits
    office.bill(contract, were_parked=True)
    assert office.world.store.commits == before + 1
    assert office.parked.waiting().items == []


def test_what_is_due_together_is_the_customers_in_one_currency(office: Office) -> None:
    mine = [office.subscribe(str(n)) for n in range(3)]
    office.subscribe("other", name="bob")
    office.world.bill(mine[1], now=SEPTEMBER)  # not due any more
    dollars = replace(office.subscribe("dollars"), currency="USD")
    office.world.store.run(lambda work: work.put(dollars), SEPTEMBER)
    found = due_with(mine[2], SEPTEMBER, office.world.subscriptions)
    assert [one.id for one in found] == [mine[2].id, mine[0].id]
