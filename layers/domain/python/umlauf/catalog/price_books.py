"""An item's prices: which may stand together, and which applies to a choice.

Entries are compared by site, then term, then phase, then validity: a price for this site beats one
for this term. Two entries that could both be the most specific are refused when the item is made,
so an answer never depends on the order of the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

from umlauf.catalog.errors import BadPlan
from umlauf.catalog.meters import Aggregation, counts_events
from umlauf.catalog.price_models.capacity import Capacity
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage
from umlauf.catalog.price_models.intensity import Intensity
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.catalog.price_models.volume import Volume
from umlauf.kernel.calendar import Interval

MAX_PRICES: Final = 200
"""Entries of one item's price book: a plan version is one stored document."""
_FEE_MODELS: Final = (Flat, PerUnit, Graduated, Volume, Package, ChosenAmount)
_USAGE_MODELS: Final = (
    Flat,
    PerUnit,
    Graduated,
    Volume,
    Package,
    Percentage,
    GraduatedPercentage,
    Capacity,
    Intensity,
)
_AGGREGATED: Final[Mapping[type[PriceModel], Aggregation]] = {
    Percentage: Aggregation.SUM,
    GraduatedPercentage: Aggregation.SUM,
    Intensity: Aggregation.SUM,
    Capacity: Aggregation.MAX,
}
"""Models that price more than one number, and how what they price comes about."""
_PREPAID_MODELS: Final = (Flat, PerUnit, Graduated, Package)
"""What never gets cheaper with use: a hold must pay for whatever is used within it."""


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """What a price is asked for. `on` is the day the agreement was made: later prices are others'.

    Without `on`, only prices without a validity fit.
    """

    currency: str
    site: str | None = None
    term: Interval | None = None
    phase: str | None = None
    on: date | None = None

    def __str__(self) -> str:
        term = self.term and f"a term of {self.term.count} {self.term.unit.value}(s)"
        parts = {"site": self.site, "phase": self.phase, "on": self.on}
        named = [f"{name} {value}" for name, value in parts.items() if value]
        return ", ".join([self.currency, *([term] if term else []), *named])


def most_specific(prices: Sequence[Price], choice: PriceChoice) -> Price | None:
    """The entry that fits best; None if none fits."""
    fitting = [price for price in prices if _fits(price, choice)]
    return max(fitting, key=_specificity, default=None)


def require_unambiguous(prices: Sequence[Price], item: str) -> None:
    """Refuse two entries that are equally specific and hold at the same time."""
    if len(prices) > MAX_PRICES:
        raise BadPlan(f"{item} may have {MAX_PRICES} prices", field="prices")
    for one, other in combinations(prices, 2):
        if _scope(one) == _scope(other) and _both_hold(one, other):
            raise BadPlan(
                f"{item} has two prices for {_described(one)}: tell them apart by site, term, "
                "phase or validity",
                field="prices",
            )


def require_fee_prices(prices: Sequence[Price], item: str) -> None:
    """Refuse what cannot price a quantity that was agreed beforehand."""
    _require_models(prices, item, _FEE_MODELS)
    _require_no_spend(prices, item)


def require_usage_prices(
    prices: Sequence[Price], item: str, meter: str, aggregation: Aggregation
) -> None:
    """Refuse what cannot price a period's use, as the meter tells it and the item sums it up."""
    _require_models(prices, item, _USAGE_MODELS)
    if aggregation is not Aggregation.SUM and not counts_events(meter):
        raise BadPlan(
            f"{item} cannot be counted by {aggregation.value}: {meter} is a register, and a sum; "
            "leave aggregation out, or name a meter of events",
            field="aggregation",
        )
    for price in prices:
        _require_fitting(price.model, item, meter, aggregation)
    if len({(type(price.model) in _AGGREGATED, names_of(price.model)) for price in prices}) > 1:
        raise BadPlan(
            f"{item} must be priced by one kind of figure, with the same names: use one price "
            "model for all of its prices, or another item",
            field="prices",
        )


def names_of(model: PriceModel) -> tuple[str, ...]:
    """What use is told apart by: levels, or the limits that peaks are held against."""
    return tuple(sorted(model.names)) if isinstance(model, Capacity | Intensity) else ()


def _require_fitting(model: PriceModel, item: str, meter: str, aggregation: Aggregation) -> None:
    needed = _AGGREGATED.get(type(model))
    if needed is None:
        return
    if not counts_events(meter):
        raise BadPlan(
            f"{item} cannot be priced {model.KIND} by {meter}, of which only the sum is known: "
            "name a meter of events",
            field="meter",
        )
    if aggregation is not needed:
        raise BadPlan(
            f"{item} is priced {model.KIND}: its aggregation must be {needed.value}, not "
            f"{aggregation.value}",
            field="aggregation",
        )


def require_prepaid_prices(prices: Sequence[Price], item: str) -> None:
    """Refuse what cannot price use while it goes on."""
    _require_models(prices, item, _PREPAID_MODELS)
    _require_no_spend(prices, item)


def _require_models(prices: Sequence[Price], item: str, models: Sequence[type[PriceModel]]) -> None:
    for price in prices:
        if type(price.model) not in models:
            known = ", ".join(model.KIND for model in models)
            raise BadPlan(
                f"{item} cannot be priced {price.model.KIND}; use one of {known}", field="prices"
            )


def _require_no_spend(prices: Sequence[Price], item: str) -> None:
    if any(price.minimum_minor or price.maximum_minor for price in prices):
        raise BadPlan(
            f"{item} is not metered: only what was used has a minimum or maximum spend",
            field="prices",
        )


def _fits(price: Price, choice: PriceChoice) -> bool:
    return (
        price.currency == choice.currency
        and price.site in {None, choice.site}
        and price.term in {None, choice.term}
        and price.phase in {None, choice.phase}
        and price.is_valid_on(choice.on)
    )


def _specificity(price: Price) -> tuple[bool, bool, bool, bool]:
    return (
        price.site is not None,
        price.term is not None,
        price.phase is not None,
        price.is_dated,
    )


def _scope(price: Price) -> tuple[object, ...]:
    return price.currency, price.site, price.term, price.phase, price.is_dated


def _both_hold(one: Price, other: Price) -> bool:
    starts = [price.valid_from for price in (one, other) if price.valid_from]
    ends = [price.valid_until for price in (one, other) if price.valid_until]
    return not starts or not ends or max(starts) < min(ends)


def _described(price: Price) -> str:
    return str(PriceChoice(price.currency, price.site, price.term, price.phase, price.valid_from))
