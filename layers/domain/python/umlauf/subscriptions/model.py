"""Subscriptions: one customer's standing agreement on one version of one plan."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from umlauf.kernel.calendar import Interval, zone
from umlauf.subscriptions.errors import NotActive
from umlauf.subscriptions.schedule import Cycle


class Status(StrEnum):
    PENDING = "pending"
    """Ordered; waits for a payment method and the hand-over."""
    ACTIVE = "active"
    """From the hand-over until the term is over, billed, and the asset back."""
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    """Called off before it began."""


class ReasonNotDue(StrEnum):
    """Why a subscription has no next due date: never silence."""

    NOT_ACTIVE = "not_active"
    SETTLED_FROM_WALLET = "settled_from_wallet"
    AWAITING_RETURN = "awaiting_return"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`interval`, `currency` and `time_zone` are frozen at the order, the anchor at the start.

    What lies before `billed_through` is billed: at each boundary, fees of the period ahead and
    usage of the period behind. `asset_id` is the asset promised to it or in its hands.
    """

    KIND: ClassVar[str] = "subscription"

    id: str
    customer_id: str
    plan_id: str
    plan_version: int
    interval: Interval
    currency: str
    time_zone: str
    ordered_at: datetime
    add_ons: tuple[str, ...] = ()
    status: Status = Status.PENDING
    asset_id: str | None = None
    activated_at: datetime | None = None
    starts_on: date | None = None
    anchor: date | None = None
    cancelled_at: datetime | None = None
    ends_on: date | None = None
    ended_at: datetime | None = None
    billed_through: date | None = None
    next_due_at: datetime | None = None
    reason_not_due: ReasonNotDue | None = None
    version: int = 0

    def __post_init__(self) -> None:
        zone(self.time_zone)
        if (self.next_due_at is None) == (self.reason_not_due is None):
            raise ValueError(f"{self.id} needs a next due date or a reason why it has none")

    @property
    def cycle(self) -> Cycle:
        """Its billing calendar. Raises NotActive before the start."""
        if self.starts_on is None or self.anchor is None:
            raise NotActive(f"subscription {self.id} has not started yet")
        return Cycle(self.starts_on, self.anchor, self.interval, self.ends_on)

    @property
    def due_on(self) -> date | None:
        """The boundary that `next_due_at` stands for."""
        if self.next_due_at is None or self.billed_through is None:
            return None
        return (
            self.billed_through if self.ends_on is None else min(self.billed_through, self.ends_on)
        )

    @property
    def is_live(self) -> bool:
        return self.status is Status.ACTIVE
