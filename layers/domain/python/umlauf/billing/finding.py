"""What somebody looks for among documents and parked contracts, and how an invoice stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.documents import DocumentKind
from umlauf.billing.model import Invoice, Receivable, ReceivableStatus
from umlauf.billing.runs import ParkedContract
from umlauf.kernel.calendar import local_date


class InvoiceState(StrEnum):
    """How an invoice stands on a day. Each is in exactly one state."""

    OPEN = "open"
    """To be paid, and not due yet or due today."""
    OVERDUE = "overdue"
    PROCESSING = "processing"
    """A slow debit is under way: not paid, and not unpaid either."""
    PAID = "paid"
    """Nothing is open: paid, from the credit balance too, or credited."""
    CANCELLED = "cancelled"
    """Nothing is open, for the invoice should not have been."""


@dataclass(frozen=True, slots=True)
class OwedInvoice:
    """An invoice with what became of it."""

    invoice: Invoice
    receivable: Receivable

    def state(self, now: datetime) -> InvoiceState:
        return state_of(self.receivable, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentSearch:
    """What documents are wanted; None leaves it open. The days of issue are half-open."""

    customer_id: str | None = None
    subscription_id: str | None = None
    legal_entity: str | None = None
    kind: DocumentKind | None = None
    issued_from: date | None = None
    issued_before: date | None = None

    def is_met_by(self, document: Invoice | CreditNote) -> bool:
        return (
            self.customer_id in {None, document.customer_id}
            and self.legal_entity in {None, document.legal_entity}
            and self.kind in {None, kind_of(document)}
            and (self.subscription_id is None or _concerns(document, self.subscription_id))
            and (self.issued_from is None or self.issued_from <= document.issued_on)
            and (self.issued_before is None or document.issued_on < self.issued_before)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceSearch(DocumentSearch):
    """`state` asks for invoices that stand so; whoever asks for open ones gets overdue ones too."""

    state: InvoiceState | None = None

    def may_be_met_on(self, receivable: Receivable, now: datetime) -> bool:
        """Whether what is owed, which is small and at hand, does not rule the invoice out."""
        return (
            self._is_state_met_by(state_of(receivable, now))
            and self.legal_entity in {None, receivable.legal_entity}
            and self.kind in {None, _kind(is_deposit=receivable.is_deposit)}
        )

    def is_met_by_owed(self, owed: OwedInvoice, now: datetime) -> bool:
        return self.may_be_met_on(owed.receivable, now) and self.is_met_by(owed.invoice)

    def _is_state_met_by(self, state: InvoiceState) -> bool:
        if self.state is InvoiceState.OPEN:
            return state in {InvoiceState.OPEN, InvoiceState.OVERDUE}
        return self.state in {None, state}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedSearch:
    """Which of the contracts that wait; `run_id` is the run that tried last."""

    reason_code: str | None = None
    run_id: str | None = None

    def is_met_by(self, parked: ParkedContract) -> bool:
        is_reason = self.reason_code in {None, parked.reason_code}
        return is_reason and self.run_id in {None, parked.run_id}


def kind_of(document: Invoice | CreditNote) -> DocumentKind:
    """What kind of document it is."""
    if isinstance(document, CreditNote):
        return DocumentKind(document.kind.value)
    return _kind(is_deposit=document.is_deposit)


def state_of(receivable: Receivable, now: datetime) -> InvoiceState:
    """A cancelled invoice whose payment went back is owed again: then it is open, not gone."""
    match receivable.status:
        case ReceivableStatus.PAID:
            return InvoiceState.CANCELLED if receivable.cancelled_by else InvoiceState.PAID
        case ReceivableStatus.PROCESSING:
            return InvoiceState.PROCESSING
        case ReceivableStatus.OPEN:
            is_late = local_date(now, receivable.time_zone) > receivable.due_on
            return InvoiceState.OVERDUE if is_late else InvoiceState.OPEN


def _kind(*, is_deposit: bool) -> DocumentKind:
    return DocumentKind.DEPOSIT_REQUEST if is_deposit else DocumentKind.INVOICE


def _concerns(document: Invoice | CreditNote, subscription_id: str) -> bool:
    """Whether a contract is on it: on a consolidated one, any line may be another contract's."""
    on_lines = {line.subscription_id for line in document.lines}
    return subscription_id == document.subscription_id or subscription_id in on_lines
