"""What billing tells the other contexts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

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
