"""Subscriptions on the wire."""

from datetime import date, datetime

from umlauf.subscriptions.model import Subscription
from umlauf_http.wire import Out, PageOut


class SubscriptionOut(Out):
    """`reason_not_due` says why there is no next due date, whenever there is none."""

    id: str
    customer_id: str
    status: str
    plan_id: str
    plan_version: int
    add_ons: list[str]
    currency: str
    time_zone: str
    asset_id: str | None
    ordered_at: datetime
    activated_at: datetime | None
    starts_on: date | None
    ends_on: date | None
    billed_through: date | None
    next_due_at: datetime | None
    reason_not_due: str | None

    @classmethod
    def of(cls, subscription: Subscription) -> "SubscriptionOut":
        reason = subscription.reason_not_due
        return cls(
            id=subscription.id,
            customer_id=subscription.customer_id,
            status=subscription.status.value,
            plan_id=subscription.plan_id,
            plan_version=subscription.plan_version,
            add_ons=list(subscription.add_ons),
            currency=subscription.currency,
            time_zone=subscription.time_zone,
            asset_id=subscription.asset_id,
            ordered_at=subscription.ordered_at,
            activated_at=subscription.activated_at,
            starts_on=subscription.starts_on,
            ends_on=subscription.ends_on,
            billed_through=subscription.billed_through,
            next_due_at=subscription.next_due_at,
            reason_not_due=None if reason is None else reason.value,
        )


class SubscriptionsOut(PageOut[SubscriptionOut]):
    """Subscriptions, the latest order first."""
