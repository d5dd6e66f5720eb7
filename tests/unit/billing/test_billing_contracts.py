"""Billing a contract: what is charged when, once, and all in one work."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_FLAT, CITY_METERED, CITY_PREPAID, MONTHLY
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.errors import TaxRateUnknown, TooManyCharges, VatIdMissing
from umlauf.billing.events import InvoiceIssued
from umlauf.billing.model import (
    Invoice,
    LineKind,
    PriceBasis,
    Receivable,
)
from umlauf.billing.numbering import DocumentNumber, NumberUse
from umlauf.billing.results import Outcome
from umlauf.billing.use_cases.bill_contract import bill_contract
from umlauf.catalog.model import AddOn, BaseFee, MeteredItem, Plan, Supply, TaxCategory
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.customers.model import Customer
from umlauf.kernel.calendar import Period, start_of_day
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf.subscriptions.ending import cancelled
from umlauf.subscriptions.model import ReasonNotDue, Subscription

START = datetime(2026, 1, 31, 10, 30, tzinfo=UTC)
SEPTEMBER = Period(date(2026, 9, 1), date(2026, 10, 1))


def cents(amount: int) -> Money:
    return Money(amount, "EUR")


def boundary(day: date) -> datetime:
    return start_of_day(day, "Europe/Berlin")


@pytest.fixture
def world() -> BillingWorld:
    return BillingWorld()


def counted(world: BillingWorld, subscription: Subscription) -> Decimal:
    """What is rated of the contract's meters, in their whole units."""
    charges = world.charges.of_subscription(subscription.id)
    return sum((charge.usage.counted for charge in charges if charge.usage), Decimal(0))


def metered_since_september(world: BillingWorld) -> Subscription:
    """Metered since 1 September, the first fee billed; 300 minutes free, then 8.5 cents each."""
    start = boundary(date(2026, 9, 1))
    subscription = world.active_subscription(CITY_METERED, now=start)
    world.bill(subscription, now=start)
    return world.subscriptions.get(subscription.id)


def test_the_first_invoice_is_the_fee_ahead_with_tax_contained(world: BillingWorld) -> None:
    subscription = world.active_subscription(CITY_FLAT, add_ons=("theft-cover",))
    result = world.bill(subscription, now=subscription.activated_at or START)

    invoice = result.invoice
    assert invoice is not None
    assert [(line.item, line.kind, line.amount) for line in invoice.lines] == [
        ("base-fee", LineKind.BASE_FEE, cents(5900)),
        ("theft-cover", LineKind.ADD_ON, cents(490)),
    ]
    assert (invoice.net, invoice.tax, invoice.gross) == (cents(5370), cents(1020), cents(6390))
    assert invoice.lines[0].service_period == Period(date(2026, 9, 1), date(2026, 10, 1))
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 9, 1), date(2026, 9, 15))
    assert invoice.price_basis is PriceBasis.GROSS


def test_one_work_holds_everything_billing_changes(world: BillingWorld) -> None:
    subscription = world.active_subscription()
    before = world.store.commits
    invoice = world.bill(subscription, now=START.replace(year=2027)).invoice

    assert invoice is not None
    assert world.store.commits == before + 1
    receivable = world.receivables.get(invoice.id)
    assert receivable is not None
    assert (receivable.open, receivable.watch_on) == (cents(5900), date(2027, 2, 15))
    number = world.store.get(DocumentNumber, invoice.number)
    assert number is not None
    assert (number.use, number.document_id) == (NumberUse.ISSUED, invoice.id)
    moved = world.subscriptions.get(subscription.id)
    assert moved.billed_through == date(2026, 10, 1)
    (charge,) = world.charges.of_subscription(subscription.id)
    assert charge.id == f"{subscription.id}#base-fee#2026-09-01#0"
    assert (charge.invoice_id, charge.line, charge.creditable) == (invoice.id, 1, cents(5900))
    (issued,) = [event for event in world.store.events if isinstance(event, InvoiceIssued)]
    assert (issued.number, issued.gross, issued.is_business) == (
        invoice.number,
        invoice.gross,
        False,
    )


