"""In-memory ports of billing and ledger, and a world in which contracts fall due."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from tests.fakes import MemoryStore
from tests.offer_fakes import OfferWorld
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import ChargingDocument, CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.billing.model import Invoice, Receivable, overdue_shard
from umlauf.billing.numbering import DocumentNumber, FreeNumber, NumberBlock, Series
from umlauf.billing.ports import BillingDesk
from umlauf.billing.results import BillingResult
from umlauf.billing.runs import BillingRun, ParkedContract, RunCursor
from umlauf.billing.use_cases.bill_contract import bill_contract
from umlauf.kernel.calendar import Period
from umlauf.kernel.work import Page, Work
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf.subscriptions.model import Subscription
from umlauf.usage.aggregation import Measurement

T = TypeVar("T")


def page(items: Sequence[T], limit: int, cursor: str | None) -> Page[T]:
    start = int(cursor or 0)
    end = start + limit
    return Page(items[start:end], str(end) if end < len(items) else None)


@dataclass
class MemoryRollups:
    """Usage by subscription, meter and day; a test writes it as it likes."""

    seconds: dict[tuple[str, str], dict[date, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    events: dict[tuple[str, str], list[Measurement]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def ride(self, subscription_id: str, day: date, seconds: int) -> None:
        days = self.seconds[subscription_id, "ride_seconds"]
        days[day] = days.get(day, 0) + seconds

    def by_day(self, subscription_id: str, meter: str, period: Period) -> Mapping[date, int]:
        days = self.seconds[subscription_id, meter]
        return {day: counted for day, counted in days.items() if period.contains(day)}

    def measured(
        self, subscription_id: str, meter: str, start: datetime, end: datetime
    ) -> Sequence[Measurement]:
        told = self.events[subscription_id, meter]
        return [event for event in told if start <= event.at < end]


@dataclass
class MemoryBilledCharges:
    store: MemoryStore

    def ending_after(self, subscription_id: str, day: date) -> Sequence[BilledCharge]:
        return [one for one in self.of_subscription(subscription_id) if one.period.end > day]

    def of_subscription(self, subscription_id: str) -> Sequence[BilledCharge]:
        charges = self.store.all(BilledCharge)
        return [one for one in charges if one.subscription_id == subscription_id]

    def of_document(self, document: ChargingDocument) -> Sequence[BilledCharge]:
        ids = {line.charge_id for line in document.lines if line.corrects is None}
        return [one for one in self.store.all(BilledCharge) if one.id in ids]


@dataclass
class MemoryInvoices:
    store: MemoryStore

    def get(self, invoice_id: str) -> Invoice | None:
        return self.store.get(Invoice, invoice_id)


@dataclass
class MemoryCreditNotes:
    store: MemoryStore

    def get(self, note_id: str) -> CreditNote | None:
        return self.store.get(CreditNote, note_id)


@dataclass
class MemoryCreditBalances:
    store: MemoryStore

    def get(self, balance_id: str) -> CreditBalance | None:
        return self.store.get(CreditBalance, balance_id)

    def of_customer(self, customer_id: str) -> Sequence[CreditBalance]:
        return [one for one in self.store.all(CreditBalance) if one.customer_id == customer_id]

    def entries(
        self, balance_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CreditEntry]:
        found = [one for one in self.store.all(CreditEntry) if one.balance_id == balance_id]
        return page(sorted(found, key=lambda one: -one.number), limit, cursor)


@dataclass
class MemoryReceivables:
    store: MemoryStore

    def get(self, invoice_id: str) -> Receivable | None:
        return self.store.get(Receivable, invoice_id)

    def overdue(
        self, shard: int, on: date, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Receivable]:
        found = [one for one in self.store.all(Receivable) if overdue_shard(one.id) == shard]
        return page([one for one in found if one.is_overdue(on)], limit, cursor)


@dataclass
class MemoryNumbers:
    store: MemoryStore

    def series(self, series_id: str) -> Series | None:
        return self.store.get(Series, series_id)

    def blocks(self, run_id: str, shard: str = "") -> Sequence[NumberBlock]:
        prefix = f"{run_id}#{shard}#" if shard else f"{run_id}#"
        found = [one for one in self.store.all(NumberBlock) if one.id.startswith(prefix)]
        return sorted(found, key=lambda block: block.id)

    def taken(self, block: NumberBlock) -> Sequence[DocumentNumber]:
        return [one for one in self.store.all(DocumentNumber) if one.block_id == block.id]

    def of_run(
        self, run_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[DocumentNumber]:
        found = [one for block in self.blocks(run_id) for one in self.taken(block)]
        return page(found, limit, cursor)


@dataclass
class MemoryRuns:
    store: MemoryStore

    def cursor(self) -> RunCursor | None:
        return next(self.store.all(RunCursor), None)

    def get(self, run_id: str) -> BillingRun | None:
        return self.store.get(BillingRun, run_id)

    def latest(self, *, limit: int = 50, cursor: str | None = None) -> Page[BillingRun]:
        runs = sorted(self.store.all(BillingRun), key=lambda run: run.id, reverse=True)
        return page(runs, limit, cursor)


@dataclass
class MemoryParkedContracts:
    store: MemoryStore

    def get(self, subscription_id: str) -> ParkedContract | None:
        return self.store.get(ParkedContract, subscription_id)

    def waiting(self, *, limit: int = 50, cursor: str | None = None) -> Page[ParkedContract]:
        parked = [one for one in self.store.all(ParkedContract) if not one.is_resolved]
        return page(parked, limit, cursor)


@dataclass
class MemoryJournal:
    store: MemoryStore

    def of_reference(self, reference: str) -> Sequence[JournalEntry]:
        return [one for one in self.store.all(JournalEntry) if one.reference == reference]

    def of_day(self, day: date) -> Iterator[JournalEntry]:
        return (one for one in self.store.all(JournalEntry) if one.posted_on == day)


@dataclass
class MemoryDebtors:
    store: MemoryStore

    def get(self, account: str) -> Debtor | None:
        return self.store.get(Debtor, account)


@dataclass
class BillingWorld(OfferWorld):
    """Contracts that can be billed, with usage a test makes up."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rollups = MemoryRollups()
        self.charges = MemoryBilledCharges(self.store)
        self.receivables = MemoryReceivables(self.store)
        self.balances = MemoryCreditBalances(self.store)
        self.desk = BillingDesk(
            subscriptions=self.subscriptions,
            plans=self.plans,
            customers=self.customers,
            rollups=self.rollups,
            charges=self.charges,
            invoices=MemoryInvoices(self.store),
            receivables=self.receivables,
            balances=self.balances,
        )

    def next_number(self, series: str, place: int) -> FreeNumber:
        used = [one for one in self.store.all(DocumentNumber) if one.id.startswith(f"{series}-")]
        return FreeNumber(f"{series}-{len(used) + place + 1:06d}", "block")

    def bill(
        self, subscription: Subscription, *, now: datetime, desk: BillingDesk | None = None
    ) -> BillingResult:
        """Bill what the store holds of the contract now."""

        def decide(work: Work) -> BillingResult:
            current = self.subscriptions.get(subscription.id)
            return bill_contract(current, self.next_number, work=work, desk=desk or self.desk)

        return self.store.run(decide, now)

    def invoices(self) -> list[Invoice]:
        return sorted(self.store.all(Invoice), key=lambda invoice: invoice.number)
