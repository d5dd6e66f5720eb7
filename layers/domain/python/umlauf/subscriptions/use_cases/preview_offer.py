"""Show what an order would cost, computed by what will charge it."""

from dataclasses import dataclass
from datetime import date, datetime

from umlauf.catalog.model import BaseFee, Plan, rate_item
from umlauf.catalog.ports import Plans
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.ending import first_end
from umlauf.subscriptions.lifecycle import started
from umlauf.subscriptions.model import ReasonNotDue, Subscription
from umlauf.subscriptions.timeline import boundary_after, schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRequest:
    plan_id: str
    currency: str
    time_zone: str
    add_ons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferLine:
    item_id: str
    name: str
    amount: Money
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is charged if it starts today, when next, and when it could end if cancelled at once.

    Usage comes on top at the plan's prices. Amounts include tax if the plan's prices do.
    """

    plan: Plan
    currency: str
    starts_on: date
    lines: tuple[OfferLine, ...]
    due_at_start: Money
    next_charge_on: date | None
    first_end: date


def preview_offer(request: OfferRequest, *, plans: Plans, now: datetime) -> Offer:
    """Preview the plan on sale. Raises UnknownPlan, UnknownAddOn, NoPriceInCurrency."""
    plan = plans.on_sale(request.plan_id)
    add_ons = tuple(dict.fromkeys(request.add_ons))
    plan.require_sold_in(request.currency, add_ons)
    trial = started(
        Subscription(
            id="preview",
            customer_id="preview",
            currency=request.currency,
            time_zone=request.time_zone,
            agreements=(
                Agreement(
                    plan_id=plan.plan_id,
                    plan_version=plan.plan_version,
                    interval=plan.interval,
                    add_ons=add_ons,
                ),
            ),
            ordered_at=now,
            reason_not_due=ReasonNotDue.NOT_ACTIVE,
        ),
        plan,
        now,
    )
    start = trial.started_on
    first = next(schedule(trial, date.max)).period
    lines = tuple(
        OfferLine(item.id, item.name, rate_item(item, request.currency, 1), first)
        for item in plan.items_with(add_ons)
        if isinstance(item, BaseFee)
    )
    return Offer(
        plan=plan,
        currency=request.currency,
        starts_on=start,
        lines=lines,
        due_at_start=total((line.amount for line in lines), request.currency),
        next_charge_on=None if trial.next_due_at is None else boundary_after(trial, start),
        first_end=first_end(trial, plan, now),
    )
