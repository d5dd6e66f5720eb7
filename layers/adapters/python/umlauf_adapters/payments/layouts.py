"""Where payments' aggregates lie in their table.

A customer's payer record and methods share a partition. An attempt lies alone, since webhooks know
nothing but its id; `gsi1` lists the attempts of an invoice or top-up. `gsi2` is sparse: only what
nobody has heard the end of is in it, spread over shards.
"""

from typing import Final

from umlauf.payments.model import (
    LivePayment,
    Payer,
    PaymentAttempt,
    PaymentMethod,
    unsettled_shard,
)
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

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


def unsettled_partition(shard: int) -> str:
    return f"UNSETTLED#{shard}"


def _unsettled_key(attempt: PaymentAttempt) -> Key | None:
    if attempt.is_settled:
        return None
    shard = unsettled_shard(attempt.id)
    return unsettled_partition(shard), f"{encode_instant(attempt.created_at)}#{attempt.id}"


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
    gsi2=_unsettled_key,
)
LIVE_PAYMENTS: Final = Layout(
    LivePayment, _TABLE, key=lambda live: (subject_partition(live.id), LIVE)
)
