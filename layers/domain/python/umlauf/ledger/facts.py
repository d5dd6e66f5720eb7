"""What the ledger reads of the events it posts from: the figures it needs and nothing else.

They are the ledger's own view, so an event may grow, or come from a context beside this one,
without touching a coding rule. A test reads each from the event's published sample.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class TaxedAmount:
    country: str
    category: str
    rate: Decimal
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class CodedLine:
    kind: str
    net: Money


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    invoice_id: str
    number: str
    legal_entity: str
    customer_id: str
    gross: Money
    taxes: tuple[TaxedAmount, ...]
    issued_on: date
    lines: tuple[CodedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditNoteIssued:
    """`kind` tells a cancellation from a credit note; both give the same back."""

    credit_note_id: str
    number: str
    kind: str
    legal_entity: str
    customer_id: str
    gross: Money
    taxes: tuple[TaxedAmount, ...]
    issued_on: date
    lines: tuple[CodedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class PrepaymentRecorded:
    balance_id: str
    legal_entity: str
    customer_id: str
    amount: Money
    received_on: date


@dataclass(frozen=True, slots=True)
class CreditPaidOut:
    balance_id: str
    legal_entity: str
    customer_id: str
    amount: Money
    paid_on: date


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    attempt_id: str
    purpose: str
    customer_id: str
    amount: Money
    settled_at: datetime
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """`fee` is what the bank charged us for the failure."""

    attempt_id: str
    purpose: str
    customer_id: str
    failed_at: datetime
    fee: Money | None
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    attempt_id: str
    purpose: str
    customer_id: str
    amount: Money
    bank_fee: Money
    returned_at: datetime
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True)
class FeeCharged:
    case_id: str
    invoice_id: str
    legal_entity: str
    customer_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ToppedUp:
    wallet_id: str
    customer_id: str
    amount: Money
    payment_id: str


@dataclass(frozen=True, slots=True)
class TopUpReturned:
    """`amount` went back to the bank; the wallet gave `taken_back` of it."""

    wallet_id: str
    customer_id: str
    amount: Money
    taken_back: Money
    shortfall: Money


@dataclass(frozen=True, slots=True)
class SessionSettled:
    """`amount` is gross, as it was taken from the wallet."""

    session_id: str
    customer_id: str
    amount: Money
    tax_rate: Decimal
    tax_country: str
    settled_at: datetime
    tax_category: str = "standard"


Fact = (
    InvoiceIssued
    | CreditNoteIssued
    | PrepaymentRecorded
    | CreditPaidOut
    | PaymentSucceeded
    | PaymentFailed
    | PaymentReturned
    | FeeCharged
    | ToppedUp
    | TopUpReturned
    | SessionSettled
)

FACTS: Final[Mapping[str, type[Fact]]] = {
    "billing.invoice_issued.v1": InvoiceIssued,
    "billing.credit_note_issued.v1": CreditNoteIssued,
    "billing.prepayment_recorded.v1": PrepaymentRecorded,
    "billing.credit_paid_out.v1": CreditPaidOut,
    "payments.payment_succeeded.v1": PaymentSucceeded,
    "payments.payment_failed.v1": PaymentFailed,
    "payments.payment_returned.v1": PaymentReturned,
    "dunning.fee_charged.v1": FeeCharged,
    "wallets.topped_up.v1": ToppedUp,
    "wallets.top_up_returned.v1": TopUpReturned,
    "wallets.session_settled.v1": SessionSettled,
}
"""Every event type the ledger posts from."""
