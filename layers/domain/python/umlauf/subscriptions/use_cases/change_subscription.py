"""Change what is agreed: plan, quantity, add-ons, a chosen amount, the term."""

from dataclasses import dataclass
from datetime import date

from umlauf.catalog.errors import PlanNotOnSale
from umlauf.catalog.ports import Plans
from umlauf.kernel.calendar import local_date
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import Change, ChangePlan, ScheduledChange
from umlauf.subscriptions.changing import begin_scheduled, request_change
from umlauf.subscriptions.errors import WrongAssetModel
from umlauf.subscriptions.events import ChangeScheduled
from umlauf.subscriptions.handing_over import named
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.timing import When, begins_on, require_term_kept, require_timing


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWish:
    """`when` None begins as the plan's policy has it. Staff may choose any."""

    command_key: str
    subscription_id: str
    change: Change
    when: When = None
    by_staff: bool = False

    @property
    def change_id(self) -> str:
        return derive_id("chg", self.subscription_id, self.command_key)


def change_subscription(
    wish: ChangeWish, *, work: Work, subscriptions: Subscriptions, plans: Plans
) -> Subscription:
    """Apply the change if its day has come, else list it until then. Already so, nothing changes.

    Raises UnknownSubscription, NotActive, TooEarly, TermBinds, PlanNotOnSale, WrongAssetModel,
    NotPossibleThen, ScheduledChangeInTheWay, and what the change itself refuses.
    """
    loaded = subscriptions.get(wish.subscription_id)
    today = local_date(work.now, loaded.time_zone)
    subscription, begun = begin_scheduled(loaded, today, plan_of=plans.get, now=work.now)
    if not wish.by_staff:
        _require_on_sale(wish.change, subscription, plans)
        _require_same_model(wish.change, subscription, plans)
    day = _allowed_day(wish, subscription, plans, work)
    wanted = ScheduledChange(wish.change_id, wish.change, day, work.now)
    changed, events = request_change(subscription, wanted, plan_of=plans.get, now=work.now)
    if wanted in changed.scheduled:
        events = (*events, _scheduled(changed, wanted))
    if changed != loaded:
        work.put(changed, *begun, *events)
    return changed


def _allowed_day(wish: ChangeWish, subscription: Subscription, plans: Plans, work: Work) -> date:
    """Judged by what will be in force on the day that is wished for."""
    if isinstance(wish.when, date):
        subscription, _ = begin_scheduled(subscription, wish.when, plan_of=plans.get, now=work.now)
    day = begins_on(subscription, wish.change, wish.when, plan_of=plans.get, now=work.now)
    if not wish.by_staff:
        require_timing(subscription, wish.change, day, plan_of=plans.get, now=work.now)
        require_term_kept(subscription, wish.change, day, plan_of=plans.get, now=work.now)
    return day


def _require_on_sale(change: Change, subscription: Subscription, plans: Plans) -> None:
    if not isinstance(change, ChangePlan):
        return
    wanted = change.plan_id, change.plan_version
    if wanted == (subscription.plan_id, subscription.plan_version):
        return
    on_sale = plans.on_sale(change.plan_id).plan_version
    if change.plan_version != on_sale:
        raise PlanNotOnSale(
            f"{change.plan_id} is sold as version {on_sale} now; look at it and change again",
            field="plan_version",
        )


def _require_same_model(change: Change, subscription: Subscription, plans: Plans) -> None:
    """No subscriber pays for an asset that nobody handed over. Staff changes, then transfers."""
    if not isinstance(change, ChangePlan):
        return
    held = plans.get(subscription.plan_id, subscription.plan_version).asset_model
    needed = plans.get(change.plan_id, change.plan_version).asset_model
    if needed != held:
        raise WrongAssetModel(
            f"{change.plan_id} comes with {named(needed)}, the contract with {named(held)}; "
            "order it anew, or have staff change it",
            field="plan_id",
        )


def _scheduled(subscription: Subscription, wanted: ScheduledChange) -> ChangeScheduled:
    return ChangeScheduled(
        subscription_id=subscription.id,
        customer_id=subscription.customer_id,
        change_id=wanted.id,
        change=wanted.change.KIND,
        starts_on=wanted.starts_on,
    )
