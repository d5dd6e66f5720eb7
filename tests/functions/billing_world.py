"""Contracts of every kind in DynamoDB, the billing cycle over them, and calls that are cut off."""

import copy
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import pytest
import time_machine
from botocore.exceptions import HTTPClientError
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from pynamodb.connection import Connection

from tests.billing_fakes import BillingWorld
from tests.functions.loading import LambdaContext, loaded
from tests.offer_fakes import CITY_FLAT, CITY_METERED, CITY_PREPAID, OfferWorld
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.billing.model import Invoice, Receivable
from umlauf.billing.numbering import DocumentNumber
from umlauf.billing.runs import BillingRun, ParkedContract, RunCursor
from umlauf.kernel.calendar import start_of_day
from umlauf.kernel.errors import Transient
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.usage.model import DayUsage, Registers
from umlauf_adapters.billing import layouts as billing_layouts
from umlauf_adapters.catalog import plans as catalog_layouts
from umlauf_adapters.customers import layouts as customers_layouts
from umlauf_adapters.inventory import layouts as inventory_layouts
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.items import ClaimItem, EventItem
from umlauf_adapters.kernel.layouts import Layout
from umlauf_adapters.subscriptions.subscriptions import SUBSCRIPTIONS
from umlauf_adapters.usage import layouts as usage_layouts

STARTED: Final = start_of_day(date(2026, 9, 1), "Europe/Berlin")
OCTOBER: Final = start_of_day(date(2026, 10, 1), "Europe/Berlin") + timedelta(minutes=15)
MAX_TASK_CALLS: Final = 30
# What is written here is found by the writer once its layouts are imported.
LAYOUTS: Final = (catalog_layouts, customers_layouts, inventory_layouts, usage_layouts)
FREE: Final = replace(
    CITY_METERED, plan_id="free-start", items=(CITY_METERED.items[1],), add_ons=()
)


DOCUMENTS: Final = (Invoice, Receivable, DocumentNumber)
WRITE: Final = "TransactWriteItems"


class CutOff(BaseException):
    """The process is gone: nothing catches this."""


def mixed_month() -> BillingWorld:
    """One contract of each kind, due on 1 October; `nick` cannot be billed, `fay` is prepaid.

    September's fees are charged; their documents are left out, so that only October's are found.
    """
    offer = BillingWorld()
    for name, plan, add_ons in (
        ("ada", CITY_FLAT, ()),
        ("bob", CITY_FLAT, ("theft-cover",)),
        ("cem", CITY_METERED, ()),
        ("eva", FREE, ()),
        ("nick", CITY_FLAT, ()),
    ):
        started = offer.active_subscription(plan, name=name, add_ons=add_ons, now=STARTED)
        offer.bill(started, now=STARTED)
    forget_documents(offer)
    offer.active_subscription(CITY_PREPAID, name="fay", now=STARTED)
    customer = offer.customers.get(subscription_of(offer, "nick").customer_id)
    change(offer, replace(customer, country="NL", is_business=True))
    change(offer, RunCursor().completed(OCTOBER - timedelta(minutes=10)))
    return offer


def forget_documents(offer: OfferWorld) -> None:
    for key in [key for key in offer.store.aggregates if key[0] in DOCUMENTS]:
        del offer.store.aggregates[key]


def change(offer: OfferWorld, aggregate: Any) -> None:
    offer.store.run(lambda work: work.put(aggregate), STARTED)


def write(aggregates: Mapping[Any, Any]) -> None:
    """Store what a memory store holds, as it stands."""
    for aggregate in aggregates.values():
        work = Work(STARTED)
        work.put(replace(aggregate, version=0))
        DynamoWorks().commit(work)


def change_stored(aggregate: Any) -> None:
    """Write an aggregate as it was loaded."""
    work = Work(OCTOBER)
    work.put(aggregate)
    DynamoWorks().commit(work)


def ride(subscription_id: str, day: date, seconds: int) -> None:
    usage = DayUsage(subscription_id, day, by_invoice=Registers(ride_seconds=seconds))
    write({"usage": usage})


def subscription_of(offer: OfferWorld, name: str) -> Subscription:
    customer = offer.sign_up(name)
    (found,) = offer.subscriptions.list_of_customer(customer.id).items
    return found


# --- The cycle, as the state machine drives it ----------------------------------------------------


