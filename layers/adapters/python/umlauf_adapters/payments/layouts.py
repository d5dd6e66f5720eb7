"""Where payments' aggregates lie in their table.

A customer's payer record and methods share a partition. An attempt lies alone, since webhooks know
nothing but its id; `gsi1` lists the attempts of an invoice or top-up.
"""

from typing import Final

from umlauf.payments.model import LivePayment, Payer, PaymentAttempt, PaymentMethod
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Layout

_TABLE = context_table("payments")
PAYER: Final = "PAYER"
METHOD: Final = "METHOD#"
ATTEMPT: Final = "ATTEMPT"
LIVE: Final = "LIVE"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


def attempt_partition(attempt_id: str) -> str:
    return f"ATTEMPT#{attempt_id}"


def subject_partition(subject_id: str) -> str:
    return f"SUBJECT#{subject_id}"


PAYERS: Final = Layout(Payer, _TABLE, key=lambda payer: (customer_partition(payer.id), PAYER))
METHODS: Final = Layout(
    PaymentMethod,
    _TABLE,
    key=lambda method: (customer_partition(method.customer_id), f"{METHOD}{method.id}"),
)
ATTEMPTS: Final = Layout(
    PaymentAttempt,
    _TABLE,
    key=lambda attempt: (attempt_partition(attempt.id), ATTEMPT),
    gsi1=lambda attempt: (
        subject_partition(attempt.subject_id),
        f"{encode_instant(attempt.created_at)}#{attempt.id}",
    ),
)
LIVE_PAYMENTS: Final = Layout(
    LivePayment, _TABLE, key=lambda live: (subject_partition(live.id), LIVE)
)
