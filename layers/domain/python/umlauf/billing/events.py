"""What billing tells the other contexts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from umlauf.billing.documents import DocumentKind
from umlauf.billing.model import LineKind
from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class IssuedTax:
    country: str
    category: str
    rate: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class IssuedLine:
    item: str
    kind: LineKind
    net: Money
    quantity: Decimal
    unit: str
    starts_on: date
    ends_on: date
    """Exclusive, as every period."""


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    TYPE: ClassVar[str] = "billing.invoice_issued.v1"

    invoice_id: str
    number: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    currency: str
    net: Money
    tax: Money
    gross: Money
    taxes: tuple[IssuedTax, ...]
    lines: tuple[IssuedLine, ...]
    issued_on: date
    due_on: date
    is_business: bool


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    TYPE: ClassVar[str] = "billing.invoice_paid.v1"

    invoice_id: str
    number: str
    customer_id: str
    subscription_id: str
    amount: Money
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceReopened:
    """The invoice counted as paid until a bank took money back."""

    TYPE: ClassVar[str] = "billing.invoice_reopened.v1"

    invoice_id: str
    number: str
    customer_id: str
    subscription_id: str
    open: Money
    reason: str


@dataclass(frozen=True, slots=True)
class InvoiceOverdue:
    TYPE: ClassVar[str] = "billing.invoice_overdue.v1"

    invoice_id: str
    customer_id: str
    subscription_id: str
    open: Money
    due_on: date


@dataclass(frozen=True, slots=True)
class ContractParked:
    """A contract could not be billed; people look at it, and every later run tries again."""

    TYPE: ClassVar[str] = "billing.contract_parked.v1"

    subscription_id: str
    reason_code: str
    run_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class RunCompleted:
    TYPE: ClassVar[str] = "billing.run_completed.v1"

    run_id: str
    due: int
    billed: int
    nothing_to_charge: int
    skipped: int
    parked: int
    voided_numbers: int


@dataclass(frozen=True, slots=True)
class CreditedLine:
    """What a note gives back of one line of an earlier document (`corrects_*`).

    Without an earlier document it is a new charge, below zero.
    """

    item: str
    kind: LineKind
    net: Money
    starts_on: date
    ends_on: date
    """Exclusive, as every period."""
    corrects_invoice_id: str | None = None
    corrects_line: int | None = None


@dataclass(frozen=True, slots=True)
class OpenAmountLowered:
    """What a note took off one invoice."""

    invoice_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CreditNoteIssued:
    """A credit note, or (by `kind`) the cancellation of a whole invoice. Amounts are given back.

    `gross` is what `lowered` invoices are owed less, and what went `to_balance`.
    """

    TYPE: ClassVar[str] = "billing.credit_note_issued.v1"

    credit_note_id: str
    number: str
    kind: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    currency: str
    net: Money
    tax: Money
    gross: Money
    taxes: tuple[IssuedTax, ...]
    lines: tuple[CreditedLine, ...]
    lowered: tuple[OpenAmountLowered, ...]
    to_balance: Money
    issued_on: date
    is_business: bool


@dataclass(frozen=True, slots=True)
class PrepaymentRecorded:
    """Money arrived for no invoice in particular; it waits on the credit balance."""

    TYPE: ClassVar[str] = "billing.prepayment_recorded.v1"

    balance_id: str
    entry_id: str
    customer_id: str
    legal_entity: str
    amount: Money
    reference: str
    received_on: date


@dataclass(frozen=True, slots=True)
class CreditApplied:
    """The credit balance paid on an invoice. `left` is what it still holds."""

    TYPE: ClassVar[str] = "billing.credit_applied.v1"

    balance_id: str
    entry_id: str
    customer_id: str
    invoice_id: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True)
class OverpaymentCredited:
    """What was paid on an invoice beyond what was open went to the credit balance."""

    TYPE: ClassVar[str] = "billing.overpayment_credited.v1"

    balance_id: str
    entry_id: str
    customer_id: str
    invoice_id: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True)
class CreditPaidOut:
    """Credit went back to the customer's bank account."""

    TYPE: ClassVar[str] = "billing.credit_paid_out.v1"

    balance_id: str
    entry_id: str
    customer_id: str
    legal_entity: str
    amount: Money
    reference: str
    paid_on: date


@dataclass(frozen=True, slots=True)
class DocumentStored:
    """The document of an invoice or credit note lies in the archive, for good."""

    TYPE: ClassVar[str] = "billing.document_stored.v1"

    document_id: str
    kind: DocumentKind
    number: str
    legal_entity: str
    customer_id: str
    key: str
    sha256: str
    size_bytes: int
