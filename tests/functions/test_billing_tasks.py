"""The billing cycle over DynamoDB: once, again, cut off anywhere, and with bad contracts in it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.functions.billing_world import (
    OCTOBER,
    WRITE,
    Calls,
    CutOff,
    Cycle,
    SavedTables,
    change,
    change_stored,
    counted_calls,
    documents,
    mixed_month,
    parked,
    ride,
    runs,
    subscription_of,
    write,
)
from tests.offer_fakes import CITY_FLAT, OfferWorld, euros
from umlauf.billing.model import Invoice
from umlauf.billing.numbering import NumberUse
from umlauf.billing.runs import RunCursor
from umlauf.catalog.model import Deposit
from umlauf.customers.model import Customer
from umlauf.kernel.calendar import Interval, IntervalUnit, start_of_day
from umlauf.kernel.errors import InvalidInput
from umlauf.subscriptions.due import shard_of
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import DuePage
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.subscriptions.subscriptions import SUBSCRIPTIONS, DynamoSubscriptions

pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def offer(tables: None) -> OfferWorld:
    """A month of mixed contracts, first fees billed, the month's rides counted."""
    offer = mixed_month()
    write(offer.store.aggregates)
    ride(subscription_of(offer, "cem").id, date(2026, 9, 10), 400 * 60)
    return offer


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    with counted_calls(monkeypatch) as calls:
        yield calls


def invoices() -> list[Invoice]:
    found: list[Invoice] = documents()["Invoice"]
    return sorted(found, key=lambda invoice: invoice.number)


def test_a_run_bills_what_is_due(offer: OfferWorld) -> None:
    finished = Cycle().run()
    # Three fees, of which one with 100 minutes beyond the free tier; free use makes no document.
    gross = sorted(invoice.gross.amount_minor for invoice in invoices())
    assert gross == [990 + 850, 5900, 6390]
    assert finished["report"] == {
        "due": 5,
        "billed": 3,
        "nothing_to_charge": 1,
        "skipped": {},
        "parked": {"billing.vat_id_missing": 1},
        "parked_before": 0,
    }
    numbers = documents()["DocumentNumber"]
    issued = {number.id for number in numbers if number.use is NumberUse.ISSUED}
    assert issued == {invoice.number for invoice in invoices()}
    assert {number.id for number in numbers} - issued == set(finished["voided_numbers"])


def test_running_it_again_changes_nothing(offer: OfferWorld) -> None:
    Cycle().run()
    first = documents()
    for later in (timedelta(0), timedelta(minutes=1), timedelta(hours=1)):
        Cycle(OCTOBER + later).run()
        assert documents() == first


def test_an_hour_with_nothing_due_costs_few_reads(tables: None, calls: Calls) -> None:
    """8 looks into the due index, the parked ones, twice the cursor; and the cursor written."""
    change_stored(RunCursor().completed(OCTOBER - timedelta(hours=1)))
    calls.made.clear()
    listed = Cycle().run()
    assert not listed["has_run"]
    assert len(calls.made) == 12
    assert runs() == []


def test_a_run_cut_off_at_any_call_and_run_again_ends_the_same(
    offer: OfferWorld, calls: Calls
) -> None:
    """The process dies at each call in turn: what was written before it is all there is."""
    saved = SavedTables()
    Cycle().run()
    calls_in_all, writes_in_all = len(calls.made), calls.writes
    undisturbed = documents()
    begun_again_after = set()
    for broken in range(1, calls_in_all + 1):
        saved.restore()
        calls.break_call(broken)
        with pytest.raises(CutOff):
            Cycle().run()
        calls.break_call(0)
        # Reads leave nothing behind: cut off between the same two writes, it begins the same again.
        if calls.writes not in begun_again_after:
            begun_again_after.add(calls.writes)
            Cycle().run()
            assert documents() == undisturbed, f"cut off at call {broken}"
    assert begun_again_after == set(range(writes_in_all))


def test_a_lost_answer_is_retried_to_the_same_end(offer: OfferWorld, calls: Calls) -> None:
    """The write happened, but nobody was told: the task is repeated and finds it done."""
    saved = SavedTables()
    Cycle().run()
    writes = [n for n, name in enumerate(calls.made, start=1) if name == WRITE]
    undisturbed = documents()
    calls.answer_is_lost = True
    for broken in writes:
        saved.restore()
        calls.break_call(broken)
        Cycle().run()
        calls.break_call(0)
        assert documents() == undisturbed, f"answer of call {broken} lost"


