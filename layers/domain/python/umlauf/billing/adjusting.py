"""What a billing period's limits add to it, or take off: per price, and per subscription.

A minimum is an extra line, a maximum a negative one. Both are prorated by time under contract; a
minimum also by pauses and trials, which bind to nothing. A maximum is not: whoever pauses is not
billed beyond it, nor uses for nothing (`docs/decisions/0034`).

Always reckoned anew from all that stands charged for the period: billing charges the difference to
what it billed before, so late usage and repairs need no rule of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from umlauf.billing.commitments import Limits, adjustment_of, spread
from umlauf.billing.desired import sharing
from umlauf.billing.model import PriceBasis
from umlauf.catalog.model import Plan, PlanItem, Supply, TaxCategory
from umlauf.catalog.policies import Commitment
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import BillingPeriod, PlanOf, Segment, segments

COMMITMENT: Final = "commitment"
"""The name of what a subscription's commitment comes to; documents say it in words."""


@dataclass(frozen=True, slots=True)
class RatedStretch:
    """A metered item's stretch and what all usage in it comes to."""

    item: str
    price: Price
    period: Period
    amount: Money
    price_basis: PriceBasis


@dataclass(frozen=True, slots=True)
class CommittedLine:
    """What counts towards a commitment: a fee as it stands charged, usage, or a price's limit."""

    amount: Money
    supply: Supply
    tax_category: TaxCategory
    price_basis: PriceBasis


@dataclass(frozen=True, slots=True)
class PeriodCharges:
    """What a billing period comes to before its limits."""

    fees: tuple[CommittedLine, ...]
    stretches: tuple[RatedStretch, ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a limit comes to for a whole billing period: above zero a true-up, below zero a cap."""

    item: str
    name: str
    amount: Money
    supply: Supply
    tax_category: TaxCategory
    price_basis: PriceBasis


def adjustments(
    subscription: Subscription,
    plan_of: PlanOf,
    billing_period: BillingPeriod,
    charges: PeriodCharges,
) -> tuple[Adjustment, ...]:
    """The adjustments of a billing period that is over; without limits there are none.

    Those of zero are among them: they may have been billed otherwise before. Amounts with and
    without tax are never added up: where a change leads from one to the other, each is bound by the
    first plan so priced, for its own time.
    """
    parts = list(segments(subscription, plan_of, billing_period))
    items = {item.id: item for part in reversed(parts) for item in part.plan.every_item}
    own = tuple(_of_prices(subscription, parts, charges.stretches, items))
    lines = (
        *charges.fees,
        *(
            CommittedLine(
                one.amount, items[one.item].supply, items[one.item].tax_category, one.price_basis
            )
            for one in charges.stretches
            if one.item in items
        ),
        *(CommittedLine(one.amount, one.supply, one.tax_category, one.price_basis) for one in own),
    )
    found = list(own)
    for basis in dict.fromkeys(PriceBasis.of(part.plan) for part in parts):
        alike = [part for part in parts if PriceBasis.of(part.plan) is basis]
        found.extend(
            _of_subscription(
                subscription,
                alike,
                [line for line in lines if line.price_basis is basis],
                is_first=alike[0] is parts[0],
            )
        )
    return tuple(found)


def _of_prices(
    subscription: Subscription,
    parts: Sequence[Segment],
    stretches: Sequence[RatedStretch],
    items: dict[str, PlanItem],
) -> Iterator[Adjustment]:
    """One for each metered item with limits; its stretches count together if priced alike."""
    plan, full_period = parts[0].plan, parts[0].billing_period.full_period
    for stretch in stretches:
        item = items.get(stretch.item)
        if item is None or not _has_limits(stretch.price):
            continue
        share = sharing(subscription)(stretch.period, full_period, plan.proration)
        within = [part for part in parts if stretch.period.contains(part.period.start)]
        bound = _share_of(subscription, [part for part in within if part.charges_fees], plan)
        yield Adjustment(
            f"{item.id}-limit.{stretch.period.start}",
            item.name,
            adjustment_of(stretch.amount, stretch.price, share, bound),
            item.supply,
            item.tax_category,
            stretch.price_basis,
        )


def _of_subscription(
    subscription: Subscription,
    parts: Sequence[Segment],
    lines: Sequence[CommittedLine],
    *,
    is_first: bool,
) -> Iterator[Adjustment]:
    """The commitment's change, on each kind of supply by its amount: taxed as the lines are."""
    plan = parts[0].plan
    commitment = _commitment_of(plan.commitments, subscription.currency)
    if commitment is None or not lines:
        return
    change = adjustment_of(
        total((line.amount for line in lines), subscription.currency),
        commitment,
        _share_of(subscription, parts, plan),
        _share_of(subscription, [part for part in parts if part.charges_fees], plan),
    )
    groups: dict[tuple[Supply, TaxCategory], Money] = {}
    for line in lines:
        key = line.supply, line.tax_category
        groups[key] = groups.get(key, Money(0, change.currency)) + line.amount
    basis = PriceBasis.of(plan)
    for (supply, category), amount in zip(
        groups, spread(change, list(groups.values())), strict=True
    ):
        item = f"commitment.{supply.value}.{category.value}"
        if not is_first:
            item = f"{item}.{basis.value}"
        yield Adjustment(item, COMMITMENT, amount, supply, category, basis)


def _commitment_of(commitments: Sequence[Commitment], currency: str) -> Commitment | None:
    return next((one for one in commitments if one.currency == currency), None)


def _share_of(subscription: Subscription, parts: Sequence[Segment], plan: Plan) -> Fraction:
    """Which part of the full period some of its parts are.

    All on the basis of the plan that commits: parts measured in different ways would not add up to
    one.
    """
    share_of = sharing(subscription)
    return sum(
        (share_of(one.period, one.billing_period.full_period, plan.proration) for one in parts),
        Fraction(0),
    )


def _has_limits(limits: Limits) -> bool:
    return limits.minimum_minor is not None or limits.maximum_minor is not None
