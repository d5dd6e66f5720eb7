"""Order a plan."""

from dataclasses import dataclass

from umlauf.catalog.errors import PlanNotOnSale
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Plans
from umlauf.customers.ports import BlockEntries, Customers
from umlauf.customers.risk import require_may_order
from umlauf.kernel.calendar import local_date
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.events import SubscriptionOrdered
from umlauf.subscriptions.model import ReasonNotDue, Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`plan_version` is the version the customer saw; None takes the one on sale."""

    command_key: str
    customer_id: str
    plan_id: str
    currency: str
    add_ons: tuple[str, ...] = ()
    plan_version: int | None = None

    @property
    def subscription_id(self) -> str:
        return derive_id("sub", self.customer_id, self.command_key)


def place_order(
    order: Order,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    customers: Customers,
    block_entries: BlockEntries,
) -> Subscription:
    """Make a pending subscription; repeated, the one it made.

    Raises UnknownPlan, PlanNotOnSale, UnknownAddOn, NoPriceInCurrency, UnknownCustomer, and
    OrderRefused with the way to a person.
    """
    existing = subscriptions.find(order.subscription_id)
    if existing is not None:
        return existing
    customer = customers.get(order.customer_id)
    require_may_order(customer, block_entries.of_customer(customer.id), work.now)
    plan = _plan_as_seen(plans.on_sale(order.plan_id), order.plan_version)
    add_ons = tuple(dict.fromkeys(order.add_ons))
    plan.require_sold_in(order.currency, add_ons)
    subscription = Subscription(
        id=order.subscription_id,
        customer_id=customer.id,
        currency=order.currency,
        time_zone=customer.time_zone,
        agreements=(
            Agreement(
                plan_id=plan.plan_id,
                plan_version=plan.plan_version,
                interval=plan.interval,
                agreed_on=local_date(work.now, customer.time_zone),
                add_ons=add_ons,
            ),
        ),
        ordered_at=work.now,
        reason_not_due=ReasonNotDue.NOT_ACTIVE,
    )
    work.put(
        subscription,
        SubscriptionOrdered(
            subscription.id, customer.id, plan.plan_id, plan.plan_version, order.currency
        ),
    )
    return subscription


def _plan_as_seen(on_sale: Plan, seen_version: int | None) -> Plan:
    """The plan on sale, if that is what the customer saw. Raises PlanNotOnSale."""
    if seen_version not in (None, on_sale.plan_version):
        raise PlanNotOnSale(
            f"{on_sale.plan_id} is sold as version {on_sale.plan_version} now; look at it and "
            "order again",
            field="plan_version",
        )
    return on_sale
