"""Coupons of a subscription: from when to when one is in force. What it takes off is billing's."""

from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Final

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.errors import UnknownCoupon
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Coupons
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.agreements import AppliedCoupon
from umlauf.subscriptions.errors import CouponNotUsable, NotActive, NotPossibleThen, TooMany
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.pointer import to_be_repaired
from umlauf.subscriptions.timeline import PlanOf, billing_periods, coupon_end, first_paid_day

MOST_COUPONS: Final = 20


def named_coupon(coupon_id: str, coupons: Coupons) -> Coupon:
    """A coupon that whoever orders may name; any other is staff's to grant. Raises UnknownCoupon.

    Which others there are is told to nobody.
    """
    coupon = coupons.find(coupon_id)
    if coupon is None or not coupon.is_open:
        raise UnknownCoupon(
            f"there is no coupon {coupon_id!r} to order with; leave it out", field="coupons"
        )
    return coupon


def with_coupon(
    subscription: Subscription,
    coupon: Coupon,
    starts_on: date | None,
    *,
    plan_of: PlanOf,
    now: datetime,
) -> Subscription:
    """Put a coupon in force; in force already, nothing changes.

    Without a day it begins with the first period that is not billed yet, and with the start of a
    pending subscription. Raises CouponNotUsable, NotPossibleThen, NotActive, TooMany.
    """
    _require_usable(subscription, coupon, plan_of)
    if subscription.status is Status.PENDING:
        pending = AppliedCoupon(coupon, local_date(now, subscription.time_zone))
        return _added(subscription, pending)
    _require_running(subscription)
    day = starts_on or subscription.billed_through or subscription.started_on
    _require_within(subscription, day)
    current = subscription.current
    plan = plan_of(current.plan_id, current.plan_version)
    changed = _added(subscription, coupon_from(subscription, coupon, plan, day))
    return changed if changed == subscription else _billed_anew(changed, day, now)


def without_coupon(
    subscription: Subscription, coupon_id: str, ends_on: date, *, now: datetime
) -> Subscription:
    """End a coupon on a day, or drop it if it would begin later; without it, nothing changes."""
    left = []
    for one in subscription.coupons:
        end = coupon_end(subscription, one)
        is_meant = one.coupon.id == coupon_id and (end is None or ends_on < end)
        if not is_meant:
            left.append(one)
        elif one.starts_on < ends_on and subscription.starts_on is not None:
            left.append(replace(one, removed_on=ends_on))
    changed = replace(subscription, coupons=tuple(left))
    return changed if changed == subscription else _billed_anew(changed, ends_on, now)


def coupon_from(
    subscription: Subscription, coupon: Coupon, plan: Plan, starts_on: date
) -> AppliedCoupon:
    """The coupon in force for its number of billing periods; one it begins inside counts.

    A free phase is none of them. Pauses are not looked at: they move the end (`coupon_end`).
    """
    if coupon.periods is None:
        return AppliedCoupon(coupon, starts_on)
    endless = replace(subscription, ends_on=None)
    free_until = subscription.current.free_until
    counted_from = first_paid_day(endless, plan, starts_on, free_until=free_until)
    *_, last = islice(billing_periods(endless, counted_from, date.max), coupon.periods)
    return AppliedCoupon(coupon, starts_on, last.period.end)


def _added(subscription: Subscription, applied: AppliedCoupon) -> Subscription:
    for one in subscription.coupons:
        end = coupon_end(subscription, one)
        is_over = end is not None and end <= applied.starts_on
        if one.coupon.id == applied.coupon.id and not is_over:
            return subscription
    if len(subscription.coupons) >= MOST_COUPONS:
        raise TooMany(f"a subscription may have {MOST_COUPONS} coupons", field="coupon_id")
    return replace(subscription, coupons=(*subscription.coupons, applied))


def _require_usable(subscription: Subscription, coupon: Coupon, plan_of: PlanOf) -> None:
    if coupon.amounts and coupon.amount_in(subscription.currency) is None:
        raise CouponNotUsable(
            f"coupon {coupon.id} is not given in {subscription.currency}; give one that is",
            field="coupon_id",
        )
    current = subscription.current
    if not coupon.is_for(current.plan_id):
        raise CouponNotUsable(
            f"coupon {coupon.id} is for {', '.join(coupon.plans)}, and this subscription has "
            f"{current.plan_id}; change the plan, or use another coupon",
            field="coupon_id",
        )
    if not coupon.items:
        return
    plan = plan_of(current.plan_id, current.plan_version)
    held = {item.id for item in plan.items_with(current.add_ons)}
    if held.isdisjoint(coupon.items):
        raise CouponNotUsable(
            f"coupon {coupon.id} is for {', '.join(coupon.items)}, and this subscription has "
            f"{', '.join(sorted(held))}",
            field="coupon_id",
        )


def _require_running(subscription: Subscription) -> None:
    if not subscription.is_live or subscription.is_void:
        raise NotActive(
            f"subscription {subscription.id} is {subscription.status}; it takes no coupons",
            field="subscription_id",
        )


def _require_within(subscription: Subscription, day: date) -> None:
    first = max(subscription.started_on, subscription.imported_through or date.min)
    ends_on = subscription.ends_on
    if day < first or (ends_on is not None and day >= ends_on):
        raise NotPossibleThen(
            f"a coupon may begin from {first} on and before the end ({ends_on or 'none is set'})",
            field="starts_on",
        )


def _billed_anew(changed: Subscription, day: date, now: datetime) -> Subscription:
    return changed if changed.next_due_at is None else to_be_repaired(changed, day, now)