def test_two_executions_at_once_bill_each_contract_once(offer: OfferWorld) -> None:
    """Both list the same parts; the second bills, finishes, and the first finds all of it done."""
    first, second = Cycle(), Cycle()
    listed = first.task(task="list_due_parts")
    second.run()
    done = documents()
    reports = []
    for item in listed["parts"]:
        answer = first.task(
            task="bill_part", run_id=listed["run_id"], through=listed["through"], **item
        )
        assert not answer["more"]
        reports.append(answer["report"])
    first.task(
        task="finish_run", run_id=listed["run_id"], through=listed["through"], reports=reports
    )
    assert documents() == done
    assert sum(report.get("billed", 0) for report in reports) == 0


def test_a_part_stops_before_its_time_is_out_and_goes_on(offer: OfferWorld) -> None:
    """With no time at all each call still bills one page, so the cycle always ends."""
    hasty = Cycle(remaining_ms=0)
    hasty.run()
    assert len(invoices()) == 3

    listed = hasty.task(task="list_due_parts")
    answer = hasty.task(
        task="bill_part",
        run_id=listed["run_id"],
        through=listed["through"],
        part="2026-09-30.0",
    )
    assert not answer["more"]


def test_a_parked_contract_is_billed_by_the_next_run_once_it_can_be(offer: OfferWorld) -> None:
    Cycle().run()
    (waiting,) = parked()
    assert (waiting.reason_code, waiting.attempts) == ("billing.vat_id_missing", 1)
    Cycle(OCTOBER + timedelta(hours=1)).run()
    (waiting,) = parked()
    assert waiting.attempts > 1
    assert not waiting.is_resolved

    customer = DynamoCustomers().get(subscription_of(offer, "nick").customer_id)
    change_stored(replace(customer, is_business=False))
    Cycle(OCTOBER + timedelta(hours=2)).run()
    assert parked()[0].is_resolved
    (invoice,) = [one for one in invoices() if one.customer_id == customer.id]
    # The bike is used at home: that it waited changes neither period nor place of supply.
    assert invoice.lines[0].service_period.start == date(2026, 10, 1)
    done = documents()
    Cycle(OCTOBER + timedelta(hours=3)).run()
    assert documents() == done


