"""Whether somebody will pay for a contract: asked before it starts, and before it goes on."""

from umlauf.catalog.ports import Plans
from umlauf.payments.ports import Payers
from umlauf.subscriptions.charges import has_charges
from umlauf.subscriptions.model import Subscription


def is_payment_ready(subscription: Subscription, *, plans: Plans, payers: Payers) -> bool:
    """A method is on file, or all of it is prepaid from the wallet. Raises UnknownPlan."""
    plan = plans.get(subscription.plan_id, subscription.plan_version)
    if not has_charges(plan, subscription.add_ons):
        return True
    payer = payers.get(subscription.customer_id)
    return payer is not None and payer.default_method_id is not None
