"""A consumer calls the contract off within the withdrawal period."""

from umlauf.catalog.ports import Plans
from umlauf.customers.ports import Customers
from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import NoRightOfWithdrawal
from umlauf.subscriptions.events import SubscriptionWithdrawn, WithdrawalDeclared
from umlauf.subscriptions.lifecycle import with_ending
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.withdrawing import withdrawn


def withdraw_subscription(
    subscription_id: str,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    customers: Customers,
    assets: Assets,
) -> Subscription:
    """Give everything back, or end it today if an early start was asked for.

    Withdrawn already, it is unchanged. Raises UnknownSubscription, NoRightOfWithdrawal,
    WithdrawalTooLate, NotActive.
    """
    subscription = subscriptions.get(subscription_id)
    customer = customers.get(subscription.customer_id)
    if customer.is_business:
        raise NoRightOfWithdrawal(
            "only consumers may withdraw; cancel instead", field="subscription_id"
        )
    plan = plans.get(subscription.agreements[0].plan_id, subscription.agreements[0].plan_version)
    off = withdrawn(subscription, plan, work.now, country=customer.country)
    if off == subscription:
        return off
    if subscription.status is Status.PENDING:
        if subscription.asset_id is not None:
            release_reservation(subscription.asset_id, off.id, work=work, assets=assets)
        work.put(off, SubscriptionWithdrawn(off.id, off.customer_id))
        return off
    declared = WithdrawalDeclared(
        subscription_id=off.id, customer_id=off.customer_id, pays_until=off.ends_on
    )
    off, ended = with_ending(off)
    work.put(off, declared, *ended)
    return off
