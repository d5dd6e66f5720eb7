"""Move a subscriber to a newer version of their plan."""

from dataclasses import dataclass

from umlauf.catalog.policies import ChangeTiming
from umlauf.catalog.ports import Plans
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import ChangePlan
from umlauf.subscriptions.changing import projected
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.timing import When
from umlauf.subscriptions.use_cases.change_subscription import ChangeWish, change_subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionMove:
    """An explicit act of staff, for one subscriber after the other: see `preview_bills` first."""

    plan_id: str
    plan_version: int
    when: When = ChangeTiming.PERIOD_END


def move_to_version(
    subscription_id: str,
    move: VersionMove,
    *,
    work: Work,
    subscriptions: Subscriptions,
    plans: Plans,
) -> Subscription:
    """Change the version alone; what is chosen stays.

    One that is over, leaves the plan or has that version already is unchanged, so a run over all
    subscribers can be repeated. Raises what `change_subscription` does.
    """
    subscription = subscriptions.get(subscription_id)
    if not subscription.is_live or subscription.is_void or subscription.ends_on is not None:
        return subscription
    standing = projected(subscription, plan_of=plans.get, now=work.now)
    if standing.plan_id != move.plan_id or standing.plan_version >= move.plan_version:
        return subscription
    wish = ChangeWish(
        command_key=f"version:{move.plan_id}:{move.plan_version}",
        subscription_id=subscription_id,
        change=ChangePlan(plan_id=move.plan_id, plan_version=move.plan_version),
        when=move.when,
        by_staff=True,
    )
    return change_subscription(wish, work=work, subscriptions=subscriptions, plans=plans)