def test_asked_again_nothing_is_due(world: BillingWorld) -> None:
    subscription = world.active_subscription()
    now = boundary(date(2026, 9, 2))
    assert world.bill(subscription, now=now).outcome is Outcome.BILLED
    commits = world.store.commits
    assert [world.bill(subscription, now=now).outcome for _ in range(3)] == [Outcome.NOT_DUE] * 3
    assert (world.store.commits, len(world.invoices())) == (commits, 1)


def test_of_two_runs_at_once_one_bills_and_the_other_finds_it_done(world: BillingWorld) -> None:
    subscription = world.active_subscription()
    now = boundary(date(2026, 9, 2))

    def rival(_work: Work) -> None:
        world.bill(subscription, now=now)

    world.store.before_commit = rival
    assert world.bill(subscription, now=now).outcome is Outcome.NOT_DUE
    assert len(world.invoices()) == 1


def test_an_old_copy_of_the_contract_cannot_be_billed(world: BillingWorld) -> None:
    old = world.active_subscription()
    now = boundary(date(2026, 9, 2))
    world.bill(old, now=now)
    work = Work(now)
    bill_contract(old, world.next_number, work=work, desk=world.desk)
    with pytest.raises(StaleVersion):
        world.store.commit(work)


def test_a_charge_on_record_stops_whoever_did_not_see_it(world: BillingWorld) -> None:
    """The contract's version is one guard, the charge's identity is another."""
    old = world.active_subscription()
    now = boundary(date(2026, 9, 2))
    work = Work(now)
    bill_contract(old, world.next_number, work=work, desk=world.desk)
    (charge,) = [one for one in work.aggregates if isinstance(one, BilledCharge)]
    world.store.run(lambda other: other.put(charge), now)
    with pytest.raises(StaleVersion):
        world.store.commit(work)
    assert world.invoices() == []


def test_what_is_charged_already_is_not_charged_again(world: BillingWorld) -> None:
    """Say, by an import of running contracts: nothing is left to charge, so it moves on."""
    subscription = world.active_subscription()
    now = boundary(date(2026, 9, 2))
    work = Work(now)
    bill_contract(subscription, world.next_number, work=work, desk=world.desk)
    (charge,) = [one for one in work.aggregates if isinstance(one, BilledCharge)]
    world.store.run(lambda other: other.put(charge), now)
    assert world.bill(subscription, now=now).outcome is Outcome.NOTHING_TO_CHARGE
    assert world.invoices() == []


def test_a_month_end_anchor_never_drifts(world: BillingWorld) -> None:
    subscription = world.active_subscription(now=START)
    now = datetime(2026, 6, 1, tzinfo=UTC)
    while world.bill(subscription, now=now).is_due_again(now):
        pass
    starts = [invoice.lines[0].service_period.start for invoice in world.invoices()]
    assert starts == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 31),
    ]


def test_the_fee_is_in_advance_and_the_usage_in_arrears(world: BillingWorld) -> None:
    subscription = metered_since_september(world)
    world.rollups.ride(subscription.id, date(2026, 9, 1), 200 * 60)
    world.rollups.ride(subscription.id, date(2026, 9, 30), 200 * 60 + 30)
    world.rollups.ride(subscription.id, date(2026, 10, 1), 999 * 60)  # the next period's

    invoice = world.bill(subscription, now=boundary(date(2026, 10, 1))).invoice
    assert invoice is not None
    fee, usage = invoice.lines
    assert fee.service_period == Period(date(2026, 10, 1), date(2026, 11, 1))
    assert usage.service_period == SEPTEMBER
    assert (usage.quantity, usage.unit) == (Decimal("400.5"), "minute")
    assert usage.amount == cents(854)  # 100.5 minutes at 8.5 cents


def test_free_use_is_shown_and_recorded(world: BillingWorld) -> None:
    subscription = metered_since_september(world)
    world.rollups.ride(subscription.id, date(2026, 9, 5), 60)
    invoice = world.bill(subscription, now=boundary(date(2026, 10, 1))).invoice
    assert invoice is not None
    assert [(line.kind, line.amount) for line in invoice.lines] == [
        (LineKind.BASE_FEE, cents(990)),
        (LineKind.USAGE, cents(0)),
    ]
    assert counted(world, subscription) == 60


