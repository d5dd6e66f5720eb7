"""Prices on the wire, whatever their model: exact decimals in minor units."""

from collections.abc import Sequence
from datetime import date
from typing import Any

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
from umlauf.catalog.price_models.tiers import Tier
from umlauf.catalog.price_models.volume import Volume
from umlauf.kernel.calendar import Interval
from umlauf_http.wire import Exact, Out


class IntervalOut(Out):
    unit: str
    count: int

    @classmethod
    def of(cls, interval: Interval) -> "IntervalOut":
        return cls(unit=interval.unit.value, count=interval.count)


class TierOut(Out):
    """The units up to and including `up_to`; null in the open last tier."""

    up_to: Exact | None
    unit_price_minor: Exact
    flat_minor: Exact


class PackageOut(Out):
    """Every package that is begun costs its price, after the free units."""

    size: Exact
    price_minor: Exact
    free_units: Exact


class PercentageOut(Out):
    """A share of each transaction beyond the free ones, and a fixed fee."""

    rate_percent: Exact
    fixed_minor: Exact
    free_events: int | None
    free_amount_minor: Exact | None
    minimum_minor: Exact | None
    maximum_minor: Exact | None


class PercentTierOut(Out):
    """The turnover up to and including `up_to_minor`; null in the open last tier."""

    up_to_minor: Exact | None
    rate_percent: Exact
    flat_minor: Exact


class CapacityTierOut(Out):
    """The price while all peaks keep their limits; the last tier has none."""

    limits: dict[str, Exact]
    price_minor: Exact


class LevelOut(Out):
    name: str
    unit_price_minor: Exact


class ChosenAmountOut(Out):
    """The subscriber names the amount; who names none pays the suggestion."""

    minimum_minor: Exact
    suggestion_minor: Exact


class PriceOut(Out):
    """What `model` says is filled, the rest of the models null.

    "12.5" is twelve and a half cents. `site`, `term`, `phase` and the validity (its end exclusive)
    narrow where the price holds; null is everywhere.
    """

    currency: str
    model: str
    site: str | None
    term: IntervalOut | None
    phase: str | None
    valid_from: date | None
    valid_until: date | None
    minimum_minor: Exact | None
    maximum_minor: Exact | None
    amount_minor: Exact | None = None
    unit_price_minor: Exact | None = None
    tiers: list[TierOut] | None = None
    package: PackageOut | None = None
    percentage: PercentageOut | None = None
    percent_tiers: list[PercentTierOut] | None = None
    capacity_tiers: list[CapacityTierOut] | None = None
    chosen_amount: ChosenAmountOut | None = None
    levels: list[LevelOut] | None = None

    @classmethod
    def of(cls, price: Price) -> "PriceOut":
        return cls(
            currency=price.currency,
            model=price.model.KIND,
            site=price.site,
            term=None if price.term is None else IntervalOut.of(price.term),
            phase=price.phase,
            valid_from=price.valid_from,
            valid_until=price.valid_until,
            minimum_minor=price.minimum_minor,
            maximum_minor=price.maximum_minor,
            **_of_model(price.model),
        )


def _of_model(model: PriceModel) -> dict[str, Any]:
    match model:
        case Flat(amount):
            return {"amount_minor": amount}
        case PerUnit(unit_price):
            return {"unit_price_minor": unit_price}
        case Graduated(tiers) | Volume(tiers):
            return {"tiers": _tiers(tiers)}
        case Package(size, price, free):
            return {"package": PackageOut(size=size, price_minor=price, free_units=free)}
        case ChosenAmount(suggestion, minimum):
            chosen = ChosenAmountOut(minimum_minor=minimum, suggestion_minor=suggestion)
            return {"chosen_amount": chosen}
        case _:
            return _of_use(model)


def _of_use(model: Percentage | GraduatedPercentage | Capacity | Intensity) -> dict[str, Any]:
    match model:
        case Percentage():
            return {"percentage": _percentage(model)}
        case GraduatedPercentage():
            return {"percent_tiers": _percent_tiers(model)}
        case Capacity():
            return {"capacity_tiers": _capacity_tiers(model)}
        case Intensity(levels):
            return {
                "levels": [
                    LevelOut(name=level.name, unit_price_minor=level.unit_price_minor)
                    for level in levels
                ]
            }


def _tiers(tiers: Sequence[Tier]) -> list[TierOut]:
    return [
        TierOut(
            up_to=tier.up_to, unit_price_minor=tier.unit_price_minor, flat_minor=tier.flat_minor
        )
        for tier in tiers
    ]


def _percentage(model: Percentage) -> PercentageOut:
    return PercentageOut(
        rate_percent=model.rate_percent,
        fixed_minor=model.fixed_minor,
        free_events=model.free_events,
        free_amount_minor=model.free_amount_minor,
        minimum_minor=model.minimum_minor,
        maximum_minor=model.maximum_minor,
    )


def _percent_tiers(model: GraduatedPercentage) -> list[PercentTierOut]:
    return [
        PercentTierOut(
            up_to_minor=tier.up_to_minor,
            rate_percent=tier.rate_percent,
            flat_minor=tier.flat_minor,
        )
        for tier in model.tiers
    ]


def _capacity_tiers(model: Capacity) -> list[CapacityTierOut]:
    return [
        CapacityTierOut(
            limits={limit.name: limit.up_to for limit in tier.limits},
            price_minor=tier.price_minor,
        )
        for tier in model.tiers
    ]
