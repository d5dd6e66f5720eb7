"""Take an ended subscription up again."""

from dataclasses import dataclass

from umlauf.catalog.errors import PlanNotOnSale
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Plans
from umlauf.customers.ports import BlockEntries, Customers
from umlauf.customers.risk import require_may_order
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import EndedForCause, PaymentNotReady
from umlauf.subscriptions.events import SubscriptionReactivated
from umlauf.subscriptions.lifecycle import reactivated, require_ended
from umlauf.subscriptions.model import EndReason, Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Reactivation:
    """`payment_ready` is the edge's word that somebody will pay: payments lies a row above."""

    subscription_id: str
    payment_ready: bool
    by_staff: bool = False


def reactivate_subscription(
    command: Reactivation,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    customers: Customers,
    block_entries: BlockEntries,
) -> Subscription:
    """Go on from today under the same plan, if that is still on sale; an asset follows by transfer.

    Running, it is unchanged. Subscribers take up what they gave notice of themselves, and only
    whoever may order; staff decides otherwise. Raises UnknownSubscription, NotEnded, EndedForCause,
    OrderRefused, UnknownPlan, PlanNotOnSale, PaymentNotReady.
    """
    subscription = subscriptions.get(command.subscription_id)
    is_running = subscription.is_live and not subscription.is_void
    if is_running and subscription.ends_on is None:
        return subscription
    require_ended(subscription)
    if not command.by_staff:
        _require_left_by_choice(subscription)
        customer = customers.get(subscription.customer_id)
        require_may_order(customer, block_entries.of_customer(customer.id), work.now)
    if not command.payment_ready:
        raise PaymentNotReady("add a payment method first", field="subscription_id")
    plan = _plan_still_sold(subscription, plans)
    active = reactivated(subscription, plan, work.now)
    event = SubscriptionReactivated(
        subscription_id=active.id,
        customer_id=active.customer_id,
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        starts_on=active.billed_through or active.started_on,
    )
    work.put(active, event)
    return active


def _require_left_by_choice(subscription: Subscription) -> None:
    if subscription.end_reason is EndReason.TERMINATED:
        raise EndedForCause(
            f"subscription {subscription.id} was ended for cause; ask customer service to take it "
            "up again",
            field="subscription_id",
        )


def _plan_still_sold(subscription: Subscription, plans: Plans) -> Plan:
    plan = plans.on_sale(subscription.plan_id)
    if plan.plan_version != subscription.plan_version:
        raise PlanNotOnSale(
            f"{plan.plan_id} is sold as version {plan.plan_version} now; place a new order",
            field="subscription_id",
        )
    return plan
