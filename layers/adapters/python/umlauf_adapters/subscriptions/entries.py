"""How subscriptions are found by plan, or by status: a small entry beside each of them.

A subscription is in the index by customer and in the due index; that is what indexes a table may
have. So it is stored with an entry that holds what lists ask for, and whose own keys say where.
What billing moves is not in it: a bill leaves the entry, and so its indexes, as they were.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final
from zlib import crc32

from umlauf.subscriptions.model import Status, Subscription
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Layout

_SHARDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEntry:
    """`id` is the subscription's."""

    KIND: ClassVar[str] = "subscription_entry"

    id: str
    plan_id: str
    plan_version: int
    status: Status
    site: str | None
    ordered_at: datetime
    version: int = 0

    @classmethod
    def of(cls, subscription: Subscription) -> "SubscriptionEntry":
        return cls(
            id=subscription.id,
            plan_id=subscription.plan_id,
            plan_version=subscription.plan_version,
            status=subscription.status,
            site=subscription.site,
            ordered_at=subscription.ordered_at,
        )


def plan_partitions(plan_id: str) -> tuple[str, ...]:
    return tuple(f"PLAN#{plan_id}#{shard}" for shard in range(_SHARDS))


def status_partitions(status: Status) -> tuple[str, ...]:
    return tuple(f"STATUS#{status.value}#{shard}" for shard in range(_SHARDS))


def in_order_of_orders(ordered_at: datetime, subscription_id: str) -> str:
    """A sort key: fixed width, so that text order is time order."""
    return f"{ordered_at.astimezone(UTC).isoformat(timespec='microseconds')}#{subscription_id}"


def _shard(subscription_id: str) -> int:
    return crc32(subscription_id.encode()) % _SHARDS


ENTRIES: Final = Layout(
    SubscriptionEntry,
    context_table("subscriptions"),
    key=lambda entry: (f"SUBSCRIPTION#{entry.id}", "ENTRY"),
    gsi1=lambda entry: (
        plan_partitions(entry.plan_id)[_shard(entry.id)],
        in_order_of_orders(entry.ordered_at, entry.id),
    ),
    gsi2=lambda entry: (
        status_partitions(entry.status)[_shard(entry.id)],
        in_order_of_orders(entry.ordered_at, entry.id),
    ),
)
