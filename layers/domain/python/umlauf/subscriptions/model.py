"""Subscriptions: one customer's standing agreement, with its whole history and what lies ahead."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.calendar import Interval, zone
from umlauf.subscriptions.agreements import (
    Agreement,
    AppliedCoupon,
    Pause,
    ScheduledChange,
    Skip,
)
from umlauf.subscriptions.errors import NotActive


class Status(StrEnum):
    PENDING = "pending"
    """Ordered; waits for a payment method and the hand-over."""
    ACTIVE = "active"
    """From the hand-over until the term is over, billed, and the asset back."""
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    """Called off before it began, or within the withdrawal period."""
    VOIDED = "voided"
    """Storno: as if it had never been. What was charged is given back in full."""


class EndReason(StrEnum):
    """What put an end to it."""

    CANCELLED = "cancelled"
    TERMINATED = "terminated"
    """For cause: to the day, without notice."""
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"


class ReasonNotDue(StrEnum):
    """Why a subscription has no next due date: never silence."""

    NOT_ACTIVE = "not_active"
    SETTLED_FROM_WALLET = "settled_from_wallet"
    AWAITING_RETURN = "awaiting_return"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`currency`, `time_zone`, `site` and `legal_entity` are frozen at the order, agreements too.

    `site` is the station it was ordered at, `legal_entity` the company that bills it for ever.
    `agreements` have begun, the last one is in force; `scheduled` ones lie ahead. What lies before
    `billed_through` is billed: at each boundary, fees of the period ahead and usage of the period
    behind. `repair_from` is the first day whose billing a change made wrong, or will when that day
    comes; billing puts it right and clears it. What lies before `imported_through` was billed
    elsewhere and is never looked at. `asset_id` is the asset promised to it or in its hands.
    `wanted_start` is the day it was ordered for: it starts no earlier. `early_start_requested`:
    the consumer wants it to start within the withdrawal period, and pays for what was served if
    they withdraw. `is_void` takes everything back (Storno, or a withdrawal without use);
    `end_credit` says what an end inside a paid period gives back. `closing_on` is set once all is
    billed: the day on which use that was told late is looked for a last time.
    """

    KIND: ClassVar[str] = "subscription"
    ITEMS: ClassVar[int] = 2
    """Itself, and the entry by which lists find it."""

    id: str
    customer_id: str
    currency: str
    time_zone: str
    ordered_at: datetime
    agreements: tuple[Agreement, ...]
    site: str | None = None
    legal_entity: str | None = None
    pauses: tuple[Pause, ...] = ()
    skips: tuple[Skip, ...] = ()
    coupons: tuple[AppliedCoupon, ...] = ()
    scheduled: tuple[ScheduledChange, ...] = ()
    status: Status = Status.PENDING
    asset_id: str | None = None
    wanted_start: date | None = None
    early_start_requested: bool = False
    activated_at: datetime | None = None
    starts_on: date | None = None
    cancelled_at: datetime | None = None
    ends_on: date | None = None
    end_reason: EndReason | None = None
    end_credit: CreditPolicy = CreditPolicy.UNUSED
    is_void: bool = False
    ended_at: datetime | None = None
    closing_on: date | None = None
    billed_through: date | None = None
    repair_from: date | None = None
    imported_through: date | None = None
    next_due_at: datetime | None = None
    reason_not_due: ReasonNotDue | None = None
    version: int = 0

    def __post_init__(self) -> None:
        zone(self.time_zone)
        if not self.agreements:
            raise ValueError(f"{self.id} needs an agreement")
        if (self.next_due_at is None) == (self.reason_not_due is None):
            raise ValueError(f"{self.id} needs a next due date or a reason why it has none")

    @property
    def current(self) -> Agreement:
        """The agreement in force; the one that was ordered until it starts."""
        return self.agreements[-1]

    @property
    def plan_id(self) -> str:
        return self.current.plan_id

    @property
    def plan_version(self) -> int:
        return self.current.plan_version

    @property
    def interval(self) -> Interval:
        return self.current.interval

    @property
    def add_ons(self) -> tuple[str, ...]:
        return self.current.add_ons

    @property
    def anchor(self) -> date | None:
        return self.current.anchor

    @property
    def started_on(self) -> date:
        """Its first day. Raises NotActive before the start."""
        if self.starts_on is None:
            raise NotActive(f"subscription {self.id} has not started yet")
        return self.starts_on

    @property
    def due_on(self) -> date | None:
        """The day to be billed next: a boundary, the end, a repair, or a scheduled change.

        Once all is billed, `closing_on` alone.
        """
        if self.next_due_at is None or self.billed_through is None:
            return None
        if self.closing_on is not None:
            return min(self.closing_on, self.repair_from or self.closing_on)
        days = [self.billed_through, *(change.starts_on for change in self.scheduled)]
        days.extend(day for day in (self.ends_on, self.repair_from) if day is not None)
        return min(days)

    @property
    def is_live(self) -> bool:
        return self.status is Status.ACTIVE

    @property
    def is_billed_to_its_end(self) -> bool:
        """Its last bill is written; what is missing is the asset, or use that is told late."""
        return self.reason_not_due is ReasonNotDue.AWAITING_RETURN or self.closing_on is not None

    def is_paused(self, day: date) -> bool:
        return any(pause.contains(day) for pause in self.pauses)
