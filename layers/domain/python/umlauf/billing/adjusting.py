"""What a billing period's limits add to it, or take off: per price, and per subscription.

A minimum is an extra line, a maximum a negative one. Both are prorated: a commitment by the time in
which fees are charged, a price's limits by its stretch; a pause or a trial binds to no minimum.
Always reckoned anew from all of the period: billing charges the difference to what it billed
before, so late usage and repairs need no rule of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from umlauf.billing.commitments import Limits, adjustment_of, spread
from umlauf.billing.desired import DesiredFee, desired_fees, sharing
from umlauf.billing.model import LineKind, PriceBasis
from umlauf.billing.reconciling import prorated
from umlauf.catalog.model import PlanItem, Supply, TaxCategory
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import BillingPeriod, PlanOf, Segment, segments

_COMMITTED: Final = frozenset(
    {LineKind.BASE_FEE, LineKind.ADD_ON, LineKind.DELIVERY, LineKind.USAGE}
)
"""What counts towards a commitment: what recurs. Setup fees and deposits do not."""


@dataclass(frozen=True, slots=True)
class RatedStretch:
    """A metered item's stretch and what all usage in it comes to."""

    item: str
    price: Price
    period: Period
    amount: Money
    price_basis: PriceBasis


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a limit comes to for a whole billing period: above zero a true-up, below zero a cap."""

    item: str
    name: str
    amount: Money
    supply: Supply
    tax_category: TaxCategory
    price_basis: PriceBasis


@dataclass(frozen=True, slots=True)
class _Line:
    amount: Money
    supply: Supply
    tax_category: TaxCategory


def adjustments(
    subscription: Subscription,
    plan_of: PlanOf,
    billing_period: BillingPeriod,
    stretches: Sequence[RatedStretch],
) -> tuple[Adjustment, ...]:
    """The adjustments of a billing period that is over; without limits there are none.

    Those of zero are among them: they may have been billed otherwise before.
    """
    parts = list(segments(subscription, plan_of, billing_period))
    plan = parts[0].plan
    items = {item.id: item for part in reversed(parts) for item in part.plan.every_item}
    own = tuple(_of_prices(subscription, parts, stretches, items))
    commitment = next(
        (one for one in plan.commitments if one.currency == subscription.currency), None
    )
    if commitment is None:
        return own
    fees = desired_fees(subscription, plan_of, billing_period)
    lines = [
        *(_fee_line(fee, subscription) for fee in fees if fee.kind in _COMMITTED),
        *(
            _Line(one.amount, items[one.item].supply, items[one.item].tax_category)
            for one in stretches
            if one.item in items
        ),
        *(_Line(one.amount, one.supply, one.tax_category) for one in own),
    ]
    share = _charged_share(subscription, parts, billing_period.period)
    change = adjustment_of(
        total((line.amount for line in lines), subscription.currency), commitment, share
    )
    return (*own, *_of_subscription(change, lines, PriceBasis.of(plan)))


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
        bound = _charged_share(subscription, parts, stretch.period)
        yield Adjustment(
            f"{item.id}-limit.{stretch.period.start}",
            item.name,
            adjustment_of(stretch.amount, stretch.price, share, bound),
            item.supply,
            item.tax_category,
            stretch.price_basis,
        )


def _of_subscription(
    change: Money, lines: Sequence[_Line], basis: PriceBasis
) -> Iterator[Adjustment]:
    """The commitment's change, on each kind of supply by its amount: taxed as the lines are."""
    groups: dict[tuple[Supply, TaxCategory], Money] = {}
    for line in lines:
        key = line.supply, line.tax_category
        groups[key] = groups.get(key, Money(0, change.currency)) + line.amount
    if not groups:
        return
    for (supply, category), part in zip(groups, spread(change, list(groups.values())), strict=True):
        item = f"commitment.{supply.value}.{category.value}"
        yield Adjustment(item, "commitment", part, supply, category, basis)


def _charged_share(
    subscription: Subscription, parts: Sequence[Segment], within: Period
) -> Fraction:
    """The part of the full period in which fees are charged: neither paused nor free.

    All of it on the basis of the plan that commits: parts measured in different ways would not add
    up to one.
    """
    share_of, basis = sharing(subscription), parts[0].plan.proration
    return sum(
        (
            share_of(part.period, part.billing_period.full_period, basis)
            for part in parts
            if part.charges_fees and within.contains(part.period.start)
        ),
        Fraction(0),
    )


def _fee_line(fee: DesiredFee, subscription: Subscription) -> _Line:
    ratio = sharing(subscription)(fee.period, fee.full_period, fee.plan.proration)
    amount = prorated(fee.full_minor, ratio, subscription.currency)
    return _Line(amount, fee.item.supply, fee.item.tax_category)


def _has_limits(limits: Limits) -> bool:
    return limits.minimum_minor is not None or limits.maximum_minor is not None
