"""Subscriptions in DynamoDB: by id, by customer (gsi1), and in the due index (gsi2).

Each is stored with its entry, by which it is found by plan and status (see `entries`).
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from umlauf.kernel.work import Page
from umlauf.subscriptions.due import SHARDS, day_bucket, shard_of
from umlauf.subscriptions.errors import UnknownSubscription
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import DuePage
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout
from umlauf_adapters.subscriptions.entries import ENTRIES, SubscriptionEntry, in_order_of_orders

_SORTS_LAST: Final = "~"


def _partition(subscription_id: str) -> str:
    return f"SUBSCRIPTION#{subscription_id}"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


def _due_partition(bucket: str, shard: int) -> str:
    return f"DUE#{bucket}#{shard}"


def due_partitions(bucket: str) -> tuple[str, ...]:
    """All partitions of a day's bucket."""
    return tuple(_due_partition(bucket, shard) for shard in range(SHARDS))


def _sortable(instant: datetime) -> str:
    """Fixed width, so that text order is time order."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _due_key(subscription: Subscription) -> Key | None:
    due_at = subscription.next_due_at
    if due_at is None:
        return None
    partition = _due_partition(day_bucket(due_at), shard_of(subscription.customer_id))
    return partition, f"{_sortable(due_at)}#{subscription.id}"


SUBSCRIPTIONS: Final = Layout(
    Subscription,
    context_table("subscriptions"),
    key=lambda subscription: (_partition(subscription.id), "SUBSCRIPTION"),
    gsi1=lambda subscription: (
        customer_partition(subscription.customer_id),
        in_order_of_orders(subscription.ordered_at, subscription.id),
    ),
    gsi2=_due_key,
    also=lambda subscription: ENTRIES.to_item(SubscriptionEntry.of(subscription)),
)


class DynamoSubscriptions:
    """Implements umlauf.subscriptions.ports.Subscriptions."""

    def get(self, subscription_id: str) -> Subscription:
        subscription = self.find(subscription_id)
        if subscription is None:
            raise UnknownSubscription(
                f"there is no subscription {subscription_id!r}; list the customer's to find its id",
                field="subscription_id",
            )
        return subscription

    def find(self, subscription_id: str) -> Subscription | None:
        return SUBSCRIPTIONS.get(_partition(subscription_id), "SUBSCRIPTION")

    def find_many(self, subscription_ids: Iterable[str]) -> dict[str, Subscription]:
        """Those that exist, by id; one call for up to a hundred."""
        keys = [
            (_partition(subscription_id), "SUBSCRIPTION") for subscription_id in subscription_ids
        ]
        return {found.id: found for found in SUBSCRIPTIONS.get_many(keys)}

    def list_of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Subscription]:
        return SUBSCRIPTIONS.page(
            customer_partition(customer_id),
            index="gsi1",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def list_due(
        self,
        bucket: str,
        shard: int,
        *,
        until: datetime,
        limit: int = 50,
        cursor: str | None = None,
    ) -> DuePage:
        unreadable: list[str] = []
        page = SUBSCRIPTIONS.page(
            _due_partition(bucket, shard),
            index="gsi2",
            up_to=f"{_sortable(until)}#{_SORTS_LAST}",
            limit=limit,
            cursor=cursor,
            on_unreadable=lambda item: unreadable.append(item.pk.partition("#")[2]),
        )
        return DuePage(page.items, page.next_cursor, tuple(unreadable))