def test_late_usage_rerates_its_period_and_bills_the_difference(world: BillingWorld) -> None:
    subscription = metered_since_september(world)
    world.rollups.ride(subscription.id, date(2026, 9, 10), 290 * 60)
    world.bill(subscription, now=boundary(date(2026, 10, 1)))
    world.rollups.ride(subscription.id, date(2026, 9, 20), 20 * 60)  # ten beyond the free tier

    invoice = world.bill(subscription, now=boundary(date(2026, 11, 1))).invoice
    assert invoice is not None
    (difference,) = [x for x in invoice.lines if x.kind is LineKind.USAGE_DIFFERENCE]
    assert (difference.service_period, difference.amount) == (SEPTEMBER, cents(85))
    assert difference.quantity == 20
    charges = {charge.id: charge for charge in world.charges.of_subscription(subscription.id)}
    own = charges[f"{subscription.id}#ride-minutes#2026-09-01#1"]
    assert (own.amount, own.full_minor) == (cents(85), Decimal(85))


def test_usage_corrected_downwards_is_given_back_as_a_line(world: BillingWorld) -> None:
    subscription = metered_since_september(world)
    world.rollups.ride(subscription.id, date(2026, 9, 10), 400 * 60)
    world.bill(subscription, now=boundary(date(2026, 10, 1)))
    world.rollups.ride(subscription.id, date(2026, 9, 10), -60 * 60)

    invoice = world.bill(subscription, now=boundary(date(2026, 11, 1))).invoice
    assert invoice is not None
    (difference,) = [x for x in invoice.lines if x.kind is LineKind.USAGE_DIFFERENCE]
    assert difference.amount == cents(-510)
    assert invoice.gross == cents(990 - 510)


def test_a_bill_below_zero_is_a_credit_note_and_pays_the_next_invoice(
    world: BillingWorld,
) -> None:
    subscription = metered_since_september(world)
    world.rollups.ride(subscription.id, date(2026, 9, 10), 900 * 60)  # 51.00 of usage
    billed = world.bill(subscription, now=boundary(date(2026, 10, 1))).invoice
    assert billed is not None
    world.rollups.ride(subscription.id, date(2026, 9, 10), -900 * 60)

    result = world.bill(subscription, now=boundary(date(2026, 11, 1)))
    assert result.invoices == ()
    (note,) = world.store.all(CreditNote)
    assert result.numbers == (note.number,) == ("GS-2026-000001",)
    assert note.gross == cents(5100 - 990)
    receivable = world.receivables.get(billed.id)
    assert receivable is not None
    assert receivable.open == billed.gross - note.gross
    assert counted(world, subscription) == 0


def test_nothing_to_charge_is_on_record_and_moves_on_without_a_document(
    world: BillingWorld,
) -> None:
    free = replace(CITY_METERED, plan_id="free-start", items=(CITY_METERED.items[1],), add_ons=())
    start = boundary(date(2026, 9, 1))
    subscription = world.active_subscription(free, now=start)
    now = boundary(date(2026, 10, 1))
    outcomes = [world.bill(subscription, now=now).outcome for _ in range(3)]
    assert outcomes == [Outcome.NOTHING_TO_CHARGE, Outcome.NOTHING_TO_CHARGE, Outcome.NOT_DUE]
    for document in (Invoice, Receivable, DocumentNumber):
        assert list(world.store.all(document)) == []
    assert world.subscriptions.get(subscription.id).billed_through == date(2026, 11, 1)
    (charge,) = world.store.all(BilledCharge)
    assert (charge.invoice_id, charge.amount) == ("", cents(0))


def test_a_prepaid_contract_is_never_due(world: BillingWorld) -> None:
    subscription = world.active_subscription(CITY_PREPAID)
    assert subscription.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET
    assert world.bill(subscription, now=boundary(date(2027, 1, 1))).outcome is Outcome.NOT_DUE


