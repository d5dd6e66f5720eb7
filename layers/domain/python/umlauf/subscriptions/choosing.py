"""What a subscriber chooses of a plan, made an agreement: checked, and in one order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from umlauf.catalog.model import Plan
from umlauf.catalog.price_books import PriceChoice
from umlauf.kernel.calendar import Interval
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.changes.choose_amount import require_chosen
from umlauf.subscriptions.changes.editing import in_plan_order
from umlauf.subscriptions.changes.quantities import require_quantity
from umlauf.subscriptions.errors import AddOnNotTaken, NotPossibleThen

LONGEST_WAIT: Final = 366
"""Days an order may lie ahead of its start: prices and risk are judged when it is placed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    currency: str
    site: str | None = None
    quantity: int = 1
    add_ons: tuple[str, ...] = ()
    add_on_quantities: Mapping[str, int] = field(default_factory=dict)
    term: Interval | None = None
    chosen_minor: Mapping[str, int] = field(default_factory=dict)


def agreed(choice: Choice, plan: Plan, agreed_on: date) -> Agreement:
    """The agreement at the prices of that day; it does not start yet.

    Raises UnknownAddOn, UnknownTerm, NoPriceInCurrency, BadQuantity, AddOnNotTaken, NoChosenAmount,
    and InvalidInput for an amount below its minimum.
    """
    add_ons = in_plan_order(plan, choice.add_ons)
    prices = PriceChoice(choice.currency, site=choice.site, term=choice.term, on=agreed_on)
    plan.require_priced(prices, add_ons)
    for quantity in (choice.quantity, *choice.add_on_quantities.values()):
        require_quantity(quantity)
    not_taken = sorted(set(choice.add_on_quantities) - set(add_ons))
    if not_taken:
        raise AddOnNotTaken(
            f"{', '.join(not_taken)} has a quantity and is not among the add-ons; add it",
            field="add_on_quantities",
        )
    agreement = Agreement(
        plan_id=plan.plan_id,
        plan_version=plan.plan_version,
        interval=plan.interval,
        agreed_on=agreed_on,
        quantity=choice.quantity,
        add_ons=add_ons,
        add_on_quantities={
            one: count for one, count in sorted(choice.add_on_quantities.items()) if count != 1
        },
        term=choice.term,
        chosen_minor=dict(sorted(choice.chosen_minor.items())),
    )
    for chosen in agreement.chosen_minor.items():
        require_chosen(plan, agreement, prices, chosen)
    return agreement


def require_near(starts_on: date | None, today: date) -> None:
    """Refuse a start that has passed or lies too far ahead. Raises NotPossibleThen."""
    latest = today + timedelta(days=LONGEST_WAIT)
    if starts_on is not None and not today <= starts_on <= latest:
        raise NotPossibleThen(f"it can start from {today} to {latest}", field="starts_on")
