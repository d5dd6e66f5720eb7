"""Payers, methods, attempts and the pointers between them in DynamoDB."""

from datetime import datetime

from umlauf.kernel.work import Page
from umlauf.payments.model import LivePayment, Payer, PaymentAttempt, PaymentMethod
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.payments.layouts import (
    ATTEMPT,
    ATTEMPTS,
    LIVE,
    LIVE_PAYMENTS,
    METHOD,
    METHODS,
    PAYER,
    PAYERS,
    attempt_partition,
    customer_partition,
    subject_partition,
    unsettled_partition,
)


class DynamoPayers:
    """Implements umlauf.payments.ports.Payers."""

    def get(self, customer_id: str) -> Payer | None:
        return PAYERS.get(customer_partition(customer_id), PAYER)


class DynamoPaymentMethods:
    """Implements umlauf.payments.ports.PaymentMethods."""

    def get(self, customer_id: str, method_id: str) -> PaymentMethod | None:
        return METHODS.get(customer_partition(customer_id), f"{METHOD}{method_id}")

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[PaymentMethod]:
        return METHODS.page(
            customer_partition(customer_id), prefix=METHOD, limit=limit, cursor=cursor
        )


class DynamoPaymentAttempts:
    """Implements umlauf.payments.ports.PaymentAttempts."""

    def get(self, attempt_id: str) -> PaymentAttempt | None:
        return ATTEMPTS.get(attempt_partition(attempt_id), ATTEMPT)

    def of_subject(
        self, subject_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[PaymentAttempt]:
        return ATTEMPTS.page(
            subject_partition(subject_id), index="gsi1", limit=limit, cursor=cursor
        )

    def unsettled(
        self, shard: int, begun_before: datetime, *, limit: int = 50, cursor: str | None = None
    ) -> Page[PaymentAttempt]:
        return ATTEMPTS.page(
            unsettled_partition(shard),
            index="gsi2",
            up_to=encode_instant(begun_before),
            limit=limit,
            cursor=cursor,
        )


class DynamoLivePayments:
    """Implements umlauf.payments.ports.LivePayments."""

    def get(self, subject_id: str) -> LivePayment | None:
        return LIVE_PAYMENTS.get(subject_partition(subject_id), LIVE)