def test_the_last_invoice_charges_usage_and_gives_the_unused_fee_back(world: BillingWorld) -> None:
    subscription = metered_since_september(world)
    world.rollups.ride(subscription.id, date(2026, 9, 10), 400 * 60)
    ending = cancelled(subscription, date(2026, 9, 16), boundary(date(2026, 9, 10)))
    world.store.run(lambda work: work.put(ending), START)

    invoice = world.bill(subscription, now=boundary(date(2026, 9, 16))).invoice
    assert invoice is not None
    assert [(line.kind, line.service_period, line.amount) for line in invoice.lines] == [
        (LineKind.BASE_FEE, Period(date(2026, 9, 16), date(2026, 10, 1)), cents(-495)),
        (LineKind.USAGE, Period(date(2026, 9, 1), date(2026, 9, 16)), cents(850)),
    ]
    closing = world.subscriptions.get(subscription.id)
    assert closing.next_due_at == start_of_day(date(2026, 9, 23), "Europe/Berlin")

    world.rollups.ride(subscription.id, date(2026, 9, 15), 100 * 60)  # told after the last bill
    late = world.bill(subscription, now=boundary(date(2026, 9, 23))).invoice
    assert late is not None
    assert [(line.kind, line.amount) for line in late.lines] == [
        (LineKind.USAGE_DIFFERENCE, cents(850))
    ]
    ended = world.subscriptions.get(subscription.id)
    assert (ended.next_due_at, ended.reason_not_due) == (None, ReasonNotDue.AWAITING_RETURN)


def test_a_short_first_period_pays_its_days(world: BillingWorld) -> None:
    subscription = world.active_subscription(now=boundary(date(2026, 9, 11)))
    agreement = replace(subscription.current, anchor=date(2026, 10, 1))
    anchored = replace(subscription, agreements=(agreement,))
    world.store.run(lambda work: work.put(anchored), START)
    invoice = world.bill(subscription, now=boundary(date(2026, 9, 11))).invoice
    assert invoice is not None
    assert invoice.lines[0].service_period == Period(date(2026, 9, 11), date(2026, 10, 1))
    assert invoice.gross == cents(3933)  # 59.00 * 20 / 30


GUIDE = AddOn(
    "city-guide",
    "City guide",
    (
        BaseFee(
            id="city-guide",
            name="City guide",
            prices=(Price("EUR", Flat(Decimal(300))),),
            tax_category=TaxCategory.REDUCED,
            supply=Supply.GOODS,
        ),
    ),
)
BIKE = BaseFee(
    id="bike",
    name="Bike",
    prices=(Price("EUR", Flat(Decimal(5900))),),
    supply=Supply.TRANSPORT_HIRE,
)
GUIDED = replace(CITY_FLAT, plan_id="guided", items=(BIKE,), add_ons=(GUIDE,))


def moved_to(world: BillingWorld, subscription: Subscription, **changes: object) -> None:
    customer = world.customers.get(subscription.customer_id)
    changed: Customer = replace(customer, **changes)  # type: ignore[arg-type]
    world.store.run(lambda work: work.put(changed), START)


@pytest.mark.parametrize(
    ("country", "taxes"),
    [
        pytest.param("DE", [("DE", 19, 942), ("DE", 7, 20)], id="Germany"),
        pytest.param("NL", [("NL", 21, 1024), ("NL", 9, 25)], id="the Netherlands"),
    ],
)
def test_each_rate_has_its_own_tax(
    world: BillingWorld, country: str, taxes: list[tuple[str, int, int]]
) -> None:
    subscription = world.active_subscription(GUIDED, add_ons=("city-guide",))
    moved_to(world, subscription, country=country)
    invoice = world.bill(subscription, now=boundary(date(2026, 9, 2))).invoice
    assert invoice is not None
    assert invoice.gross == cents(6200)
    assert [
        (one.treatment.country, int(one.treatment.rate), one.tax.amount_minor)
        for one in invoice.taxes
    ] == taxes


def test_a_plan_with_net_prices_adds_the_tax(world: BillingWorld) -> None:
    plan = replace(CITY_FLAT, plan_id="net-flat", prices_include_tax=False)
    subscription = world.active_subscription(plan)
    invoice = world.bill(subscription, now=boundary(date(2026, 9, 2))).invoice
    assert invoice is not None
    assert (invoice.net, invoice.tax) == (cents(5900), cents(1121))


