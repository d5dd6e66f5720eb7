"""Deliveries the subscriber does not want, until the cut-off before they are sent."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from umlauf.catalog.model import Delivery
from umlauf.kernel.calendar import start_of_day
from umlauf.subscriptions.agreements import Skip
from umlauf.subscriptions.errors import NoSuchDelivery, SkipTooLate, TooMany
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pointer import to_be_repaired
from umlauf.subscriptions.timeline import PlanOf, agreement_on, boundary_after

MOST_SKIPS: Final = 500
_ONE_DAY: Final = timedelta(days=1)


def skipped(
    subscription: Subscription, skip: Skip, *, plan_of: PlanOf, now: datetime
) -> Subscription:
    """Leave one delivery out; left out already, nothing changes.

    Raises NoSuchDelivery, SkipTooLate, TooMany, NotActive.
    """
    if skip in subscription.skips:
        return subscription
    _require_open(subscription, skip, plan_of, now)
    if len(subscription.skips) >= MOST_SKIPS:
        raise TooMany(f"a subscription may skip {MOST_SKIPS} deliveries", field="period_start")
    skips = sorted((*subscription.skips, skip), key=lambda one: (one.period_start, one.item))
    return _billed_anew(replace(subscription, skips=tuple(skips)), skip, now)


def restored(
    subscription: Subscription, skip: Skip, *, plan_of: PlanOf, now: datetime
) -> Subscription:
    """Have a skipped delivery after all; not skipped, nothing changes.

    Raises NoSuchDelivery, SkipTooLate, NotActive.
    """
    if skip not in subscription.skips:
        return subscription
    _require_open(subscription, skip, plan_of, now)
    left = tuple(one for one in subscription.skips if one != skip)
    return _billed_anew(replace(subscription, skips=left), skip, now)


def cut_off(item: Delivery, period_start: date, time_zone: str) -> datetime:
    """The instant from which the delivery of a period is under way."""
    return start_of_day(period_start - timedelta(days=item.skip_notice_days), time_zone)


def _require_open(subscription: Subscription, skip: Skip, plan_of: PlanOf, now: datetime) -> None:
    item = _delivery(subscription, skip, plan_of)
    closes_at = cut_off(item, skip.period_start, subscription.time_zone)
    if now >= closes_at:
        last = skip.period_start - timedelta(days=item.skip_notice_days) - _ONE_DAY
        raise SkipTooLate(
            f"the delivery of {skip.period_start} could be changed until {last}; choose "
            "a later one",
            field="period_start",
        )


def _delivery(subscription: Subscription, skip: Skip, plan_of: PlanOf) -> Delivery:
    """The item, if one of its deliveries is due on that day. Raises NoSuchDelivery, NotActive."""
    following = boundary_after(subscription, skip.period_start - _ONE_DAY)
    if following != skip.period_start or skip.period_start == subscription.ends_on:
        is_over = following is None or following == subscription.ends_on
        what_then = "none begins later" if is_over else f"the next begins on {following}"
        raise NoSuchDelivery(
            f"no billing period begins on {skip.period_start}; {what_then}",
            field="period_start",
        )
    agreement = agreement_on(subscription, skip.period_start)
    plan = plan_of(agreement.plan_id, agreement.plan_version)
    for item in plan.items_with(agreement.add_ons):
        if item.id == skip.item and isinstance(item, Delivery):
            return item
    raise NoSuchDelivery(f"{plan.plan_id} delivers no {skip.item!r}", field="item")


def _billed_anew(changed: Subscription, skip: Skip, now: datetime) -> Subscription:
    if changed.next_due_at is None:
        return changed
    return to_be_repaired(changed, skip.period_start, now)
