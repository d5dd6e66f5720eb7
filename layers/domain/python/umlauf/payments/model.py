"""Means of payment, attempts to take money, and the pointer that keeps attempts apart.

An attempt is one PaymentIntent at the provider and never changes its amount or method: a further
try is a further attempt. `LivePayment` is the one place per invoice or top-up where attempts meet,
so two collectors cannot both charge.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, Final

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.payments.errors import NothingToPay, PaymentInFlight, ReceivableBehind
from umlauf.payments.reasons import Retry

UNSETTLED_SHARDS: Final = 8
FIRST_COLLECTION: Final = "issued"
"""The act an invoice is charged for first; a retry is another act, named by its dunning step."""


def unsettled_shard(attempt_id: str) -> int:
    """Where an unsettled attempt is listed: spread by id, the same on every machine."""
    return int(sha256(attempt_id.encode()).hexdigest(), 16) % UNSETTLED_SHARDS


def attempt_id_of(purpose: "Purpose", subject_id: str, act: str) -> str:
    """The same act on the same subject is the same attempt."""
    return derive_id("att", purpose.value, subject_id, act)


class MethodKind(StrEnum):
    CARD = "card"
    SEPA_DEBIT = "sepa_debit"


class Purpose(StrEnum):
    INVOICE = "invoice"
    TOP_UP = "top_up"


class AttemptState(StrEnum):
    """CREATED → PROCESSING → SUCCEEDED or FAILED; a success may be RETURNED weeks later."""

    CREATED = "created"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer as the provider knows them.

    And which method is charged when nobody says otherwise.
    """

    KIND: ClassVar[str] = "payer"

    id: str  # the customer's
    provider_customer_id: str
    default_method_id: str | None = None
    version: int = 0

    def with_default(self, method_id: str) -> "Payer":
        return replace(self, default_method_id=method_id)


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A card or account, as far as we may keep it.

    `fingerprint` is equal for equal cards of two customers.
    """

    KIND: ClassVar[str] = "payment_method"

    id: str
    customer_id: str
    kind: MethodKind
    provider_method_id: str
    fingerprint: str
    label: str  # e.g. "visa 4242": enough to recognise, too little to use
    added_at: datetime
    mandate: str = ""
    """The reference of the customer's permission to debit the account; a card has none."""
    version: int = 0


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """The wish to take `amount` for one invoice or top-up.

    `act` names the business act (`issued`, `<case>:<step>`, a customer's idempotency key): the same
    act on the same subject is the same attempt however often it is asked for. `paid` is what the
    receivable counts as paid already. `legal_entity` is the company that the invoice is owed to; a
    top-up names none, it is with whoever keeps the wallets.
    """

    purpose: Purpose
    subject_id: str
    customer_id: str
    amount: Money
    paid: Money
    act: str
    method_id: str | None = None  # the payer's default if None
    wallet_id: str | None = None
    is_customer_present: bool = False
    legal_entity: str | None = None

    def __post_init__(self) -> None:
        if self.purpose is Purpose.INVOICE and not self.legal_entity:
            raise ValueError(f"whom is {self.subject_id} owed to? Name the legal entity")

    @property
    def attempt_id(self) -> str:
        return attempt_id_of(self.purpose, self.subject_id, self.act)


@dataclass(frozen=True, slots=True)
class PaymentAttempt:
    KIND: ClassVar[str] = "payment_attempt"

    id: str
    purpose: Purpose
    subject_id: str
    customer_id: str
    method_id: str
    amount: Money
    number: int
    """The how-many-eth attempt for the subject this is, from 1."""
    created_at: datetime
    kind: MethodKind
    provider_customer_id: str
    provider_method_id: str
    state: AttemptState = AttemptState.CREATED
    legal_entity: str | None = None
    wallet_id: str | None = None
    is_customer_present: bool = False
    provider_reference: str | None = None
    awaits_customer: bool = False
    """The bank wants the customer to confirm; only they can move it on."""
    settled_at: datetime | None = None
    reason_code: str | None = None
    retry: Retry | None = None
    version: int = 0

    @property
    def charge(self) -> "Charge":
        """What the provider is asked.

        The same now and after a crash, whatever changed meanwhile.
        """
        return Charge(
            attempt_id=self.id,
            amount=self.amount,
            kind=self.kind,
            provider_customer_id=self.provider_customer_id,
            provider_method_id=self.provider_method_id,
            is_customer_present=self.is_customer_present,
            created_at=self.created_at,
        )

    @property
    def is_settled(self) -> bool:
        return self.state not in (AttemptState.CREATED, AttemptState.PROCESSING)

    @property
    def invoice_id(self) -> str | None:
        return self.subject_id if self.purpose is Purpose.INVOICE else None

    @property
    def top_up_id(self) -> str | None:
        return self.subject_id if self.purpose is Purpose.TOP_UP else None


@dataclass(frozen=True, slots=True)
class LivePayment:
    """What is under way and what has arrived for one invoice or top-up.

    Every attempt begins and ends by changing this in the same work, so of two that begin at once
    one loses.
    """

    KIND: ClassVar[str] = "live_payment"

    id: str
    collected: Money
    """Arrived and not returned."""
    live_attempt_id: str | None = None
    attempts_made: int = 0
    version: int = 0

    def begin(self, order: PaymentOrder) -> "LivePayment":
        """Take the place of the live attempt.

        Raises PaymentInFlight, ReceivableBehind, NothingToPay.
        """
        if self.live_attempt_id is not None:
            raise PaymentInFlight(self.id, self.live_attempt_id)
        if order.amount.amount_minor <= 0:
            raise NothingToPay(f"nothing is open on {self.id}", field="amount")
        if order.paid < self.collected:
            raise ReceivableBehind(
                f"{self.collected} arrived for {self.id}, {order.paid} is booked; ask again shortly"
            )
        return replace(self, live_attempt_id=order.attempt_id, attempts_made=self.attempts_made + 1)

    def end(self, attempt_id: str) -> "LivePayment":
        """Free the place, if this attempt holds it."""
        if self.live_attempt_id != attempt_id:
            return self
        return replace(self, live_attempt_id=None)

    def add(self, amount: Money) -> "LivePayment":
        return replace(self, collected=self.collected + amount)


class ProviderStatus(StrEnum):
    AWAITS_CUSTOMER = "awaits_customer"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Charge:
    """What the provider is asked to take. `attempt_id` is the idempotency key."""

    attempt_id: str
    amount: Money
    kind: MethodKind
    provider_customer_id: str
    provider_method_id: str
    is_customer_present: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A payment as the provider sees it now; `attempt_id` is None for one that is not ours."""

    reference: str
    status: ProviderStatus
    attempt_id: str | None
    reason_code: str | None = None
    bank_fee: Money | None = None
    client_secret: str | None = None
    """Lets the customer's app confirm; passed on, never stored or logged."""
    is_final: bool = False
    """A failed one that nobody can confirm again."""


@dataclass(frozen=True, slots=True)
class ProviderMethod:
    reference: str
    kind: MethodKind
    fingerprint: str
    label: str
    provider_customer_id: str | None
    mandate: str = ""


@dataclass(frozen=True, slots=True)
class MethodSetup:
    """A begun registration of a method.

    The app finishes it with the provider by `client_secret`.
    """

    reference: str
    client_secret: str
