"""A subscription that begins at once, without order and hand-over: for offers, imports and trials.

The front door for whoever uses the engine as a library. The platform's own way leads from an order
through the hand-over (`place_order`, `started`), with the same result.
"""

from collections.abc import Callable
from datetime import date, datetime

from umlauf.catalog.errors import UnknownPlan
from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.choosing import Choice, agreed
from umlauf.subscriptions.lifecycle import started
from umlauf.subscriptions.model import ReasonNotDue, Subscription


def subscribed(  # noqa: PLR0913 - each is a fact of its own, and most have a default
    plan: Plan,
    choice: Choice,
    *,
    now: datetime,
    time_zone: str,
    starts_on: date | None = None,
    subscription_id: str = "subscription",
    customer_id: str = "customer",
) -> Subscription:
    """A subscription at today's prices that runs from `starts_on`, or from today.

    Raises what `agreed` refuses, and UnknownZone.
    """
    ordered = Subscription(
        id=subscription_id,
        customer_id=customer_id,
        currency=choice.currency,
        time_zone=time_zone,
        site=choice.site,
        agreements=(agreed(choice, plan, local_date(now, time_zone)),),
        ordered_at=now,
        wanted_start=starts_on,
        reason_not_due=ReasonNotDue.NOT_ACTIVE,
    )
    return started(ordered, plan, now)


def plans_on_hand(*plans: Plan) -> Callable[[str, int], Plan]:
    """What gives each of these plans by id and version. Raises UnknownPlan for any other."""
    by_version = {(plan.plan_id, plan.plan_version): plan for plan in plans}

    def plan_of(plan_id: str, plan_version: int) -> Plan:
        try:
            return by_version[plan_id, plan_version]
        except KeyError:
            raise UnknownPlan(f"no version {plan_version} of plan {plan_id!r} is at hand") from None

    return plan_of
