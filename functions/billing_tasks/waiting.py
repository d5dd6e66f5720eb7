"""The contracts that earlier runs could not bill, and which of them rest until it is their turn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from umlauf.billing.runs import ParkedContract
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import DuePage
from wiring import DESK, PARKED

PAGE: Final = 50
"""Contracts between two looks at the clock."""
_MAX_PAGES: Final = 100
"""Who waits behind these is tried by more parts than need be, no more."""
_MAX_DUE_PAGES: Final = 400

Waiting = Mapping[str, ParkedContract]


def waiting_contracts() -> Waiting:
    """The parked contracts by id, from an index that may lag behind."""
    found: dict[str, ParkedContract] = {}
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page = PARKED.waiting(limit=PAGE, cursor=cursor)
        found.update((one.id, one) for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def without_waiting(page: DuePage, waiting: Waiting) -> DuePage:
    """A page of due contracts less those that are tried with the parked ones."""
    return DuePage(
        [one for one in page.items if not _rests(one, waiting)],
        page.next_cursor,
        tuple(one for one in page.unreadable if one not in waiting),
    )


def is_anything_due(bucket: str, shard: int, *, until: datetime, waiting: Waiting) -> bool:
    """Whether a part has a contract that is not parked already."""
    limit = PAGE if waiting else 1
    cursor: str | None = None
    for _ in range(_MAX_DUE_PAGES):
        page = DESK.subscriptions.list_due(bucket, shard, until=until, limit=limit, cursor=cursor)
        if not without_waiting(page, waiting).is_empty:
            return True
        cursor = page.next_cursor
        if cursor is None:
            return False
    return True


def _rests(subscription: Subscription, waiting: Waiting) -> bool:
    parked = waiting.get(subscription.id)
    return parked is not None and parked.waits_since(subscription.next_due_at)
