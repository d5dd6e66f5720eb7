"""What billing needs from outside: its own records, and what the contexts beside it counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from umlauf.billing.model import Invoice, RatedUsage, Receivable
from umlauf.billing.numbering import DocumentNumber, NumberBlock, Series
from umlauf.billing.runs import BillingRun, ParkedContract, RunCursor
from umlauf.catalog.ports import Plans
from umlauf.customers.ports import Customers
from umlauf.kernel.calendar import Period
from umlauf.kernel.work import Page
from umlauf.subscriptions.ports import Subscriptions


class Rollups(Protocol):
    """What usage has counted so far: later readings may still change it."""

    def by_day(self, subscription_id: str, meter: str, period: Period) -> Mapping[date, int]:
        """Whole meter units (seconds) to be invoiced, per local day of a half-open period.

        Days without usage may be missing.
        """


class Invoices(Protocol):
    def get(self, invoice_id: str) -> Invoice | None: ...

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Invoice]:
        """Newest first; may lag behind by a moment."""


class Receivables(Protocol):
    def get(self, invoice_id: str) -> Receivable | None: ...

    def overdue(
        self, shard: int, on: date, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Receivable]:
        """One shard of the open ones to be reported on a day; may lag behind by a moment."""


class RatedUsages(Protocol):
    def latest(self, subscription_id: str, item: str, count: int) -> Sequence[RatedUsage]:
        """The last `count` rated periods of an item, newest first."""

    def of_subscription(self, subscription_id: str) -> Sequence[RatedUsage]: ...


class Numbers(Protocol):
    def series(self, series_id: str) -> Series | None: ...

    def blocks(self, run_id: str, shard: str = "") -> Sequence[NumberBlock]:
        """The blocks reserved for a run, or for one shard of it."""

    def taken(self, block: NumberBlock) -> Sequence[DocumentNumber]:
        """The numbers of a block that are used or voided."""


class Runs(Protocol):
    def cursor(self) -> RunCursor | None: ...

    def get(self, run_id: str) -> BillingRun | None: ...

    def latest(self, *, limit: int = 50, cursor: str | None = None) -> Page[BillingRun]:
        """The runs that had something to do, newest first; may lag behind by a moment."""


class ParkedContracts(Protocol):
    def get(self, subscription_id: str) -> ParkedContract | None: ...

    def waiting(self, *, limit: int = 50, cursor: str | None = None) -> Page[ParkedContract]:
        """Those that still wait, oldest first; may lag behind by a moment."""


@dataclass(frozen=True, slots=True)
class BillingDesk:
    """Everything it takes to bill a contract, wired by the edge."""

    subscriptions: Subscriptions
    plans: Plans
    customers: Customers
    rollups: Rollups
    rated_usages: RatedUsages
