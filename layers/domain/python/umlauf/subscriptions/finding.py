"""What somebody looks for among subscriptions."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from umlauf.subscriptions.model import Status, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSearch:
    """What is wanted; None leaves it open. Plan and version are those in force.

    Due days are half-open, in UTC; whoever has no due date is not met by them. `without_end`
    leaves out whoever is to end, or is gone.
    """

    customer_id: str | None = None
    plan_id: str | None = None
    plan_version: int | None = None
    status: Status | None = None
    site: str | None = None
    due_from: date | None = None
    due_before: date | None = None
    without_end: bool = False

    def is_met_by(self, subscription: Subscription) -> bool:
        return (
            self.customer_id in {None, subscription.customer_id}
            and self.plan_id in {None, subscription.plan_id}
            and self.plan_version in {None, subscription.plan_version}
            and self.status in {None, subscription.status}
            and self.site in {None, subscription.site}
            and not (self.without_end and _has_an_end(subscription))
            and self._is_due(subscription.next_due_at)
        )

    def _is_due(self, at: datetime | None) -> bool:
        if self.due_from is None and self.due_before is None:
            return True
        if at is None:
            return False
        is_late_enough = self.due_from is None or _midnight(self.due_from) <= at
        return is_late_enough and (self.due_before is None or at < _midnight(self.due_before))


def _has_an_end(subscription: Subscription) -> bool:
    is_going_on = subscription.status in {Status.PENDING, Status.ACTIVE}
    return not is_going_on or subscription.is_void or subscription.ends_on is not None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
