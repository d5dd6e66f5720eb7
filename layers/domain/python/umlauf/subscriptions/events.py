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


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChanged:
    """Another agreement is in force: what is told is how it stands now."""

    TYPE: ClassVar[str] = "subscriptions.changed.v1"

    subscription_id: str
    customer_id: str
    change: str
    starts_on: date
    plan_id: str
    plan_version: int
    quantity: int
    add_ons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeScheduled:
    """`change` is the kind of change; what exactly is asked for stands on the subscription."""

    TYPE: ClassVar[str] = "subscriptions.change_scheduled.v1"

    subscription_id: str
    customer_id: str
    change_id: str
    change: str
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledChangeWithdrawn:
    TYPE: ClassVar[str] = "subscriptions.scheduled_change_withdrawn.v1"

    subscription_id: str
    customer_id: str
    change_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionPaused:
    """`subscription_ends_on` moves with the minimum term; None without a notice given."""

    TYPE: ClassVar[str] = "subscriptions.paused.v1"

    subscription_id: str
    customer_id: str
    starts_on: date
    ends_on: date | None
    subscription_ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionResumed:
    TYPE: ClassVar[str] = "subscriptions.resumed.v1"

    subscription_id: str
    customer_id: str
    resumes_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySkipped:
    TYPE: ClassVar[str] = "subscriptions.delivery_skipped.v1"

    subscription_id: str
    customer_id: str
    item: str
    period_start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRestored:
    TYPE: ClassVar[str] = "subscriptions.delivery_restored.v1"

    subscription_id: str
    customer_id: str
    item: str
    period_start: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationRevoked:
    TYPE: ClassVar[str] = "subscriptions.cancellation_revoked.v1"

    subscription_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionReactivated:
    TYPE: ClassVar[str] = "subscriptions.reactivated.v1"

    subscription_id: str
    customer_id: str
    plan_id: str
    plan_version: int
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDeclared:
    """Of one that runs; it is `subscriptions.ended` when all is given back and the asset is in."""

    TYPE: ClassVar[str] = "subscriptions.withdrawal_declared.v1"

    subscription_id: str
    customer_id: str
    pays_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionTerminated:
    TYPE: ClassVar[str] = "subscriptions.terminated.v1"

    subscription_id: str
    customer_id: str
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionVoided:
    TYPE: ClassVar[str] = "subscriptions.voided.v1"

    subscription_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponApplied:
    TYPE: ClassVar[str] = "subscriptions.coupon_applied.v1"

    subscription_id: str
    customer_id: str
    coupon_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponRemoved:
    TYPE: ClassVar[str] = "subscriptions.coupon_removed.v1"

    subscription_id: str
    customer_id: str
    coupon_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetTransferred:
    """The subscriber has another asset now; nothing about what is billed changes."""

    TYPE: ClassVar[str] = "subscriptions.asset_transferred.v1"

    subscription_id: str
    customer_id: str
    former_asset_id: str | None
    asset_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionImported:
    """It ran elsewhere before; what lies before `billed_through` was billed there."""

    TYPE: ClassVar[str] = "subscriptions.imported.v1"

    subscription_id: str
    customer_id: str
    plan_id: str
    plan_version: int
    starts_on: date
    billed_through: date
