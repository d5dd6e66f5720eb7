"""What must fit together in a plan: its items, terms, phases, currencies and day of the month."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from umlauf.catalog.errors import BadPlan
from umlauf.catalog.items import BaseFee, Delivery, MeteredItem, PlanItem
from umlauf.catalog.policies import Commitment, Phase
from umlauf.catalog.price_books import PriceChoice, most_specific
from umlauf.kernel.calendar import Interval, IntervalUnit

LAST_DAY_OF_MONTH: Final = 31


def charged_phases(item: PlanItem, phases: Sequence[Phase]) -> tuple[str | None, ...]:
    """The phases in which an item is charged; one without a name where a plan has none."""
    if not phases:
        return (None,)
    is_free_of_charge = isinstance(item, BaseFee | Delivery)
    return tuple(phase.name for phase in phases if not (phase.is_free and is_free_of_charge))


def require_anchor_day(anchor_day: int | None, interval: Interval) -> None:
    if anchor_day is None:
        return
    if interval.unit not in {IntervalUnit.MONTH, IntervalUnit.YEAR}:
        raise BadPlan(
            "a day of the month fits only months and years: leave anchor_day out",
            field="anchor_day",
        )
    if not 1 <= anchor_day <= LAST_DAY_OF_MONTH:
        raise BadPlan(
            f"anchor_day must be 1 to {LAST_DAY_OF_MONTH}, not {anchor_day}", field="anchor_day"
        )


def require_commitments_sold(
    commitments: Iterable[Commitment], currencies: Sequence[str], plan_id: str
) -> None:
    for commitment in commitments:
        if commitment.currency not in currencies:
            raise BadPlan(
                f"{plan_id} is not sold in {commitment.currency}: leave that commitment out",
                field="commitments",
            )


def require_same_currencies(items: Iterable[PlanItem], whose: str) -> None:
    sold = {item.id: {price.currency for price in item.prices} for item in items}
    every = set().union(*sold.values())
    for item_id, currencies in sold.items():
        missing = sorted(every - currencies)
        if missing:
            raise BadPlan(
                f"{item_id} has no price in {', '.join(missing)}, but other items of {whose} "
                "have: add it",
                field="items",
            )


def require_meters_told_apart(items: Iterable[PlanItem]) -> None:
    """Refuse items that need other names of one meter's events: no event could have both."""
    names: dict[str, tuple[str, ...]] = {}
    for item in items:
        if not isinstance(item, MeteredItem) or not item.names:
            continue
        if names.setdefault(item.meter, item.names) != item.names:
            raise BadPlan(
                f"{item.id} tells the events of {item.meter} apart by other names than another "
                "item: use the same names, or another meter",
                field="items",
            )


def require_prices_for_every_choice(
    item: PlanItem, phases: Sequence[Phase], term_options: Sequence[Interval]
) -> None:
    """Each currency has a price for each term and phase, and none for one that is not there."""
    _require_known_narrowings(item, phases, term_options)
    for currency in sorted({price.currency for price in item.prices}):
        for term in term_options or (None,):
            for phase in charged_phases(item, phases):
                _require_ever_priced(item, PriceChoice(currency, term=term, phase=phase))


def _require_known_narrowings(
    item: PlanItem, phases: Sequence[Phase], term_options: Sequence[Interval]
) -> None:
    names = [phase.name for phase in phases]
    for price in item.prices:
        if price.phase is not None and price.phase not in names:
            raise BadPlan(
                f"{item.id} has a price for phase {price.phase}; the plan's phases are: "
                f"{', '.join(names) or 'none'}",
                field="items",
            )
        if price.term is not None and price.term not in term_options:
            raise BadPlan(
                f"{item.id} has a price for a term of {price.term.count} "
                f"{price.term.unit.value}(s), which is no term option: add it to term_options",
                field="items",
            )


def _require_ever_priced(item: PlanItem, choice: PriceChoice) -> None:
    """Refuse a choice no entry fits on any day and at any site."""
    for price in item.prices:
        if most_specific((replace(price, valid_from=None, valid_until=None, site=None),), choice):
            return
    raise BadPlan(f"{item.id} has no price in {choice}: add one", field="items")
