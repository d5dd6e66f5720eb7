"""Take over a running contract from another system."""

from dataclasses import replace

from umlauf.kernel.work import Work
from umlauf.subscriptions.events import SubscriptionImported
from umlauf.subscriptions.importing import RunningContract, imported
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import ContractDesk


def import_subscription(
    contract: RunningContract, *, work: Work, desk: ContractDesk
) -> Subscription:
    """Make it run here from `billed_through` on; imported already, it is unchanged.

    Its asset follows by transfer. The site decides which company bills it, or where the customer
    lived when it started. Raises UnknownCustomer, UnknownPlan, UnknownStation, NotInvoiceable,
    BadImport and what the plan refuses.
    """
    existing = desk.subscriptions.find(contract.subscription_id)
    if existing is not None:
        return existing
    customer = desk.customers.get(contract.customer_id)
    plan = desk.plans.get(contract.plan_id, contract.plan_version)
    seller = desk.sellers.seller_of(customer.country_on(contract.starts_on), contract.site)
    subscription = replace(
        imported(contract, plan, customer.time_zone, work.now), legal_entity=seller
    )
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
