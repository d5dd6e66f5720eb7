"""Another plan, or another version of the same one."""

from dataclasses import replace
from datetime import date

from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import Interval
from umlauf.subscriptions.agreements import Agreement, ChangePlan
from umlauf.subscriptions.anchors import anchor_for, trial_end
from umlauf.subscriptions.changes.choose_amount import require_chosen
from umlauf.subscriptions.changes.editing import Edit, in_plan_order
from umlauf.subscriptions.timeline import first_paid_day


def change_plan(change: ChangePlan, edit: Edit) -> Agreement:
    """The agreement under the other plan, at the prices of the day it is asked for.

    What the change does not name is kept. A minimum term goes on counting from where it began,
    unless a new one is chosen. A trial neither begins anew nor gets longer, unless the plan grants
    its own. Raises UnknownPlan, UnknownAddOn, UnknownTerm, NoPriceInCurrency.
    """
    current, plan = edit.current, edit.plan_of(change.plan_id, change.plan_version)
    if _is_the_same(change, current):
        return current
    wanted = current.add_ons if change.add_ons is None else change.add_ons
    add_ons = in_plan_order(plan, wanted)
    term = _term(change, current, plan)
    chosen = current.chosen_minor if change.chosen_minor is None else change.chosen_minor
    plan.require_priced(edit.choice(term, edit.asked_on), add_ons)
    free_until = _free_until(plan, edit)
    changed = replace(
        current,
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        interval=plan.interval,
        anchor=_anchor(plan, edit, free_until),
        agreed_on=edit.asked_on,
        quantity=current.quantity if change.quantity is None else change.quantity,
        add_ons=add_ons,
        add_on_quantities={
            one: count for one, count in current.add_on_quantities.items() if one in add_ons
        },
        term=term,
        term_starts_on=current.term_starts_on if change.term is None else edit.starts_on,
        chosen_minor={
            item: amount
            for item, amount in chosen.items()
            if change.chosen_minor is not None or _has_item(plan, add_ons, item)
        },
        free_until=free_until,
    )
    for item, amount in changed.chosen_minor.items():
        require_chosen(plan, changed, edit.choice(term, edit.asked_on), (item, amount))
    return changed


def _is_the_same(change: ChangePlan, current: Agreement) -> bool:
    return change == ChangePlan(plan_id=current.plan_id, plan_version=current.plan_version)


def _term(change: ChangePlan, current: Agreement, plan: Plan) -> Interval | None:
    if change.term is not None:
        return change.term
    return current.term if plan.terms.term_options else None


def _free_until(plan: Plan, edit: Edit) -> date | None:
    """Where the trial ends that is under way, if the plan's own would last longer; else None.

    Changed on its first day the order itself is another one, with that plan's trial.
    """
    earlier = [one for one in edit.subscription.agreements if _begins_before(one, edit.starts_on)]
    if plan.changes.grants_trial or not earlier:
        return None
    left, first_day = earlier[-1], edit.subscription.started_on
    own = trial_end(plan, first_day)
    allowed = trial_end(edit.plan_of(left.plan_id, left.plan_version), first_day)
    if left.free_until is not None:
        allowed = min(allowed, left.free_until)
    return allowed if allowed < own else None


def _begins_before(agreement: Agreement, day: date) -> bool:
    return agreement.starts_on is not None and agreement.starts_on < day


def _anchor(plan: Plan, edit: Edit, free_until: date | None) -> date | None:
    """Another interval starts a new grid, and so does a plan that bills on another day.

    In a trial every grid starts when that is over: nothing is charged before.
    """
    anchor = edit.current.anchor
    is_other_day = plan.anchor_day is not None and (anchor is None or anchor.day != plan.anchor_day)
    is_same_grid = plan.interval == edit.current.interval and not is_other_day
    if is_same_grid and (plan.anchor_day is not None or not _is_in_trial(edit)):
        return anchor
    day = first_paid_day(edit.subscription, plan, edit.starts_on, free_until=free_until)
    return anchor_for(plan, day)


def _is_in_trial(edit: Edit) -> bool:
    day, free_until = edit.starts_on, edit.current.free_until
    return first_paid_day(edit.subscription, edit.plan, day, free_until=free_until) > day


def _has_item(plan: Plan, add_ons: tuple[str, ...], item: str) -> bool:
    return any(one.id == item for one in plan.items_with(add_ons))
