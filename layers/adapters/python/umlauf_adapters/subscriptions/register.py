"""The register of subscriptions: all of them, narrowed by whatever is known, by the best index."""

from collections.abc import Sequence
from typing import Final

from umlauf.kernel.work import Page
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import Status, Subscription
from umlauf_adapters.kernel.spread_lists import SpreadList
from umlauf_adapters.subscriptions.due_walk import DueDays, page_of_due
from umlauf_adapters.subscriptions.entries import (
    ENTRIES,
    SubscriptionEntry,
    plan_partitions,
    status_partitions,
)
from umlauf_adapters.subscriptions.subscriptions import (
    SUBSCRIPTIONS,
    DynamoSubscriptions,
    customer_partition,
)

_MOST_ENTRIES: Final = 10_000
"""Looked at for one page: they are a hundredth of what a query reads at once."""


class DynamoSubscriptionRegister:
    """Implements umlauf.subscriptions.ports.SubscriptionRegister."""

    def find(
        self, search: SubscriptionSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Subscription]:
        def show(rows: Sequence[Subscription]) -> list[Subscription | None]:
            return [row if search.is_met_by(row) else None for row in rows]

        if search.customer_id is not None:
            partition = customer_partition(search.customer_id)
            of_customer = SpreadList(SUBSCRIPTIONS, "gsi1", partition, (partition,))
            return of_customer.page(show, limit=limit, cursor=cursor)
        if search.plan_id is None and search.due_from and search.due_before:
            days = DueDays(search.due_from, search.due_before)
            return page_of_due(days, show, limit=limit, cursor=cursor)
        return _entries(search).page(
            lambda entries: _subscriptions(entries, search), limit=limit, cursor=cursor
        )


def _entries(search: SubscriptionSearch) -> SpreadList[SubscriptionEntry]:
    if search.plan_id is not None:
        partitions = plan_partitions(search.plan_id)
        return SpreadList(ENTRIES, "gsi1", partitions[0], partitions, most_rows=_MOST_ENTRIES)
    statuses = list(Status) if search.status is None else [search.status]
    partitions = tuple(pk for status in statuses for pk in status_partitions(status))
    name = "+".join(statuses)
    return SpreadList(ENTRIES, "gsi2", name, partitions, most_rows=_MOST_ENTRIES)


def _subscriptions(
    entries: Sequence[SubscriptionEntry], search: SubscriptionSearch
) -> list[Subscription | None]:
    """Only those that their entry does not rule out are read, consistently, and looked at."""
    wanted = [entry.id for entry in entries if _may_meet(entry, search)]
    found = DynamoSubscriptions().find_many(wanted)
    read = [found.get(entry.id) for entry in entries]
    return [one if one is not None and search.is_met_by(one) else None for one in read]


def _may_meet(entry: SubscriptionEntry, search: SubscriptionSearch) -> bool:
    return (
        search.plan_version in {None, entry.plan_version}
        and search.status in {None, entry.status}
        and search.site in {None, entry.site}
    )
