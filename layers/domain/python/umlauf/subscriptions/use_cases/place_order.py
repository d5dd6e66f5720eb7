"""Order a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from umlauf.catalog.errors import PlanNotOnSale
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Coupons
from umlauf.customers.ports import BlockEntries
from umlauf.customers.risk import require_may_order
from umlauf.kernel.calendar import Interval, local_date
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work
from umlauf.subscriptions.applying import named_coupon, with_coupon
from umlauf.subscriptions.choosing import Choice, agreed, require_near
from umlauf.subscriptions.events import CouponApplied, SubscriptionOrdered
from umlauf.subscriptions.model import ReasonNotDue, Subscription
from umlauf.subscriptions.ports import ContractDesk
from umlauf.subscriptions.subscribing import plans_on_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`plan_version` is the version the customer saw; None takes the one on sale.

    `starts_on` is the first day it is wanted; None starts it with the hand-over. A consumer who
    wants it within the withdrawal period says so by `early_start_requested`.
    """

    command_key: str
    customer_id: str
    plan_id: str
    currency: str
    add_ons: tuple[str, ...] = ()
    plan_version: int | None = None
    quantity: int = 1
    add_on_quantities: Mapping[str, int] = field(default_factory=dict)
    term: Interval | None = None
    chosen_minor: Mapping[str, int] = field(default_factory=dict)
    site: str | None = None
    starts_on: date | None = None
    early_start_requested: bool = False
    coupons: tuple[str, ...] = ()

    @property
    def subscription_id(self) -> str:
        return derive_id("sub", self.customer_id, self.command_key)

    @property
    def choice(self) -> Choice:
        return Choice(
            currency=self.currency,
            site=self.site,
            quantity=self.quantity,
            add_ons=self.add_ons,
            add_on_quantities=self.add_on_quantities,
            term=self.term,
            chosen_minor=self.chosen_minor,
        )


def place_order(
    order: Order,
    *,
    work: Work,
    desk: ContractDesk,
    block_entries: BlockEntries,
    coupons: Coupons,
) -> Subscription:
    """Make a pending subscription; repeated, the one it made.

    Raises UnknownPlan, PlanNotOnSale, UnknownAddOn, UnknownTerm, NoPriceInCurrency, BadQuantity,
    NoChosenAmount, NotPossibleThen, UnknownCoupon, CouponNotUsable, UnknownCustomer,
    UnknownStation, NotInvoiceable, and OrderRefused with the way to a person.
    """
    existing = desk.subscriptions.find(order.subscription_id)
    if existing is not None:
        return existing
    customer = desk.customers.get(order.customer_id)
    require_may_order(customer, block_entries.of_customer(customer.id), work.now)
    plan = _plan_as_seen(desk.plans.on_sale(order.plan_id), order.plan_version)
    today = local_date(work.now, customer.time_zone)
    require_near(order.starts_on, today)
    subscription = Subscription(
        id=order.subscription_id,
        customer_id=customer.id,
        currency=order.currency,
        time_zone=customer.time_zone,
        site=order.site,
        legal_entity=desk.sellers.seller_of(customer.country, order.site),
        agreements=(agreed(order.choice, plan, today),),
        ordered_at=work.now,
        wanted_start=order.starts_on,
        early_start_requested=order.early_start_requested,
        reason_not_due=ReasonNotDue.NOT_ACTIVE,
    )
    for coupon_id in order.coupons:
        coupon = named_coupon(coupon_id, coupons)
        subscription = with_coupon(
            subscription, coupon, None, plan_of=plans_on_hand(plan), now=work.now
        )
    ordered = SubscriptionOrdered(
        subscription.id, customer.id, plan.plan_id, plan.plan_version, order.currency
    )
    work.put(subscription, ordered, *_coupons_told(subscription))
    return subscription


def _coupons_told(subscription: Subscription) -> Iterator[CouponApplied]:
    for applied in subscription.coupons:
        yield CouponApplied(
            subscription_id=subscription.id,
            customer_id=subscription.customer_id,
            coupon_id=applied.coupon.id,
        )


def _plan_as_seen(on_sale: Plan, seen_version: int | None) -> Plan:
    """The plan on sale, if that is what the customer saw. Raises PlanNotOnSale."""
    if seen_version not in (None, on_sale.plan_version):
        raise PlanNotOnSale(
            f"{on_sale.plan_id} is sold as version {on_sale.plan_version} now; look at it and "
            "order again",
            field="plan_version",
        )
    return on_sale
