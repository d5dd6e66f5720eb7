"""Add-ons taken and given up."""

from dataclasses import replace

from umlauf.subscriptions.agreements import AddAddOn, Agreement, RemoveAddOn
from umlauf.subscriptions.changes.editing import Edit, in_plan_order
from umlauf.subscriptions.changes.quantities import require_quantity, with_count
from umlauf.subscriptions.errors import AddOnTakenAlready


def add_add_on(change: AddAddOn, edit: Edit) -> Agreement:
    """At the prices of the day the agreement was made: the add-on is part of it.

    Taken already in the same quantity, nothing changes. Raises UnknownAddOn, NoPriceInCurrency,
    BadQuantity, AddOnTakenAlready.
    """
    require_quantity(change.quantity)
    current = edit.current
    if change.add_on in current.add_ons:
        taken = current.quantity_of(change.add_on)
        if taken != change.quantity:
            raise AddOnTakenAlready(
                f"{change.add_on} is taken {taken} times; change its quantity", field="add_on"
            )
        return current
    add_ons = (*current.add_ons, change.add_on)
    edit.plan.require_priced(edit.choice(current.term, current.agreed_on), add_ons)
    taken_too = replace(current, add_ons=in_plan_order(edit.plan, add_ons))
    return with_count(taken_too, change.add_on, change.quantity)


def remove_add_on(change: RemoveAddOn, edit: Edit) -> Agreement:
    """Not taken, nothing changes. Raises UnknownAddOn."""
    edit.plan.items_with([change.add_on])
    current = edit.current
    left = tuple(one for one in current.add_ons if one != change.add_on)
    offered = {item.id for item in edit.plan.items_with(left)}
    chosen = {item: amount for item, amount in current.chosen_minor.items() if item in offered}
    return with_count(replace(current, add_ons=left, chosen_minor=chosen), change.add_on, 1)
