"""What payments tells the other contexts.

`legal_entity` is whom the money is owed to; a top-up names none.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from umlauf.kernel.money import Money
from umlauf.payments.model import MethodKind, Purpose
from umlauf.payments.reasons import Retry


@dataclass(frozen=True, slots=True)
class MethodAdded:
    TYPE: ClassVar[str] = "payments.method_added.v1"

    payment_method_id: str
    customer_id: str
    kind: MethodKind


@dataclass(frozen=True, slots=True)
class PaymentProcessing:
    """The bank is working on it: not paid, and not unpaid either."""

    TYPE: ClassVar[str] = "payments.payment_processing.v1"

    attempt_id: str
    purpose: Purpose
    customer_id: str
    amount: Money
    provider_reference: str
    invoice_id: str | None = None
    top_up_id: str | None = None
    wallet_id: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentSucceeded:
    TYPE: ClassVar[str] = "payments.payment_succeeded.v1"

    attempt_id: str
    purpose: Purpose
    customer_id: str
    amount: Money
    provider_reference: str
    settled_at: datetime
    invoice_id: str | None = None
    top_up_id: str | None = None
    wallet_id: str | None = None
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFailed:
    """`retry` is what a further attempt with the same method is worth.

    `fee` is what the bank charged us.
    """

    TYPE: ClassVar[str] = "payments.payment_failed.v1"

    attempt_id: str
    purpose: Purpose
    customer_id: str
    payment_method_id: str
    amount: Money
    reason_code: str
    retry: Retry
    is_customer_fault: bool
    failed_at: datetime
    retry_not_before: datetime | None = None
    fee: Money | None = None
    invoice_id: str | None = None
    top_up_id: str | None = None
    wallet_id: str | None = None
    legal_entity: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentReturned:
    """Money that had arrived was taken back by the bank, up to 13 months later."""

    TYPE: ClassVar[str] = "payments.payment_returned.v1"

    attempt_id: str
    purpose: Purpose
    customer_id: str
    payment_method_id: str
    amount: Money
    reason_code: str
    bank_fee: Money
    is_customer_fault: bool
    retry: Retry
    returned_at: datetime
    retry_not_before: datetime | None = None
    invoice_id: str | None = None
    top_up_id: str | None = None
    wallet_id: str | None = None
    legal_entity: str | None = None
