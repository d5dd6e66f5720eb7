"""Contracts by the hundred for the billing benchmark: due together, each with a month's use."""

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import islice
from resource import RUSAGE_SELF, getrusage
from time import perf_counter, process_time
from typing import Any

from local.cloud import LocalCloud
from local.measuring import Measurement
from tests.benchmarks.output import Cell
from tests.billing_fakes import BillingWorld
from tests.functions.billing_world import OCTOBER, STARTED, Cycle
from tests.functions.loading import LambdaContext, failed_messages, loaded, sqs_event
from tests.offer_fakes import CITY_METERED
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import ChargingDocument
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.runs import RunCursor
from umlauf.billing.use_cases.bill_contract import bill_contract
from umlauf.catalog.model import Plan
from umlauf.customers.model import Customer
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.usage.model import DayUsage, Registers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import envelope_of_item, to_entry
from umlauf_adapters.kernel.items import EventItem

DAYS_WITH_USE = (3, 12, 21)
WRITES_AT_ONCE = 50
MESSAGES_AT_ONCE = 10


@dataclass(frozen=True)
class Cost:
    contracts: int
    seconds: float
    cpu_seconds: float
    dynamodb: Measurement
    peak_mib: float

    @property
    def cpu_ms(self) -> float:
        return self.cpu_seconds * 1000 / self.contracts

    def row(self, name: str, least: "Cost") -> list[Cell]:
        """`least` is the cost at the smallest size: growth shows against it."""
        n = self.contracts
        return [
            name,
            n,
            n / self.seconds,
            self.cpu_ms,
            self.cpu_ms / least.cpu_ms,
            self.dynamodb.calls.total() / n,
            self.dynamodb.read_units / n,
            self.dynamodb.write_units / n,
            self.peak_mib,
        ]


def write(size: int, number: int) -> None:
    """Store contracts that fall due on 1 October; a plan and a cursor with the first."""
    offer = BillingWorld()
    for n in range(size):
        offer.active_subscription(CITY_METERED, name=f"c{number}-{n}", now=STARTED)
    things: list[Any] = list(offer.store.all(Customer))
    if number == 0:
        things += [*offer.store.all(Plan), RunCursor().completed(OCTOBER - timedelta(hours=1))]
    for subscription in list(offer.store.all(Subscription)):
        used = Registers(ride_seconds=200 * 60)
        things += _billed_in_september(offer, subscription)
        things += [
            DayUsage(subscription.id, date(2026, 9, day), by_invoice=used) for day in DAYS_WITH_USE
        ]
    _store(things)


def _billed_in_september(offer: BillingWorld, subscription: Subscription) -> list[Any]:
    """The contract with its first fee charged; of what documents it, only the charge is stored."""
    work = Work(STARTED)
    desk = replace(offer.desk, charges=NothingBilled())
    bill_contract(subscription, lambda series, _: FreeNumber(series, ""), work=work, desk=desk)
    return [one for one in work.aggregates if isinstance(one, Subscription | BilledCharge)]


class NothingBilled:
    """Implements umlauf.billing.ports.BilledCharges for contracts that just began."""

    def ending_after(self, subscription_id: str, day: date) -> list[BilledCharge]:
        del subscription_id, day
        return []

    def of_subscription(self, subscription_id: str) -> list[BilledCharge]:
        del subscription_id
        return []

    def of_document(self, document: ChargingDocument) -> list[BilledCharge]:
        del document
        return []


def bill(cloud: LocalCloud, size: int, number: int) -> Cost:
    cycle = Cycle(OCTOBER + timedelta(minutes=number))
    with _measured(cloud, size) as cost:
        report = cycle.run()["report"]
    if report["billed"] != size:
        raise AssertionError(report)
    return cost()


def post(cloud: LocalCloud, size: int, number: int) -> Cost:
    """Post the journal of what was just issued."""
    issued_at = (OCTOBER + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")
    bodies = []
    for item in EventItem.scan(consistent_read=True):
        if item.type == "billing.invoice_issued.v1" and item.occurred_at == issued_at:
            entry = to_entry(envelope_of_item(item.attribute_values), "bus")
            bodies.append(json.dumps({"detail": json.loads(entry["Detail"])}))
    with loaded("post_journal") as app, _measured(cloud, size) as cost:
        for start in range(0, len(bodies), MESSAGES_AT_ONCE):
            batch = sqs_event(*bodies[start : start + MESSAGES_AT_ONCE])
            if failed_messages(app.handle(batch, LambdaContext())):
                raise AssertionError("the journal refused an invoice")
    return cost()


@contextlib.contextmanager
def _measured(cloud: LocalCloud, size: int) -> Iterator[Callable[[], Cost]]:
    """Measure the block; the cost can be asked for after it."""
    ended: list[Cost] = []
    # Functions print their metrics, which nobody wants to read here.
    with cloud.measure() as calls, contextlib.redirect_stdout(io.StringIO()):
        wall, cpu = perf_counter(), process_time()
        yield lambda: ended[0]
        seconds, cpu_seconds = perf_counter() - wall, process_time() - cpu
        ended.append(Cost(size, seconds, cpu_seconds, calls, _peak_mib()))


def _peak_mib() -> float:
    """The most memory this process ever held, local database and contracts included."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


def _store(things: Iterable[Any]) -> None:
    left = iter(things)
    while batch := list(islice(left, WRITES_AT_ONCE)):
        work = Work(STARTED)
        for thing in batch:
            work.put(replace(thing, version=0))
        DynamoWorks().commit(work)
