"""Start a subscription: hand its asset over and let the first charges fall due."""

from datetime import date

from umlauf.catalog.ports import Plans
from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.hand_over_asset import hand_over_asset
from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import (
    NoAssetReserved,
    NotPending,
    PaymentNotReady,
    StartsLater,
)
from umlauf.subscriptions.events import SubscriptionActivated
from umlauf.subscriptions.lifecycle import started
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.ports import Subscriptions


def activate_subscription(
    subscription_id: str,
    *,
    payment_ready: bool,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    assets: Assets,
) -> Subscription:
    """Activate it and hand over the asset reserved for it, in one work.

    `payment_ready` is the edge's word that somebody will pay: payments lies a row above. Repeated,
    it changes nothing. Raises UnknownSubscription, NotPending, StartsLater, PaymentNotReady,
    NoAssetReserved, NotReserved.
    """
    subscription = subscriptions.get(subscription_id)
    if subscription.status is Status.ACTIVE:
        return subscription
    if subscription.status is not Status.PENDING:
        raise NotPending(
            f"subscription {subscription_id} is {subscription.status}; order again",
            field="subscription_id",
        )
    _require_day_has_come(subscription, local_date(work.now, subscription.time_zone))
    if not payment_ready:
        raise PaymentNotReady("add a payment method first", field="subscription_id")
    plan = plans.get(subscription.plan_id, subscription.plan_version)
    if subscription.asset_id is not None:
        hand_over_asset(subscription.asset_id, subscription_id, work=work, assets=assets)
    elif plan.asset_model is not None:
        raise NoAssetReserved(
            f"reserve a {plan.asset_model} for {subscription_id} first", field="subscription_id"
        )
    active = started(subscription, plan, work.now)
    work.put(active, _activated(active))
    return active


def _require_day_has_come(subscription: Subscription, today: date) -> None:
    """Use before the first day would lie in no billing period: nobody would ever be billed it."""
    wanted = subscription.wanted_start
    if wanted is not None and today < wanted:
        raise StartsLater(
            f"subscription {subscription.id} starts on {wanted}: hand over on that day or later, "
            "or order again for an earlier one",
            field="subscription_id",
        )


def _activated(subscription: Subscription) -> SubscriptionActivated:
    return SubscriptionActivated(
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        plan_id=subscription.plan_id,
        plan_version=subscription.plan_version,
        asset_id=subscription.asset_id,
        currency=subscription.currency,
        anchor=subscription.current.anchor or subscription.started_on,
        time_zone=subscription.time_zone,
        next_due_at=subscription.next_due_at,
    )
