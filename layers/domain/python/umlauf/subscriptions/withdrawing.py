"""Withdrawal: a consumer calls the contract off within the days the law gives them.

The period runs from the day after the order (BGB sections 187, 355, 356) and ends with its last
day; where that is no working day, with the next one. Whoever expressly asked for an early start
pays for what was served until then (section 357a); everybody else gets all of it back.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from umlauf.catalog.model import Plan
from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.ending import undone
from umlauf.subscriptions.errors import NotActive, WithdrawalTooLate
from umlauf.subscriptions.holidays import next_working_day
from umlauf.subscriptions.model import EndReason, Subscription
from umlauf.subscriptions.pointer import awoken, to_be_repaired


def last_withdrawal_day(ordered_on: date, days: int, country: str) -> date:
    """The last day on which a withdrawal is in time."""
    return next_working_day(ordered_on + timedelta(days=days), country)


def withdrawn(
    subscription: Subscription, plan: Plan, now: datetime, *, country: str
) -> Subscription:
    """Call it off; done already, it is unchanged. Raises WithdrawalTooLate, NotActive."""
    if subscription.end_reason is EndReason.WITHDRAWN:
        return subscription
    if subscription.ended_at is not None or subscription.is_void:
        raise NotActive(
            f"subscription {subscription.id} is {subscription.status}; there is nothing to "
            "withdraw from",
            field="subscription_id",
        )
    today = local_date(now, subscription.time_zone)
    _require_in_time(subscription, plan, today, country)
    starts_on = subscription.starts_on
    is_served = starts_on is not None and starts_on < today
    if not (is_served and subscription.early_start_requested):
        return undone(subscription, EndReason.WITHDRAWN, now)
    ends_on = today if subscription.ends_on is None else min(today, subscription.ends_on)
    ending = replace(
        subscription,
        cancelled_at=now,
        ends_on=ends_on,
        end_reason=EndReason.WITHDRAWN,
        end_credit=CreditPolicy.UNUSED,
        scheduled=(),
    )
    return to_be_repaired(awoken(ending, ends_on), ends_on, now)


def _require_in_time(subscription: Subscription, plan: Plan, today: date, country: str) -> None:
    ordered_on = local_date(subscription.ordered_at, subscription.time_zone)
    last = last_withdrawal_day(ordered_on, plan.terms.withdrawal_days, country)
    if plan.terms.withdrawal_days == 0 or today > last:
        raise WithdrawalTooLate(
            f"a withdrawal was possible until {last}; cancel instead", field="subscription_id"
        )
