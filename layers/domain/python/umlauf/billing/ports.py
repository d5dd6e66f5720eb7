"""What billing needs from outside: its own records, and what the contexts beside it counted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from umlauf.billing.arrangements import Arrangement
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import ChargingDocument, CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.billing.documents import DocumentView
from umlauf.billing.finding import DocumentSearch, InvoiceSearch, OwedInvoice, ParkedSearch
from umlauf.billing.model import Invoice, Receivable
from umlauf.billing.numbering import DocumentNumber, NumberBlock, Series
from umlauf.billing.runs import BillingRun, ParkedContract, RunCursor
from umlauf.billing.stored_documents import ArchivedFile, StoredDocument
from umlauf.catalog.ports import Plans
from umlauf.customers.ports import Customers
from umlauf.kernel.calendar import Period
from umlauf.kernel.work import Page
from umlauf.subscriptions.ports import Subscriptions
from umlauf.usage.aggregation import Measurement


class Rollups(Protocol):
    """What usage has counted so far: later readings may still change it."""

    def by_day(self, subscription_id: str, meter: str, period: Period) -> Mapping[date, int]:
        """Whole meter units (seconds) to be invoiced, per local day of a half-open period.

        Days without usage may be missing.
        """

    def measured(
        self, subscription_id: str, meter: str, start: datetime, end: datetime
    ) -> Sequence[Measurement]:
        """What counts of a meter's events in a half-open time, in no order.

        Raises TooManyUsageEvents.
        """


class Invoices(Protocol):
    def get(self, invoice_id: str) -> Invoice | None: ...


class InvoiceRegister(Protocol):
    def find(
        self, search: InvoiceSearch, *, now: datetime, limit: int = 50, cursor: str | None = None
    ) -> Page[OwedInvoice]:
        """The invoices that are wanted, newest first; may lag behind by a moment.

        A page is short only where it had to look at more than one request may, or is the last.
        """


class Receivables(Protocol):
    def get(self, invoice_id: str) -> Receivable | None: ...

    def overdue(
        self, shard: int, on: date, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Receivable]:
        """One shard of the open ones to be reported on a day; may lag behind by a moment."""


class BilledCharges(Protocol):
    """What was billed, and how much of it can still be given back. Read consistently."""

    def ending_after(self, subscription_id: str, day: date) -> Sequence[BilledCharge]:
        """The charges of a subscription whose service period ends after a day, in no order."""

    def of_subscription(self, subscription_id: str) -> Sequence[BilledCharge]: ...

    def of_document(self, document: ChargingDocument) -> Sequence[BilledCharge]:
        """The charge of each line that charges something."""


class CreditBalances(Protocol):
    def get(self, balance_id: str) -> CreditBalance | None: ...

    def of_customer(self, customer_id: str) -> Sequence[CreditBalance]:
        """One for each legal entity and currency, in no order; may lag behind by a moment."""

    def entries(
        self, balance_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CreditEntry]:
        """The movements of a balance, newest first."""


class CreditNotes(Protocol):
    def get(self, note_id: str) -> CreditNote | None: ...


class CreditNoteRegister(Protocol):
    def find(
        self, search: DocumentSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[CreditNote]:
        """The notes that are wanted, as invoices are found."""


class Numbers(Protocol):
    def series(self, series_id: str) -> Series | None: ...

    def blocks(self, run_id: str, shard: str = "") -> Sequence[NumberBlock]:
        """The blocks reserved for a run, or for one shard of it."""

    def taken(self, block: NumberBlock) -> Sequence[DocumentNumber]:
        """The numbers of a block that are used or voided."""

    def of_run(
        self, run_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[DocumentNumber]:
        """What became of the numbers of a run, block by block; a page may hold fewer than `limit`.

        Raises BadCursor.
        """


class Runs(Protocol):
    def cursor(self) -> RunCursor | None: ...

    def get(self, run_id: str) -> BillingRun | None: ...

    def latest(self, *, limit: int = 50, cursor: str | None = None) -> Page[BillingRun]:
        """The runs that had something to do, newest first; may lag behind by a moment."""


class ParkedContracts(Protocol):
    def get(self, subscription_id: str) -> ParkedContract | None: ...

    def waiting(self, *, limit: int = 50, cursor: str | None = None) -> Page[ParkedContract]:
        """Those that still wait, oldest first; may lag behind by a moment."""


class ParkedRegister(Protocol):
    def find(
        self, search: ParkedSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[ParkedContract]:
        """Those of the waiting ones that are wanted, oldest first; may lag behind by a moment."""


@dataclass(frozen=True, slots=True)
class BillingDesk:
    """Everything it takes to bill a contract, wired by the edge."""

    subscriptions: Subscriptions
    plans: Plans
    customers: Customers
    rollups: Rollups
    charges: BilledCharges
    invoices: Invoices
    receivables: Receivables
    balances: CreditBalances


@dataclass(frozen=True, slots=True)
class SettlementDesk:
    """Everything it takes to take in what became of a payment."""

    invoices: Invoices
    receivables: Receivables
    balances: CreditBalances


@dataclass(frozen=True, slots=True)
class CreditDesk:
    """Everything it takes to give something back by hand, wired by the edge."""

    invoices: Invoices
    receivables: Receivables
    charges: BilledCharges
    balances: CreditBalances
    notes: CreditNotes
    numbers: Numbers
    subscriptions: Subscriptions


class Arrangements(Protocol):
    def of(self, invoice: Invoice) -> Arrangement:
        """What an invoice is, or was first, collected with."""


class StoredDocuments(Protocol):
    def get(self, document_id: str) -> StoredDocument | None:
        """What is on record of the document of an invoice or credit note."""


class DocumentArchive(Protocol):
    """Files that can be put once, and neither changed nor removed for as long as the law wants."""

    def put_once(self, key: str, content: bytes, *, document_id: str) -> ArchivedFile:
        """Put the file, unless the key has one of this document: then that one stays.

        Raises DocumentKeyTaken if it has another document's, Transient.
        """

    def link(self, key: str, *, lifetime: timedelta) -> str:
        """Where whoever has the link can fetch the file, for that long."""


@dataclass(frozen=True, slots=True)
class DocumentDesk:
    """Everything it takes to store a document, wired by the edge."""

    stored_documents: StoredDocuments
    archive: DocumentArchive
    render: Callable[[DocumentView], bytes]