def test_a_defect_in_one_contract_stops_no_other(
    offer: OfferWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it stop what is read together with it."""
    broken = subscription_of(offer, "ada").customer_id
    find, find_many = DynamoCustomers.find, DynamoCustomers.find_many

    def fail(customers: DynamoCustomers, customer_id: str) -> Customer | None:
        if customer_id == broken:
            raise ZeroDivisionError
        return find(customers, customer_id)

    def fail_all(customers: DynamoCustomers, ids: Iterable[str]) -> dict[str, Customer]:
        wanted = list(ids)
        if broken in wanted:
            raise ZeroDivisionError
        return find_many(customers, wanted)

    monkeypatch.setattr(DynamoCustomers, "find", fail)
    monkeypatch.setattr(DynamoCustomers, "find_many", fail_all)
    finished = Cycle().run()
    assert finished["report"]["parked"] == {"billing.defect": 1, "billing.vat_id_missing": 1}
    assert finished["report"]["billed"] == 2


def test_a_contract_that_cannot_be_read_is_parked_and_stops_no_other(offer: OfferWorld) -> None:
    broken = subscription_of(offer, "ada")
    (item,) = [
        one
        for one in SUBSCRIPTIONS.table.scan()
        if one.body["id"] == broken.id and "time_zone" in one.body
    ]
    item.update(actions=[SUBSCRIPTIONS.table.body.set({**item.body, "time_zone": "Mars/Olympus"})])
    finished = Cycle().run()
    assert finished["report"]["parked"] == {"billing.unreadable": 1, "billing.vat_id_missing": 1}
    assert finished["report"]["billed"] == 2
    Cycle(OCTOBER + timedelta(hours=1)).run()
    assert {one.id: one.attempts for one in parked()}[broken.id] > 1


def test_an_index_that_lags_behind_neither_bills_twice_nor_parks(
    offer: OfferWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second run sees the contracts as they were before the first."""
    old = [subscription_of(offer, name) for name in ("ada", "bob")]
    Cycle().run()
    done, known = documents(), parked()

    def stale(_self: DynamoSubscriptions, _bucket: str, shard: int, **_: object) -> DuePage:
        return DuePage(
            [replace(one, version=1) for one in old if shard_of(one.customer_id) == shard]
        )

    monkeypatch.setattr(DynamoSubscriptions, "list_due", stale)
    finished = Cycle(OCTOBER + timedelta(minutes=1)).run()
    assert finished["report"]["skipped"] == {"not_due": len(old)}
    assert documents()["Invoice"] == done["Invoice"]
    assert {one.id for one in parked()} == {one.id for one in known}


def test_a_contract_behind_catches_up_boundary_by_boundary(tables: None) -> None:
    offer = OfferWorld()
    daily = replace(CITY_FLAT, plan_id="daily", interval=Interval(IntervalUnit.DAY))
    started = OCTOBER - timedelta(days=2)
    offer.active_subscription(daily, now=started)
    change(offer, RunCursor().completed(started))
    write(offer.store.aggregates)
    Cycle().run()
    starts = [invoice.lines[0].service_period.start for invoice in invoices()]
    assert starts == [date(2026, 9, 29), date(2026, 9, 30), date(2026, 10, 1)]


def wants_one_invoice(offer: OfferWorld, name: str) -> None:
    customer = offer.sign_up(name)
    billing = replace(customer.billing, wants_consolidated_invoices=True)
    change(offer, replace(customer, billing=billing))


@pytest.mark.parametrize("page_size", [1, 50], ids=["across pages", "on one page"])
def test_who_wants_one_invoice_for_all_gets_one(
    tables: None, monkeypatch: pytest.MonkeyPatch, page_size: int
) -> None:
    offer = OfferWorld()
    for key in ("one", "two", "three"):
        offer.active_subscription(CITY_FLAT, key=key, now=OCTOBER)
    offer.active_subscription(CITY_FLAT, name="bob", now=OCTOBER)
    offer.active_subscription(CITY_FLAT, name="bob", key="two", now=OCTOBER)
    wants_one_invoice(offer, "ada")
    write(offer.store.aggregates)
    list_due = DynamoSubscriptions.list_due

    def narrow(self: DynamoSubscriptions, *args: Any, **given: Any) -> DuePage:
        return list_due(self, *args, **{**given, "limit": page_size})

    monkeypatch.setattr(DynamoSubscriptions, "list_due", narrow)
    finished = Cycle().run()
    sizes = sorted(len(invoice.lines) for invoice in invoices())
    assert sizes == [1, 1, 3]
    assert (finished["report"]["due"], finished["report"]["billed"]) == (5, 5)
    assert finished["documents"] == [
        {"kind": "invoice", "count": 3, "gross": [{"amount_minor": 29_500, "currency": "EUR"}]}
    ]
    done = documents()
    Cycle(OCTOBER + timedelta(hours=1)).run()
    assert documents() == done


def test_one_bad_contract_keeps_no_other_of_its_customer_from_being_billed(tables: None) -> None:
    offer = OfferWorld()
    for key in ("one", "two", "three"):
        offer.active_subscription(CITY_FLAT, key=key, now=OCTOBER)
    wants_one_invoice(offer, "ada")
    (bad, *_) = offer.store.all(Subscription)
    unknown = replace(bad.current, plan_version=99)
    change(offer, replace(bad, agreements=(unknown,)))
    write(offer.store.aggregates)
    finished = Cycle().run()
    assert len(invoices()) == 2
    assert finished["report"]["parked"] == {"catalog.unknown_plan": 1}
    assert [one.id for one in parked()] == [bad.id]


def test_each_kind_of_document_has_its_own_series(tables: None) -> None:
    offer = OfferWorld()
    deposit = Deposit(id="deposit", name="Deposit", prices=euros("200.00", usd="220.00"))
    secured = replace(CITY_FLAT, plan_id="secured", items=(*CITY_FLAT.items, deposit))
    offer.active_subscription(secured, now=OCTOBER)
    write(offer.store.aggregates)
    finished = Cycle().run()
    assert [invoice.number for invoice in invoices()] == ["KA-2026-000001", "RE-2026-000001"]
    assert finished["voided_numbers"] == []
    assert [(one["kind"], one["count"]) for one in finished["documents"]] == [
        ("invoice", 1),
        ("deposit_request", 1),
    ]


def test_numbers_begin_anew_with_the_year(tables: None) -> None:
    offer = OfferWorld()
    new_year = start_of_day(date(2027, 1, 1), "Europe/Berlin") + timedelta(minutes=5)
    offer.active_subscription(CITY_FLAT, now=new_year)
    write(offer.store.aggregates)
    Cycle(new_year).run()
    assert [invoice.number for invoice in invoices()] == ["RE-2027-000001"]


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Cycle().task(task="guess")


def test_overdue_invoices_are_reported_once_and_page_by_page(offer: OfferWorld) -> None:
    Cycle().run()
    due_on = max(invoice.due_on for invoice in invoices())
    morning = start_of_day(due_on, "Europe/Berlin") + timedelta(hours=6)
    counts = [
        Cycle(morning + timedelta(days=days)).task(task="find_overdue")["overdue"]
        for days in (0, 1, 2)
    ]
    assert counts == [0, 3, 0]
    told = [key for key in documents()["events"] if key[2] == "billing.invoice_overdue.v1"]
    assert len(told) == 3
