"""Which items are due at a billing boundary, and for which service periods."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.model import BaseFee, MeteredItem, Plan, PrepaidItem
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.errors import NotABoundary
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.schedule import Cycle
from umlauf.subscriptions.timeline import cycles


@dataclass(frozen=True, slots=True)
class ChargeDue:
    """One item to be charged for one service period.

    `period` is what is served, `full_period` what a full price pays for: they differ in a short
    first or last period, where a base fee is prorated by their days.
    """

    item: BaseFee | MeteredItem
    period: Period
    full_period: Period

    @property
    def is_full(self) -> bool:
        return self.period == self.full_period


def charges_due(subscription: Subscription, plan: Plan, boundary: date) -> tuple[ChargeDue, ...]:
    """What falls due at `boundary`: base fees for the period ahead, usage of the period behind.

    The start has nothing behind it and the end nothing ahead. Prepaid items are settled from the
    wallet and never fall due. Raises NotABoundary, and NotActive before the start.
    """
    if (plan.plan_id, plan.plan_version) != (subscription.plan_id, subscription.plan_version):
        raise ValueError(f"{subscription.id} was not sold under {plan.id}")
    cycle = next((one for one in cycles(subscription) if one.is_boundary(boundary)), None)
    if cycle is None:
        raise NotABoundary(
            f"{boundary} is no billing boundary of {subscription.id}", field="boundary"
        )
    due = []
    for item in plan.items_with(subscription.add_ons):
        if isinstance(item, PrepaidItem):
            continue
        is_ahead = isinstance(item, BaseFee)
        period = cycle.period_from(boundary) if is_ahead else cycle.period_until(boundary)
        if period is not None:
            due.append(_charge(item, period, cycle))
    return tuple(due)


def has_charges(plan: Plan, add_ons: tuple[str, ...]) -> bool:
    """Whether anything of the choice is ever charged on an invoice."""
    return any(not isinstance(item, PrepaidItem) for item in plan.items_with(add_ons))


def _charge(item: BaseFee | MeteredItem, period: Period, cycle: Cycle) -> ChargeDue:
    return ChargeDue(item, period, cycle.full_period(period.start))
