"""Subscriptions on the wire: what is agreed, what interrupts it, and what lies ahead."""

from datetime import date, datetime
from typing import Self

from umlauf.catalog.ports import Plans
from umlauf.subscriptions.agreements import AppliedCoupon, Pause, ScheduledChange, Skip
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.outlook import outlook
from umlauf.subscriptions.timeline import coupon_end
from umlauf_http.representations.changes import ChangeOut
from umlauf_http.representations.prices import IntervalOut
from umlauf_http.wire import Out, PageOut


class PauseOut(Out):
    """Half-open; without an end it lasts until it is resumed."""

    starts_on: date
    ends_on: date | None

    @classmethod
    def of(cls, pause: Pause) -> "PauseOut":
        return cls(starts_on=pause.starts_on, ends_on=pause.ends_on)


class SkipOut(Out):
    item: str
    period_start: date

    @classmethod
    def of(cls, skip: Skip) -> "SkipOut":
        return cls(item=skip.item, period_start=skip.period_start)


class AppliedCouponOut(Out):
    """In force on `[starts_on, ends_on)`. A pause moves its end on; an open one leaves it null."""

    coupon_id: str
    name: str
    starts_on: date
    ends_on: date | None

    @classmethod
    def of(cls, subscription: Subscription, applied: AppliedCoupon) -> "AppliedCouponOut":
        return cls(
            coupon_id=applied.coupon.id,
            name=applied.coupon.name,
            starts_on=applied.starts_on,
            ends_on=coupon_end(subscription, applied),
        )


class ScheduledChangeOut(Out):
    """A change that begins later than it was asked for."""

    id: str
    starts_on: date
    requested_at: datetime
    change: ChangeOut

    @classmethod
    def of(cls, scheduled: ScheduledChange) -> "ScheduledChangeOut":
        return cls(
            id=scheduled.id,
            starts_on=scheduled.starts_on,
            requested_at=scheduled.requested_at,
            change=ChangeOut.of(scheduled.change),
        )


class ScheduledChangesOut(Out):
    """In the order in which they begin."""

    items: list[ScheduledChangeOut]

    @classmethod
    def of(cls, subscription: Subscription) -> "ScheduledChangesOut":
        return cls(items=[ScheduledChangeOut.of(one) for one in subscription.scheduled])


class SubscriptionOut(Out):
    """`reason_not_due` says why there is no next due date, whenever there is none.

    Plan, quantity and add-ons are those in force; `scheduled` changes lie ahead. An add-on that is
    missing from `add_on_quantities` is there once. `wanted_start` is the day it was ordered for.
    `earliest_end_on` is when it would end if notice were given now, or the end that is set;
    `term_stands_still`: an open pause has stopped the minimum term, so there is none until then.
    `site` is the station it was ordered at, `legal_entity` the company that bills it.
    """

    id: str
    customer_id: str
    status: str
    plan_id: str
    plan_version: int
    interval: IntervalOut
    quantity: int
    add_ons: list[str]
    add_on_quantities: dict[str, int]
    chosen_minor: dict[str, int]
    term: IntervalOut | None
    currency: str
    time_zone: str
    site: str | None
    legal_entity: str | None
    asset_id: str | None
    ordered_at: datetime
    activated_at: datetime | None
    wanted_start: date | None
    starts_on: date | None
    ends_on: date | None
    end_reason: str | None
    billed_through: date | None
    next_due_at: datetime | None
    reason_not_due: str | None
    pauses: list[PauseOut]
    skips: list[SkipOut]
    coupons: list[AppliedCouponOut]
    scheduled: list[ScheduledChangeOut]
    minimum_term_ends_on: date | None
    term_stands_still: bool
    earliest_end_on: date | None
    phase: str | None
    phase_ends_on: date | None
    next_phase: str | None

    @classmethod
    def of(cls, subscription: Subscription, plans: Plans, now: datetime) -> Self:
        ahead = outlook(subscription, plan_of=plans.get, now=now)
        agreement, reason = subscription.current, subscription.reason_not_due
        end_reason = subscription.end_reason
        return cls(
            id=subscription.id,
            customer_id=subscription.customer_id,
            status=subscription.status.value,
            plan_id=agreement.plan_id,
            plan_version=agreement.plan_version,
            interval=IntervalOut.of(agreement.interval),
            quantity=agreement.quantity,
            add_ons=list(agreement.add_ons),
            add_on_quantities=dict(agreement.add_on_quantities),
            chosen_minor=dict(agreement.chosen_minor),
            term=None if agreement.term is None else IntervalOut.of(agreement.term),
            currency=subscription.currency,
            time_zone=subscription.time_zone,
            site=subscription.site,
            legal_entity=subscription.legal_entity,
            asset_id=subscription.asset_id,
            ordered_at=subscription.ordered_at,
            activated_at=subscription.activated_at,
            wanted_start=subscription.wanted_start,
            starts_on=subscription.starts_on,
            ends_on=subscription.ends_on,
            end_reason=None if end_reason is None else end_reason.value,
            billed_through=subscription.billed_through,
            next_due_at=subscription.next_due_at,
            reason_not_due=None if reason is None else reason.value,
            pauses=[PauseOut.of(one) for one in subscription.pauses],
            skips=[SkipOut.of(one) for one in subscription.skips],
            coupons=[AppliedCouponOut.of(subscription, one) for one in subscription.coupons],
            scheduled=[ScheduledChangeOut.of(one) for one in subscription.scheduled],
            minimum_term_ends_on=ahead.minimum_term_ends_on,
            term_stands_still=ahead.term_stands_still,
            earliest_end_on=ahead.earliest_end_on,
            phase=ahead.phase,
            phase_ends_on=ahead.phase_ends_on,
            next_phase=ahead.next_phase,
        )


class SubscriptionsOut(PageOut[SubscriptionOut]):
    """Subscriptions, the latest order first; asked for by due days, as they fall due."""