def _business_abroad(world: BillingWorld, subscription: Subscription) -> None:
    moved_to(world, subscription, country="NL", is_business=True)


def _before_any_rate(world: BillingWorld, subscription: Subscription) -> None:
    ancient = date(1999, 1, 1)
    agreement = replace(subscription.current, starts_on=ancient, anchor=ancient)
    old = replace(
        subscription,
        agreements=(agreement,),
        starts_on=ancient,
        billed_through=ancient,
        next_due_at=boundary(ancient),
    )
    world.store.run(lambda work: work.put(old), START)


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        pytest.param(_business_abroad, VatIdMissing, id="no VAT id"),
        pytest.param(_before_any_rate, TaxRateUnknown, id="no rate for the day"),
    ],
)
def test_what_cannot_be_taxed_is_refused_and_leaves_nothing(
    world: BillingWorld,
    spoil: Callable[[BillingWorld, Subscription], None],
    refusal: type[UmlaufError],
) -> None:
    subscription = world.active_subscription()
    spoil(world, subscription)
    claims, commits = dict(world.store.claims), world.store.commits
    with pytest.raises(refusal):
        world.bill(subscription, now=boundary(date(2026, 9, 2)))
    assert (world.store.claims, world.store.commits) == (claims, commits)


def _plan_with(meters: int) -> Plan:
    items = tuple(
        MeteredItem(
            id=f"meter-{n}",
            name="Meter",
            meter="ride_seconds",
            unit="second",
            meter_units_per_unit=1,
            prices=(Price("EUR", PerUnit(Decimal(1))),),
        )
        for n in range(meters)
    )
    return Plan(plan_id="many-meters", name="Many", interval=MONTHLY, items=items)


def test_more_than_one_transaction_holds_is_refused_with_the_remedy(world: BillingWorld) -> None:
    plan = world.publish(_plan_with(40))
    start = boundary(date(2026, 9, 1))
    subscription = world.active_subscription(CITY_FLAT, now=start)
    agreement = replace(subscription.current, plan_id=plan.plan_id, plan_version=plan.plan_version)
    many = replace(subscription, agreements=(agreement,))
    world.store.run(lambda work: work.put(many), start)
    now = boundary(date(2026, 11, 1))
    world.bill(subscription, now=now)
    world.bill(subscription, now=now)
    world.rollups.ride(subscription.id, date(2026, 9, 10), 60)  # each period has a difference
    world.rollups.ride(subscription.id, date(2026, 10, 10), 60)
    with pytest.raises(TooManyCharges) as refused:
        world.bill(subscription, now=now)
    assert refused.value.field == "items"


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(
    rides=st.lists(
        st.tuples(
            st.integers(0, 3),  # after which of the monthly runs it becomes known
            st.dates(date(2026, 9, 1), date(2026, 12, 31)),
            st.integers(0, 600 * 60),
        ),
        max_size=12,
    )
)
def test_metered_is_always_rated_plus_open(rides: list[tuple[int, date, int]]) -> None:
    """And once nothing is open any more, all was billed as if nothing had ever come late."""
    world = BillingWorld()
    subscription = metered_since_september(world)
    months = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    for run, month in enumerate(months):
        for known_after, day, seconds in rides:
            if known_after == run:
                world.rollups.ride(subscription.id, day, seconds)
        world.bill(subscription, now=boundary(month))

    by_day = world.rollups.seconds[subscription.id, "ride_seconds"]
    notes = list(world.store.all(CreditNote))
    for charge in world.charges.of_subscription(subscription.id):
        if charge.usage is None:
            continue
        used = sum(seconds for day, seconds in by_day.items() if charge.period.contains(day))
        assert charge.usage.counted == used
        place = charge.item, charge.period
        charged = sum(
            line.amount.amount_minor
            for invoice in world.invoices()
            for line in invoice.lines
            if (line.item, line.service_period) == place
        )
        given_back = sum(
            line.amount.amount_minor
            for note in notes
            for line in note.lines
            if (line.item, line.service_period) == place
        )
        assert charged - given_back == charge.usage.amount.amount_minor
