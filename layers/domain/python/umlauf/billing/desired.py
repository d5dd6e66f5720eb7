"""What a subscription's time costs: the fees and the metered stretches of a billing period.

Pure, and the only place where prices meet days. Billing charges what is desired and not billed yet,
and gives back what was billed and is not desired any more (see `reconciling`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from umlauf.billing.discounts import Fee, discount_fees
from umlauf.billing.model import LineDiscount, LineKind, PriceBasis
from umlauf.billing.proration import share, share_by_seconds
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import (
    BaseFee,
    Delivery,
    Deposit,
    MeteredItem,
    OneOffFee,
    Plan,
    PlanItem,
    price_for,
)
from umlauf.catalog.policies import BillingTiming, ProrationBasis
from umlauf.catalog.price_books import PriceChoice
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.rating import Price, rate_exactly
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import total
from umlauf.subscriptions.agreements import Skip
from umlauf.subscriptions.model import EndReason, Subscription
from umlauf.subscriptions.timeline import (
    BillingPeriod,
    PlanOf,
    Segment,
    exact_instants,
    segments,
)

FeeItem = BaseFee | OneOffFee | Delivery | Deposit
ShareOf = Callable[[Period, Period, ProrationBasis], Fraction]

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredFee:
    """One item's fee for a stretch of time in which it costs the same.

    `full_minor` is the exact price of `full_period` after discounts, in minor units. A fee that
    cannot be prorated (a delivery, a one-off) has one day as both.
    """

    item: FeeItem
    kind: LineKind
    plan: Plan
    quantity: int
    period: Period
    full_period: Period
    full_minor: Decimal
    discounts: tuple[LineDiscount, ...]
    timing: BillingTiming

    @property
    def terms(self) -> tuple[object, ...]:
        """What makes two stretches the same thing to a payer, whichever plan they stand in."""
        item = self.item
        cost = self.full_period, self.full_minor, PriceBasis.of(self.plan)
        return item.id, cost, item.supply, item.tax_category


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredUsage:
    """A metered item and the stretch whose usage is rated under one price."""

    item: MeteredItem
    price: Price
    plan: Plan
    period: Period
    full_period: Period
    coupons: tuple[Coupon, ...]


def sharing(subscription: Subscription) -> ShareOf:
    """How a part's share is measured for this subscription, in its zone and by its instants."""
    exact, time_zone = exact_instants(subscription), subscription.time_zone

    def share_of(part: Period, full: Period, basis: ProrationBasis) -> Fraction:
        if basis is ProrationBasis.SECONDS:
            return share_by_seconds(part, full, exact, time_zone)
        return share(part, full, basis)

    return share_of


def desired_fees(
    subscription: Subscription, plan_of: PlanOf, billing_period: BillingPeriod
) -> tuple[DesiredFee, ...]:
    """Every fee of a billing period, stretches of one price merged, in the plan's order.

    Raises NoPriceInCurrency, UnknownPlan, UnknownAddOn.
    """
    found: dict[str, list[DesiredFee]] = {}
    for segment in segments(subscription, plan_of, billing_period):
        for fee in _fees_of(segment, subscription, plan_of):
            stretches = found.setdefault(fee.item.id, [])
            if stretches and _continues(stretches[-1], fee):
                longer = Period(stretches[-1].period.start, fee.period.end)
                stretches[-1] = replace(stretches[-1], period=longer)
            else:
                stretches.append(fee)
    return tuple(fee for stretches in found.values() for fee in stretches)


