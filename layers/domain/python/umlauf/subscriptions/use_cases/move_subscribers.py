"""Move subscribers of a plan to another version of it, one after the other, or show what that does.

Each move is a work of its own: one that is refused stops no other, and a run that was cut off is
run again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from umlauf.catalog.ports import Plans
from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.kernel.money import Money, round_to_minor
from umlauf.kernel.work import Work, Works, carry_out
from umlauf.subscriptions.agreements import Agreement, ChangePlan
from umlauf.subscriptions.changing import projected
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.timing import days_of, list_price_per_day
from umlauf.subscriptions.use_cases.move_to_version import VersionMove, move_to_version


@dataclass(frozen=True, slots=True)
class Standing:
    """What a subscriber has when all that is scheduled has begun, and its list price a period."""

    plan_id: str
    plan_version: int
    recurring: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What became of one subscriber; `begins_on` is None where nothing changes."""

    subscription: Subscription
    before: Standing
    after: Standing
    begins_on: date | None = None
    refusal: UmlaufError | None = None


def move_subscribers(
    subscriptions_to_move: Iterable[Subscription],
    move: VersionMove,
    *,
    works: Works | None,
    now: datetime,
    subscriptions: Subscriptions,
    plans: Plans,
) -> list[Moved]:
    """Move each, or without `works` only show it. Raises UnknownPlan, and Transient to go on later.

    Whoever is over, or has the version already, is left alone.
    """
    plans.get(move.plan_id, move.plan_version)
    found = []
    for one in subscriptions_to_move:

        def decide(work: Work, subscription_id: str = one.id) -> Subscription:
            return move_to_version(
                subscription_id, move, work=work, subscriptions=subscriptions, plans=plans
            )

        before = _standing_of(one, plans=plans, now=now)
        try:
            moved = decide(Work(now)) if works is None else carry_out(decide, works=works, now=now)
        except Transient:
            raise
        except UmlaufError as refusal:
            found.append(Moved(subscription=one, before=before, after=before, refusal=refusal))
            continue
        after = _standing_of(moved, plans=plans, now=now)
        begins_on = _begins_on(moved, move) if after.plan_version != before.plan_version else None
        found.append(Moved(subscription=moved, before=before, after=after, begins_on=begins_on))
    return found


def _standing_of(subscription: Subscription, *, plans: Plans, now: datetime) -> Standing:
    """The agreement that will be in force, at list prices, without usage and discounts."""
    agreement = _agreement_to_be(subscription, plans, now)
    plan = plans.get(agreement.plan_id, agreement.plan_version)
    per_period = list_price_per_day(subscription, agreement, plan) * days_of(agreement.interval)
    return Standing(
        agreement.plan_id,
        agreement.plan_version,
        round_to_minor(per_period, subscription.currency),
    )


def _agreement_to_be(subscription: Subscription, plans: Plans, now: datetime) -> Agreement:
    if not subscription.is_live or subscription.is_void:
        return subscription.current
    return projected(subscription, plan_of=plans.get, now=now).current


def _begins_on(moved: Subscription, move: VersionMove) -> date | None:
    for one in moved.scheduled:
        change = one.change
        if isinstance(change, ChangePlan) and change.plan_version == move.plan_version:
            return one.starts_on
    return moved.current.starts_on
