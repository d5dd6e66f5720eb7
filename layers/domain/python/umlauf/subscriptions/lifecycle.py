"""How a subscription starts, is billed, and goes on without its asset: pure.

Ends are `ending`'s and `withdrawing`'s, changes `changing`'s.
"""

from dataclasses import replace
from datetime import date, datetime

from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import local_date, start_of_day
from umlauf.kernel.events import Event
from umlauf.subscriptions.agreements import Agreement, Pause
from umlauf.subscriptions.anchors import anchor_for, first_anchor
from umlauf.subscriptions.applying import coupon_from
from umlauf.subscriptions.charges import has_charges
from umlauf.subscriptions.ending import closed, closed_if_returned
from umlauf.subscriptions.errors import BoundaryNotDue, NotEnded
from umlauf.subscriptions.events import SubscriptionEnded
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf.subscriptions.pointer import due_again
from umlauf.subscriptions.timeline import boundary_after


def started(subscription: Subscription, plan: Plan, now: datetime) -> Subscription:
    """Begin on the day it was ordered for, or today, local time, if that has passed.

    Nothing is handed over before that day (`activate_subscription`), so only what is previewed or
    subscribed as a library waits for it; handed over late it starts late: nobody pays for what they
    did not have. The anchor is the first day, the day a trial ends, or the plan's fixed day.
    """
    today = local_date(now, subscription.time_zone)
    first_day = max(today, subscription.wanted_start or today)
    agreement = replace(
        subscription.current,
        starts_on=first_day,
        anchor=first_anchor(plan, first_day),
        term_starts_on=first_day,
        credit=plan.changes.credit,
    )
    active = replace(
        subscription,
        status=Status.ACTIVE,
        agreements=(agreement,),
        activated_at=now,
        starts_on=first_day,
        billed_through=first_day,
        next_due_at=None,
        reason_not_due=ReasonNotDue.SETTLED_FROM_WALLET,
    )
    coupons = tuple(
        coupon_from(active, one.coupon, plan, first_day) for one in subscription.coupons
    )
    active = replace(active, coupons=coupons)
    return due_again(active, now) if has_charges(plan, active.add_ons) else active


def mark_billed(
    subscription: Subscription, day: date, now: datetime, *, closing_on: date | None = None
) -> tuple[Subscription, tuple[Event, ...]]:
    """Move on once everything up to `day` is charged or given back.

    At the end it is over, unless its asset is still out: then it awaits the return. With
    `closing_on` it falls due once more on that day, for use that is told late. Raises
    BoundaryNotDue when another run was faster.
    """
    due_on, through = subscription.due_on, subscription.billed_through
    # It may have been due for a scheduled change that changed nothing any more when its day came.
    was_due = subscription.next_due_at is not None and subscription.next_due_at <= now
    if due_on is None or through is None or (day < due_on and not was_due):
        raise BoundaryNotDue(f"{subscription.id} is due on {due_on}, not on {day}")
    billed = subscription
    if billed.repair_from is not None and billed.repair_from <= day:
        billed = replace(billed, repair_from=None)
    if _is_over(billed, day):
        over = closed_if_returned(replace(billed, closing_on=None), now)
        last_look = _last_look(billed, day, closing_on)
        if last_look is not None:
            over = _to_be_closed(over, last_look, now)
        # Put right after its end it ends no second time.
        return (over, ()) if billed.ended_at is not None else with_ending(over)
    if day >= through:
        following = boundary_after(billed, day)
        if following is None:
            raise ValueError(f"{billed.id} has no boundary after {day}, and no end")
        billed = replace(billed, billed_through=following)
    return due_again(billed, now), ()


def without_asset(
    subscription: Subscription, now: datetime
) -> tuple[Subscription, tuple[Event, ...]]:
    """The asset is back. If the term is over and billed, so is the subscription."""
    back = replace(subscription, asset_id=None)
    if not back.is_billed_to_its_end:
        return back, ()
    over = closed(back, now)
    if back.closing_on is not None:
        over = _to_be_closed(over, back.closing_on, now)
    return with_ending(over)


def reactivated(subscription: Subscription, plan: Plan, now: datetime) -> Subscription:
    """Take an ended one up again from today, on its plan's terms of today.

    The time between is a pause. What is charged once is not charged again. Raises NotEnded.
    """
    ended_on = require_ended(subscription)
    today = max(local_date(now, subscription.time_zone), ended_on)
    agreement = _agreed_anew(subscription.current, plan, today)
    # A pause it ended in is over with it, also when it goes on the same day.
    pauses = tuple(_until(one, ended_on) for one in subscription.pauses if one.starts_on < ended_on)
    if ended_on < today:
        pauses = (*pauses, Pause(ended_on, today))
    active = replace(
        subscription,
        status=Status.ACTIVE,
        agreements=(*subscription.agreements, agreement),
        pauses=pauses,
        scheduled=(),
        cancelled_at=None,
        ends_on=None,
        end_reason=None,
        ended_at=None,
        closing_on=None,
        billed_through=today,
        next_due_at=None,
        reason_not_due=ReasonNotDue.SETTLED_FROM_WALLET,
    )
    return due_again(active, now) if has_charges(plan, active.add_ons) else active


def require_ended(subscription: Subscription) -> date:
    """The day it ended on. Raises NotEnded."""
    if subscription.status is not Status.ENDED or subscription.ends_on is None:
        raise NotEnded(
            f"subscription {subscription.id} is {subscription.status}; only an ended one can be "
            "taken up again",
            field="subscription_id",
        )
    return subscription.ends_on


def with_ending(subscription: Subscription) -> tuple[Subscription, tuple[Event, ...]]:
    """The event of its end, if it has come."""
    if subscription.ended_at is None:
        return subscription, ()
    return subscription, (SubscriptionEnded(subscription.id, subscription.customer_id),)


def _agreed_anew(former: Agreement, plan: Plan, today: date) -> Agreement:
    return replace(
        former,
        interval=plan.interval,
        starts_on=today,
        starts_at=None,
        anchor=anchor_for(plan, today),
        agreed_on=today,
        term_starts_on=today,
        credit=plan.changes.credit,
    )


def _until(pause: Pause, day: date) -> Pause:
    is_longer = pause.ends_on is None or pause.ends_on > day
    return replace(pause, ends_on=day) if is_longer else pause


def _last_look(subscription: Subscription, day: date, closing_on: date | None) -> date | None:
    """The day it falls due once more: set by the last bill, kept by repairs before it comes."""
    if subscription.is_void:
        return None
    if subscription.closing_on is not None:
        return subscription.closing_on if day < subscription.closing_on else None
    return closing_on if subscription.ended_at is None else None


def _to_be_closed(subscription: Subscription, closing_on: date, now: datetime) -> Subscription:
    """It is over, and falls due once more."""
    due_at = max(start_of_day(closing_on, subscription.time_zone), now)
    return replace(subscription, closing_on=closing_on, next_due_at=due_at, reason_not_due=None)


def _is_over(subscription: Subscription, day: date) -> bool:
    ends_on = subscription.ends_on
    return subscription.is_void or (ends_on is not None and day >= ends_on)