def desired_usage(
    subscription: Subscription, plan_of: PlanOf, billing_period: BillingPeriod
) -> tuple[DesiredUsage, ...]:
    """The metered stretches of a billing period: a change of price cuts it, at the event's day.

    A coupon does not: cut there, graduated use would begin in its cheapest tier again. What is in
    force when the period begins takes effect on all use of it.
    """
    found: dict[str, list[DesiredUsage]] = {}
    coupons: tuple[Coupon, ...] | None = None
    for segment in segments(subscription, plan_of, billing_period):
        coupons = segment.coupons if coupons is None else coupons
        for item, _, _ in _items_of(segment):
            if not isinstance(item, MeteredItem):
                continue
            usage = DesiredUsage(
                item=item,
                price=_price_of(item, segment, subscription),
                plan=segment.plan,
                period=segment.period,
                full_period=billing_period.full_period,
                coupons=_coupons_on(item, coupons),
            )
            stretches = found.setdefault(item.id, [])
            if stretches and _goes_on(stretches[-1], usage):
                longer = Period(stretches[-1].period.start, usage.period.end)
                stretches[-1] = replace(stretches[-1], period=longer)
            else:
                stretches.append(usage)
    return tuple(usage for stretches in found.values() for usage in stretches)


def _fees_of(segment: Segment, subscription: Subscription, plan_of: PlanOf) -> Iterator[DesiredFee]:
    """The fees of one segment. They are discounted together: a fixed amount is spread on them."""
    fees = []
    for item, add_on, quantity in _items_of(segment):
        if isinstance(item, BaseFee | Delivery | OneOffFee | Deposit) and _is_wanted(
            item, segment, subscription, plan_of
        ):
            fees.append(_fee(item, add_on, quantity, segment, subscription))
    yield from _discounted(fees, segment.coupons, subscription.currency)


def _fee(
    item: FeeItem, add_on: str | None, quantity: int, segment: Segment, subscription: Subscription
) -> DesiredFee:
    day = Period(segment.period.start, segment.period.start + _ONE_DAY)
    is_timed = isinstance(item, BaseFee)
    return DesiredFee(
        item=item,
        kind=_kind_of(item, add_on),
        plan=segment.plan,
        quantity=quantity,
        period=segment.period if is_timed else day,
        full_period=segment.billing_period.full_period if is_timed else day,
        full_minor=_list_minor(item, quantity, segment, subscription),
        discounts=(),
        timing=item.timing if isinstance(item, BaseFee) else BillingTiming.ADVANCE,
    )


def _is_wanted(
    item: FeeItem, segment: Segment, subscription: Subscription, plan_of: PlanOf
) -> bool:
    match item:
        case BaseFee():
            return segment.charges_fees
        case Delivery():
            first_day = segment.billing_period.period.start
            return (
                segment.charges_fees
                and segment.period.start == first_day
                and Skip(item.id, first_day) not in subscription.skips
            )
        case OneOffFee() | Deposit():
            return segment.period.start == _first_agreed(item, subscription, plan_of)


def _first_agreed(item: OneOffFee | Deposit, subscription: Subscription, plan_of: PlanOf) -> object:
    """The first day an agreement holds the item; nothing once it was withdrawn from."""
    if subscription.end_reason is EndReason.WITHDRAWN:
        return None
    for agreement in subscription.agreements:
        plan = plan_of(agreement.plan_id, agreement.plan_version)
        if any(one.id == item.id for one in plan.items_with(agreement.add_ons)):
            return agreement.starts_on
    return None


def _items_of(segment: Segment) -> Iterator[tuple[PlanItem, str | None, int]]:
    """Each item with the add-on it belongs to (None: the plan's own) and its quantity."""
    agreement, plan = segment.agreement, segment.plan
    for item in plan.items:
        yield item, None, agreement.quantity
    offered = {add_on.id: add_on for add_on in plan.add_ons}
    plan.items_with(agreement.add_ons)  # refuses an add-on the plan does not offer
    for chosen in agreement.add_ons:
        for item in offered[chosen].items:
            yield item, chosen, agreement.quantity_of(chosen)


