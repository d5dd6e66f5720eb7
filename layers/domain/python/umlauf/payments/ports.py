"""What payments needs from outside: its repositories and the provider."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from umlauf.kernel.work import Page, Works
from umlauf.payments.model import (
    Charge,
    LivePayment,
    MethodKind,
    MethodSetup,
    Payer,
    PaymentAttempt,
    PaymentMethod,
    ProviderMethod,
    ProviderPayment,
)


class Payers(Protocol):
    def get(self, customer_id: str) -> Payer | None: ...


class PaymentMethods(Protocol):
    def get(self, customer_id: str, method_id: str) -> PaymentMethod | None:
        """One method of this customer; another customer's is None."""

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[PaymentMethod]: ...


class PaymentAttempts(Protocol):
    def get(self, attempt_id: str) -> PaymentAttempt | None: ...

    def of_subject(
        self, subject_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[PaymentAttempt]:
        """The attempts for an invoice or top-up, oldest first; may lag behind by a moment."""

    def unsettled(
        self, shard: int, begun_before: datetime, *, limit: int = 50, cursor: str | None = None
    ) -> Page[PaymentAttempt]:
        """Those that nobody has heard the end of, of one of `UNSETTLED_SHARDS`, oldest first."""


class LivePayments(Protocol):
    def get(self, subject_id: str) -> LivePayment | None: ...


class Provider(Protocol):
    """The payment provider. A decline is an answer, not an exception.

    Every call raises ProviderUnavailable when it is worth repeating, ProviderRefused when it never
    will be.
    """

    def open_customer(self, customer_id: str) -> str:
        """The provider's id of the customer; the same one however often it is asked for."""

    def begin_setup(self, provider_customer_id: str, kind: MethodKind, key: str) -> MethodSetup: ...

    def method(self, reference: str) -> ProviderMethod:
        """Raises UnknownPaymentMethod."""

    def attach(self, reference: str, provider_customer_id: str) -> ProviderMethod: ...

    def charge(self, charge: Charge) -> ProviderPayment:
        """Take the money, once per attempt id within the provider's memory of keys (24 hours)."""

    def find(self, charge: Charge) -> ProviderPayment | None:
        """The payment an attempt led to, found without its key.

        For when the key is too old to be trusted.
        """

    def payment(self, reference: str) -> ProviderPayment:
        """The payment as it stands now."""

    def cancel(self, reference: str) -> ProviderPayment:
        """Give up on a payment that has not begun to move money."""


@dataclass(frozen=True, slots=True)
class PaymentDesk:
    """Everything it takes to take a payment, wired by the edge."""

    works: Works
    payers: Payers
    methods: PaymentMethods
    attempts: PaymentAttempts
    live_payments: LivePayments
    provider: Provider