class Cycle:
    """Calls the tasks in the state machine's order. Each cycle is a fresh environment."""

    def __init__(self, now: datetime = OCTOBER, *, remaining_ms: int = 300_000) -> None:
        self.now = now
        self.context = LambdaContext(remaining_ms)
        with loaded("billing_tasks") as app:
            self._handle = app.handle

    def task(self, **payload: Any) -> dict[str, Any]:
        with time_machine.travel(self.now, tick=False):
            answer: dict[str, Any] = self._handle(payload, self.context)
        return answer

    def retried(self, **payload: Any) -> dict[str, Any]:
        """As the state machine's Retry does."""
        for _ in range(MAX_TASK_CALLS):
            try:
                return self.task(**payload)
            except Transient:
                continue
        raise AssertionError("retried too often")

    def run(self) -> dict[str, Any]:
        listed = self.retried(task="list_due_parts")
        if not listed["has_run"]:
            return listed
        reports = [self._part(listed, item) for item in listed["parts"]]
        return self.retried(
            task="finish_run",
            run_id=listed["run_id"],
            through=listed["through"],
            reports=reports,
        )

    def _part(self, listed: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
        state = {
            "task": "bill_part",
            "run_id": listed["run_id"],
            "through": listed["through"],
            **item,
        }
        for _ in range(MAX_TASK_CALLS):
            state = self.retried(**state)
            if not state["more"]:
                report: dict[str, Any] = state["report"]
                return report
        raise AssertionError("the part never ends")


# --- What came out --------------------------------------------------------------------------------


def documents() -> dict[str, Any]:
    """Everything billing left behind, in a form that can be compared."""
    layouts: dict[type, Layout[Any]] = {
        Invoice: billing_layouts.INVOICES,
        Receivable: billing_layouts.RECEIVABLES,
        BilledCharge: billing_layouts.BILLED_CHARGES,
        CreditNote: billing_layouts.CREDIT_NOTES,
        CreditBalance: billing_layouts.CREDIT_BALANCES,
        CreditEntry: billing_layouts.CREDIT_ENTRIES,
        DocumentNumber: billing_layouts.DOCUMENT_NUMBERS,
        Subscription: SUBSCRIPTIONS,
    }
    found: dict[str, Any] = {
        cls.__name__: sorted(layout.scan(), key=lambda one: one.id)
        for cls, layout in layouts.items()
    }
    found["claims"] = sorted(item.pk for item in ClaimItem.scan(consistent_read=True))
    found["events"] = sorted(
        (item.pk, item.sk, item.type)
        for item in EventItem.scan(consistent_read=True)
        if not item.pk.startswith(("billing_run", "parked_contract"))
    )
    return found


def parked() -> list[ParkedContract]:
    return list(billing_layouts.PARKED_CONTRACTS.scan())


def runs() -> list[BillingRun]:
    return sorted(billing_layouts.BILLING_RUNS.scan(), key=lambda run: run.id)


# --- Calls to DynamoDB, counted and cut off -------------------------------------------------------


class Calls:
    """Counts the calls to DynamoDB, and may break one of them."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.writes = 0
        self.broken_call = 0
        self.answer_is_lost = False

    def __call__(self, call: Callable[..., Any], name: str, *args: Any) -> Any:
        self.made.append(name)
        is_broken = len(self.made) == self.broken_call
        if is_broken and not self.answer_is_lost:
            raise CutOff
        answer = call(name, *args)
        self.writes += name == WRITE
        if is_broken:
            raise HTTPClientError(error=TimeoutError("the answer is lost"))
        return answer

    def break_call(self, number: int) -> None:
        """Break the so-many-eth call from now on; 0 breaks none and keeps the counts."""
        self.broken_call = number
        if number:
            self.made.clear()
            self.writes = 0


@contextmanager
def counted_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    calls = Calls()
    original = Connection._make_api_call  # noqa: SLF001 - the one place all calls pass

    def through(connection: Connection, name: str, *args: Any) -> Any:
        return calls(lambda *rest: original(connection, *rest), name, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_make_api_call", through)
        yield calls


class SavedTables:
    """The tables as they are now, to begin from again; far faster than writing them anew."""

    def __init__(self) -> None:
        self._backend = dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-central-1"]
        self._tables = copy.deepcopy(self._backend.tables)

    def restore(self) -> None:
        self._backend.tables = copy.deepcopy(self._tables)
