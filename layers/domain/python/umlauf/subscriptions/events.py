"""What happened to subscriptions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class SubscriptionOrdered:
    TYPE: ClassVar[str] = "subscriptions.ordered.v1"

    subscription_id: str
    customer_id: str
    plan_id: str
    plan_version: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionActivated:
    TYPE: ClassVar[str] = "subscriptions.activated.v1"

    subscription_id: str
    customer_id: str
    plan_id: str
    plan_version: int
    asset_id: str | None
    currency: str
    anchor: date
    time_zone: str
    next_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class SubscriptionCancelled:
    TYPE: ClassVar[str] = "subscriptions.cancelled.v1"

    subscription_id: str
    customer_id: str
    ends_on: date


@dataclass(frozen=True, slots=True)
class SubscriptionWithdrawn:
    TYPE: ClassVar[str] = "subscriptions.withdrawn.v1"

    subscription_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class SubscriptionEnded:
    TYPE: ClassVar[str] = "subscriptions.ended.v1"

    subscription_id: str
    customer_id: str
