"""Take over a running contract from another system."""

from dataclasses import dataclass, replace

from umlauf.catalog.ports import Coupons
from umlauf.inventory.ports import Assets
from umlauf.kernel.work import Work
from umlauf.subscriptions.events import SubscriptionImported
from umlauf.subscriptions.handing_over import hand_over
from umlauf.subscriptions.importing import RunningContract, imported
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import ContractDesk


@dataclass(frozen=True, slots=True)
class ImportDesk:
    """Everything it takes to take a contract over, wired by the edge."""

    contracts: ContractDesk
    coupons: Coupons
    assets: Assets


def import_subscription(contract: RunningContract, *, work: Work, desk: ImportDesk) -> Subscription:
    """Make it run here from `billed_through` on; imported already, it is unchanged.

    The asset it names is handed over in the same work. The site decides which company bills it,
    or where the customer lived when it started. Raises UnknownCustomer, UnknownPlan,
    UnknownStation, NotInvoiceable, UnknownCoupon, UnknownAsset, WrongAssetModel,
    IllegalTransition, BadImport and what the plan refuses.
    """
    contracts = desk.contracts
    existing = contracts.subscriptions.find(contract.subscription_id)
    if existing is not None:
        return existing
    customer = contracts.customers.get(contract.customer_id)
    plan = contracts.plans.get(contract.plan_id, contract.plan_version)
    seller = contracts.sellers.seller_of(customer.country_on(contract.starts_on), contract.site)
    coupons = {one.coupon_id: desk.coupons.get(one.coupon_id) for one in contract.coupons}
    running = imported(contract, plan, customer.time_zone, work.now, coupons)
    subscription = replace(running, legal_entity=seller, asset_id=contract.asset_id)
    if contract.asset_id is not None:
        hand_over(contract.asset_id, subscription, plan, work=work, assets=desk.assets)
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
