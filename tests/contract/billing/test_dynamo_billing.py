"""Billing's repositories: what is stored comes back, and is found where it is looked for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.billing_fakes import BillingWorld
from tests.offer_fakes import CITY_METERED
from umlauf.billing.charges import BilledCharge
from umlauf.billing.finding import InvoiceSearch, InvoiceState, ParkedSearch
from umlauf.billing.model import (
    OVERDUE_SHARDS,
    Invoice,
    Receivable,
    Settlement,
    SettlementState,
)
from umlauf.billing.numbering import DocumentNumber, NumberUse, Series
from umlauf.billing.runs import BillingRun, ParkedContract, PartReport, RunCursor
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf_adapters.billing.invoices import (
    DynamoBilledCharges,
    DynamoInvoices,
    DynamoReceivables,
)
from umlauf_adapters.billing.registers import DynamoInvoiceRegister, DynamoParkedRegister
from umlauf_adapters.billing.runs import DynamoNumbers, DynamoParkedContracts, DynamoRuns
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.layouts import BadCursor

pytestmark = pytest.mark.usefixtures("tables")

NOW = datetime(2026, 10, 1, 9, 5, tzinfo=UTC)
DUE_ON = date(2026, 10, 15)
REGISTER = DynamoInvoiceRegister()
RECEIVABLES, INVOICES, CHARGES = DynamoReceivables(), DynamoInvoices(), DynamoBilledCharges()
NUMBERS, RUNS, PARKED = DynamoNumbers(), DynamoRuns(), DynamoParkedContracts()


def store(*aggregates: Any) -> None:
    work = Work(NOW)
    for aggregate in aggregates:
        work.put(aggregate)
    DynamoWorks().commit(work)


def issued() -> tuple[Invoice, Receivable, list[BilledCharge]]:
    """An invoice with a fee, an add-on and usage, and its charges, as billing makes them."""
    world = BillingWorld()
    subscription = world.active_subscription(CITY_METERED, add_ons=("theft-cover",))
    world.rollups.ride(subscription.id, date(2026, 9, 10), 400 * 60)
    for _ in range(2):
        world.bill(subscription, now=NOW)
    invoice = world.invoices()[-1]
    receivable = world.receivables.get(invoice.id)
    assert receivable is not None
    return invoice, receivable, list(world.charges.of_document(invoice))


def fresh(aggregate: Any) -> Any:
    return replace(aggregate, version=0)


def owed(number: int, watch_on: date | None = DUE_ON) -> Receivable:
    return Receivable(
        id=f"inv_{number}",
        number=f"RE-2026-{number:06d}",
        legal_entity="umlauf-de",
        customer_id="cus_1",
        subscription_id="sub_1",
        amount=Money(5900, "EUR"),
        issued_on=date(2026, 10, 1),
        due_on=DUE_ON,
        time_zone="Europe/Berlin",
        watch_on=watch_on,
    )


def overdue(on: date) -> set[str]:
    pages = [RECEIVABLES.overdue(shard, on) for shard in range(OVERDUE_SHARDS)]
    return {receivable.id for page in pages for receivable in page.items}


def test_what_was_issued_comes_back_as_it_was() -> None:
    invoice, receivable, charges = issued()
    store(fresh(invoice), fresh(receivable), *map(fresh, charges))
    assert INVOICES.get(invoice.id) == invoice
    assert RECEIVABLES.get(invoice.id) == receivable
    assert {charge.kind for charge in charges} == {line.kind for line in invoice.lines}
    for found in (CHARGES.of_document(invoice), CHARGES.of_subscription(invoice.subscription_id)):
        assert sorted(found, key=lambda one: one.id) == sorted(charges, key=lambda one: one.id)
    assert (INVOICES.get("inv_x"), RECEIVABLES.get("inv_x")) == (None, None)


def test_an_issued_invoice_cannot_be_written_again() -> None:
    invoice, *_ = issued()
    store(fresh(invoice))
    with pytest.raises(StaleVersion):
        store(replace(invoice, version=0, gross=Money(1, "EUR")))


def test_only_what_is_open_and_past_its_day_is_watched() -> None:
    paid = owed(4).settle(Settlement("att", SettlementState.SUCCEEDED, Money(5900, "EUR"), NOW))
    slow = owed(5).settle(Settlement("att", SettlementState.PROCESSING, Money(5900, "EUR"), NOW))
    store(owed(1), owed(2, DUE_ON + timedelta(days=1)), owed(3, None), paid, slow)
    assert overdue(DUE_ON - timedelta(days=1)) == set()
    assert overdue(DUE_ON) == {"inv_1"}
    assert overdue(DUE_ON + timedelta(days=1)) == {"inv_1", "inv_2"}


def test_a_settled_receivable_leaves_the_watch_and_a_returned_one_comes_back() -> None:
    store(owed(1))
    for state, watched in [
        (SettlementState.SUCCEEDED, set()),
        (SettlementState.RETURNED, {"inv_1"}),
    ]:
        receivable = RECEIVABLES.get("inv_1")
        assert receivable is not None
        store(receivable.settle(Settlement("att", state, Money(5900, "EUR"), NOW)))
        assert overdue(DUE_ON + timedelta(days=1)) == watched


def test_an_invoice_is_found_by_what_becomes_of_it() -> None:
    invoice, receivable, _ = issued()
    store(fresh(invoice), fresh(receivable))

    def states() -> list[InvoiceState]:
        later = NOW + timedelta(days=60)
        found = {
            state: REGISTER.find(InvoiceSearch(state=state), now=later).items
            for state in InvoiceState
        }
        return [state for state, items in found.items() if items]

    assert states() == [InvoiceState.OPEN, InvoiceState.OVERDUE]
    paid = receivable.settle(Settlement("att", SettlementState.SUCCEEDED, receivable.amount, NOW))
    store(paid)
    assert states() == [InvoiceState.PAID]
    cancelled = replace(paid, cancelled_by="cn_1", version=2)
    store(cancelled)
    assert states() == [InvoiceState.CANCELLED]
    back = Settlement("att", SettlementState.RETURNED, receivable.amount, NOW)
    store(replace(cancelled.settle(back), version=3))
    assert states() == [InvoiceState.OPEN, InvoiceState.OVERDUE]


def test_charges_are_read_by_the_end_of_their_period() -> None:
    _, _, (charge, *_) = issued()
    months = [Period(date(2026, n, 1), date(2026, n + 1, 1)) for n in range(1, 6)]
    for n, month in enumerate(months):
        store(replace(charge, id=f"c{n}", period=month, version=0))
    found = CHARGES.ending_after(charge.subscription_id, date(2026, 4, 1))
    assert [one.period for one in found] == months[3:]
    assert CHARGES.ending_after("sub_other", date(2026, 4, 1)) == []


def test_a_charge_is_put_once_and_counts_its_credits() -> None:
    _, _, (charge, *_) = issued()
    store(fresh(charge))
    with pytest.raises(StaleVersion):
        store(fresh(charge))
    store(charge.give_back(charge.amount))
    (stored,) = CHARGES.of_subscription(charge.subscription_id)
    assert stored.creditable == Money(0, "EUR")


def test_blocks_are_found_by_run_and_shard_and_numbers_by_block() -> None:
    store(BillingRun("run_000001", NOW))
    series = Series("RE-2026")
    for shard in ("0", "1", "10"):
        series, block = series.reserve(f"run_000001#{shard}#0000", 2)
        store(block)
    assert [block.first for block in NUMBERS.blocks("run_000001")] == [1, 3, 5]
    (block,) = NUMBERS.blocks("run_000001", "1")
    assert list(block.numbers()) == ["RE-2026-000003", "RE-2026-000004"]
    number = DocumentNumber("RE-2026-000003", block.id, NumberUse.ISSUED, "inv_1")
    store(number)
    assert NUMBERS.taken(block) == [replace(number, version=1)]
    with pytest.raises(StaleVersion):
        store(replace(number, use=NumberUse.VOIDED, document_id=None))
    assert NUMBERS.series("RE-2026") is None
    store(series)
    assert NUMBERS.series("RE-2026") == replace(series, version=1)


def test_runs_and_their_cursor_come_back() -> None:
    assert (RUNS.cursor(), RUNS.get("run_000001")) == (None, None)
    cursor = RunCursor().completed(NOW).opened()
    report = PartReport(3, 1, 1, {"not_due": 1}, {"billing.vat_id_missing": 1})
    runs = [BillingRun(f"run_{n:06d}", NOW, NOW, report, ("RE-2026-000009",)) for n in (1, 2)]
    store(cursor, *runs)
    assert RUNS.cursor() == replace(cursor, version=1)
    assert RUNS.get("run_000001") == replace(runs[0], version=1)
    assert [run.id for run in RUNS.latest().items] == ["run_000002", "run_000001"]


def test_parked_contracts_wait_until_they_are_released() -> None:
    for n in (2, 1):
        at = NOW + timedelta(minutes=n)
        store(ParkedContract(f"sub_{n}", NOW, "billing.vat_id_missing", "why", "run_1", at))
    assert [parked.id for parked in PARKED.waiting().items] == ["sub_1", "sub_2"]
    first = PARKED.get("sub_1")
    assert first is not None
    store(replace(first, is_resolved=True))
    assert [parked.id for parked in PARKED.waiting().items] == ["sub_2"]


@pytest.mark.parametrize(
    ("search", "wanted"),
    [
        (ParkedSearch(), range(12)),
        (ParkedSearch(reason_code="tax"), range(0, 12, 4)),
        (ParkedSearch(run_id="run_1"), range(1, 12, 3)),
        (ParkedSearch(reason_code="tax", run_id="run_2"), [8]),
        (ParkedSearch(reason_code="none"), []),
    ],
)
def test_parked_contracts_fill_their_pages_whatever_is_asked_for(
    search: ParkedSearch, wanted: Sequence[int]
) -> None:
    for n in range(12):
        code, at = "vat_id" if n % 4 else "tax", NOW + timedelta(minutes=n)
        store(ParkedContract(f"sub_{n}", NOW, code, "why", f"run_{n % 3}", at))
    found: list[str] = []
    cursor = None
    for _ in range(12):
        page = DynamoParkedRegister().find(search, limit=2, cursor=cursor)
        found.extend(one.id for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
        assert len(page.items) == 2
    assert found == [f"sub_{n}" for n in wanted]


def test_a_runs_numbers_are_listed_block_by_block_and_page_by_page() -> None:
    store(BillingRun("run_000001", NOW))
    series = Series("RE-2026")
    for part in ("2026-10-01.0", "2026-10-01.1", "parked"):
        series, block = series.reserve(f"run_000001#{part}#0000", 2)
        store(
            block, *(DocumentNumber(name, block.id, NumberUse.VOIDED) for name in block.numbers())
        )
    for limit in (1, 2, 4, 50):
        found: list[str] = []
        cursor = None
        for _ in range(10):
            page = NUMBERS.of_run("run_000001", limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            found += [number.id for number in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == [f"RE-2026-{n:06d}" for n in range(1, 7)]
    with pytest.raises(BadCursor):
        NUMBERS.of_run("run_000001", cursor="nonsense")
