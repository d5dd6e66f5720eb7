"""What the subscriber wants to pay for a pay-what-you-want item."""

from dataclasses import replace

from umlauf.catalog.model import Plan, price_for
from umlauf.catalog.price_books import PriceChoice
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.rating import rate
from umlauf.kernel.errors import InvalidInput
from umlauf.subscriptions.agreements import Agreement, ChooseAmount
from umlauf.subscriptions.changes.editing import Edit
from umlauf.subscriptions.errors import NoChosenAmount


def choose_amount(change: ChooseAmount, edit: Edit) -> Agreement:
    """Raises NoChosenAmount, and InvalidInput below the minimum."""
    current = edit.current
    choice = edit.choice(current.term, current.agreed_on)
    _require(
        edit.plan,
        current,
        choice,
        (change.item, change.amount_minor),
        fields=("item", "amount_minor"),
    )
    chosen = {**current.chosen_minor, change.item: change.amount_minor}
    return replace(current, chosen_minor=dict(sorted(chosen.items())))


def require_chosen(
    plan: Plan, agreement: Agreement, choice: PriceChoice, chosen: tuple[str, int]
) -> None:
    """Refuse an amount for an item that has a price of its own, or one below its minimum."""
    _require(plan, agreement, choice, chosen, fields=("chosen_minor", "chosen_minor"))


def _require(
    plan: Plan,
    agreement: Agreement,
    choice: PriceChoice,
    chosen: tuple[str, int],
    *,
    fields: tuple[str, str],
) -> None:
    """`fields` are what the item and its amount are called where they were given."""
    item_id, amount_minor = chosen
    items = {item.id: item for item in plan.items_with(agreement.add_ons)}
    paid: list[str | None] = [phase.name for phase in plan.phases if not phase.is_free]
    named = [
        price
        for phase in paid or [None]
        if item_id in items
        for price in [price_for(items[item_id], replace(choice, phase=phase))]
        if isinstance(price.model, ChosenAmount)
    ]
    item_field, amount_field = fields
    if not named:
        raise NoChosenAmount(
            f"{item_id!r} of {plan.plan_id} is no item whose price is chosen; leave it out",
            field=item_field,
        )
    for price in named:
        try:
            rate(price, amount_minor)
        except InvalidInput as refusal:
            raise InvalidInput(f"{item_id}: {refusal.message}", field=amount_field) from refusal