def _list_minor(
    item: FeeItem, quantity: int, segment: Segment, subscription: Subscription
) -> Decimal:
    price = _price_of(item, segment, subscription)
    model, chosen = price.model, segment.agreement.chosen_minor.get(item.id)
    if isinstance(model, ChosenAmount):
        amount = model.suggestion_minor if chosen is None else Decimal(chosen)
        return rate_exactly(model, amount) * quantity
    return rate_exactly(model, Decimal(quantity))


def _price_of(item: PlanItem, segment: Segment, subscription: Subscription) -> Price:
    agreement = segment.agreement
    choice = PriceChoice(
        currency=subscription.currency,
        site=subscription.site,
        term=agreement.term,
        phase=segment.phase,
        on=agreement.agreed_on,
    )
    return price_for(item, choice)


def _discounted(
    fees: Sequence[DesiredFee], coupons: Iterable[Coupon], currency: str
) -> Iterator[DesiredFee]:
    effective = [coupon for coupon in coupons if not coupon.is_once_amount]
    if not effective:
        yield from fees
        return
    timed = list(_reduced([fee for fee in fees if _is_timed(fee)], effective, currency))
    left = [one for coupon in effective for one in _left_of(coupon, timed, currency)]
    whole = [fee for fee in fees if not _is_timed(fee) and not isinstance(fee.item, Deposit)]
    reduced = {fee.item.id: fee for fee in (*timed, *_reduced(whole, left, currency))}
    yield from (reduced.get(fee.item.id, fee) for fee in fees)


def _reduced(
    fees: Sequence[DesiredFee], coupons: Sequence[Coupon], currency: str
) -> Iterator[DesiredFee]:
    prices = [Fee(fee.item.id, fee.full_minor) for fee in fees]
    for fee, reduced in zip(fees, discount_fees(prices, coupons, currency), strict=True):
        yield replace(fee, full_minor=reduced.amount_minor, discounts=reduced.discounts)


def _left_of(coupon: Coupon, timed: Sequence[DesiredFee], currency: str) -> Iterator[Coupon]:
    """What a coupon has left for what is charged whole.

    An amount comes off what is paid for time first. What is charged whole stands in one segment of
    a period alone: a share of the amount would be missing there, and be given again in the others.
    """
    amount = coupon.amount_in(currency)
    if amount is None:
        yield coupon
        return
    off = (one.amount for fee in timed for one in fee.discounts if one.coupon == coupon.id)
    left = amount - total(off, currency)
    if left:
        yield replace(coupon, amounts=(left,))


def _is_timed(fee: DesiredFee) -> bool:
    return isinstance(fee.item, BaseFee)


def _coupons_on(item: MeteredItem, coupons: Iterable[Coupon]) -> tuple[Coupon, ...]:
    """A percentage takes effect on usage too; a fixed amount per period is the fees'."""
    return tuple(
        coupon
        for coupon in coupons
        if coupon.percent is not None and (not coupon.items or item.id in coupon.items)
    )


def _kind_of(item: FeeItem, add_on: str | None) -> LineKind:
    match item:
        case BaseFee():
            return LineKind.BASE_FEE if add_on is None else LineKind.ADD_ON
        case OneOffFee():
            return LineKind.ONE_OFF
        case Delivery():
            return LineKind.DELIVERY
        case Deposit():
            return LineKind.DEPOSIT


def _continues(earlier: DesiredFee, later: DesiredFee) -> bool:
    return earlier.terms == later.terms and earlier.period.end == later.period.start


def _goes_on(earlier: DesiredUsage, later: DesiredUsage) -> bool:
    return (
        earlier.price == later.price
        and PriceBasis.of(earlier.plan) is PriceBasis.of(later.plan)
        and _measured(earlier.item) == _measured(later.item)
        and earlier.period.end == later.period.start
    )


def _measured(item: MeteredItem) -> tuple[object, ...]:
    """What two stretches must have in common to be rated as one, besides the price."""
    what = item.supply, item.tax_category, item.meter
    return *what, item.aggregation, item.meter_units_per_unit
