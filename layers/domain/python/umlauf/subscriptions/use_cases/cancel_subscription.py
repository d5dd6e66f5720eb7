"""Give notice, or call an order off before it began."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.ports import Plans
from umlauf.inventory.ports import Assets
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.kernel.work import Work
from umlauf.subscriptions.changing import projected
from umlauf.subscriptions.ending import cancelled, end_date, undone
from umlauf.subscriptions.events import SubscriptionCancelled, SubscriptionWithdrawn
from umlauf.subscriptions.model import EndReason, Status, Subscription
from umlauf.subscriptions.ports import Subscriptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """`ends_on` is the first day no longer wanted; None ends it as soon as the terms allow."""

    subscription_id: str
    ends_on: date | None = None


def cancel_subscription(
    command: Cancellation,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
    assets: Assets,
) -> Subscription:
    """Set the end of an active subscription, or withdraw a pending one and free its asset.

    What is scheduled counts: it ends as the terms then have it. Cancelled already, it keeps its
    end. Raises UnknownSubscription, EndTooEarly, BadDates, TermStandsStill.
    """
    subscription = subscriptions.get(command.subscription_id)
    if subscription.status is Status.PENDING:
        if subscription.asset_id is not None:
            release_reservation(subscription.asset_id, subscription.id, work=work, assets=assets)
        off = undone(subscription, EndReason.WITHDRAWN, work.now)
        work.put(off, SubscriptionWithdrawn(off.id, off.customer_id))
        return off
    if subscription.status is not Status.ACTIVE or subscription.ends_on is not None:
        return subscription
    standing = projected(subscription, plan_of=plans.get, now=work.now)
    plan = plans.get(standing.plan_id, standing.plan_version)
    ends_on = end_date(standing, plan, work.now, wanted_end=command.ends_on)
    ending = cancelled(subscription, ends_on, work.now, credit=plan.terms.credit_on_end)
    work.put(ending, SubscriptionCancelled(ending.id, ending.customer_id, ends_on))
    return ending
