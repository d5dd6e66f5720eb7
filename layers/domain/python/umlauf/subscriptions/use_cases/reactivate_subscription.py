"""Take an ended subscription up again."""

from umlauf.catalog.errors import PlanNotOnSale
from umlauf.catalog.ports import Plans
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import PaymentNotReady
from umlauf.subscriptions.events import SubscriptionReactivated
from umlauf.subscriptions.lifecycle import reactivated, require_ended
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


def reactivate_subscription(
    subscription_id: str,
    *,
    payment_ready: bool,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
) -> Subscription:
    """Go on from today under the same plan, if that is still on sale; an asset follows by transfer.

    Running, it is unchanged. Raises UnknownSubscription, NotEnded, UnknownPlan, PlanNotOnSale,
    PaymentNotReady, NoPriceInCurrency.
    """
    subscription = subscriptions.get(subscription_id)
    is_running = subscription.is_live and not subscription.is_void
    if is_running and subscription.ends_on is None:
        return subscription
    require_ended(subscription)
    if not payment_ready:
        raise PaymentNotReady("add a payment method first", field="subscription_id")
    plan = plans.on_sale(subscription.plan_id)
    if plan.plan_version != subscription.plan_version:
        raise PlanNotOnSale(
            f"{plan.plan_id} is sold as version {plan.plan_version} now; place a new order",
            field="subscription_id",
        )
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
