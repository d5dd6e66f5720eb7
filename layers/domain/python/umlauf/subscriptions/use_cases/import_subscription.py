"""Take over a running contract from another system."""

from umlauf.catalog.ports import Plans
from umlauf.customers.ports import Customers
from umlauf.kernel.work import Work
from umlauf.subscriptions.events import SubscriptionImported
from umlauf.subscriptions.importing import RunningContract, imported
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions


def import_subscription(
    contract: RunningContract,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    customers: Customers,
) -> Subscription:
    """Make it run here from `billed_through` on; imported already, it is unchanged.

    Its asset follows by transfer. Raises UnknownCustomer, UnknownPlan, BadImport and what the plan
    refuses.
    """
    existing = subscriptions.find(contract.subscription_id)
    if existing is not None:
        return existing
    customer = customers.get(contract.customer_id)
    plan = plans.get(contract.plan_id, contract.plan_version)
    subscription = imported(contract, plan, customer.time_zone, work.now)
    event = SubscriptionImported(
        subscription_id=subscription.id,
        customer_id=customer.id,
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        starts_on=contract.starts_on,
        billed_through=contract.billed_through,
    )
    work.put(subscription, event)
    return subscription
