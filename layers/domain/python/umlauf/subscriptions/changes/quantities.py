"""How many of the plan, or of an add-on."""

from dataclasses import replace
from typing import Final

from umlauf.subscriptions.agreements import Agreement, ChangeQuantity
from umlauf.subscriptions.changes.editing import Edit
from umlauf.subscriptions.errors import AddOnNotTaken, BadQuantity

MOST_OF_ONE: Final = 10_000


def change_quantity(change: ChangeQuantity, edit: Edit) -> Agreement:
    """Raises BadQuantity, UnknownAddOn, and AddOnNotTaken for an add-on that is not taken."""
    require_quantity(change.quantity)
    current = edit.current
    if change.add_on is None:
        return replace(current, quantity=change.quantity)
    edit.plan.items_with([change.add_on])
    if change.add_on not in current.add_ons:
        raise AddOnNotTaken(
            f"{change.add_on} is not among the add-ons; add it first", field="add_on"
        )
    return with_count(current, change.add_on, change.quantity)


def with_count(agreement: Agreement, add_on: str, quantity: int) -> Agreement:
    """One is not written down, so that equal agreements are equal."""
    counts = {**agreement.add_on_quantities, add_on: quantity}
    kept = {one: count for one, count in sorted(counts.items()) if count != 1}
    return replace(agreement, add_on_quantities=kept)


def require_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MOST_OF_ONE:
        raise BadQuantity(
            f"a quantity must be 1 to {MOST_OF_ONE}, not {quantity}; to have none, remove the "
            "add-on or cancel",
            field="quantity",
        )
