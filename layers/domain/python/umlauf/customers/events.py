"""What happened to customers: ids and choices, never names or addresses."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from umlauf.customers.model import Language, Purpose


@dataclass(frozen=True, slots=True)
class CustomerSignedUp:
    TYPE: ClassVar[str] = "customers.customer_signed_up.v1"

    customer_id: str
    country: str
    language: Language


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    TYPE: ClassVar[str] = "customers.consent_changed.v1"

    customer_id: str
    purpose: Purpose
    is_given: bool


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    TYPE: ClassVar[str] = "customers.profile_changed.v1"

    customer_id: str


@dataclass(frozen=True, slots=True)
class CustomerMoved:
    """To another country: periods that end after `moved_on` begins are taxed there."""

    TYPE: ClassVar[str] = "customers.customer_moved.v1"

    customer_id: str
    from_country: str
    to_country: str
    moved_on: date


@dataclass(frozen=True, slots=True)
class BillingDetailsChanged:
    TYPE: ClassVar[str] = "customers.billing_details_changed.v1"

    customer_id: str
    has_valid_vat_id: bool
    wants_consolidated_invoices: bool


@dataclass(frozen=True, slots=True)
class CustomerBlocked:
    TYPE: ClassVar[str] = "customers.customer_blocked.v1"

    customer_id: str
    block_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BlockLifted:
    TYPE: ClassVar[str] = "customers.block_lifted.v1"

    customer_id: str
    block_id: str
