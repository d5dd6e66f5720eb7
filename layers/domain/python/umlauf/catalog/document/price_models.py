"""How each price model stands in the document: its reader and its writer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from umlauf.catalog.document.nodes import Node, major_text, plain_number
from umlauf.catalog.price_models.capacity import Capacity, CapacityTier, Limit
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage, PercentTier
from umlauf.catalog.price_models.intensity import Intensity, Level
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.rating import PriceModel
from umlauf.catalog.price_models.tiers import Tier
from umlauf.catalog.price_models.volume import Volume

Written = Any
"""Something a YAML or JSON file can hold."""


@dataclass(frozen=True, slots=True)
class Form:
    """One price model in the document; amounts have so many digits after the point."""

    read: Callable[[Node, int], PriceModel]
    write: Callable[[Any, int], Written]


def optional_major(minor: Decimal | None, digits: int) -> str | None:
    return None if minor is None else major_text(minor, digits)


def _nonzero_major(minor: Decimal, digits: int) -> str | None:
    return major_text(minor, digits) if minor else None


def _present(**written: Written) -> dict[str, Written]:
    return {name: value for name, value in written.items() if value is not None}


def _read_flat(node: Node, digits: int) -> Flat:
    return node.build(Flat, amount_minor=node.minor(digits))


def _read_per_unit(node: Node, digits: int) -> PerUnit:
    return node.build(PerUnit, unit_price_minor=node.minor(digits))


def _read_tiers(node: Node, digits: int) -> tuple[Tier, ...]:
    return tuple(_read_tier(one, digits) for one in node.items())


def _read_tier(node: Node, digits: int) -> Tier:
    found = node.fields(required={"unit_price"}, optional={"up_to", "flat"})
    return node.build(
        Tier,
        up_to=found["up_to"].number() if "up_to" in found else None,
        unit_price_minor=found["unit_price"].minor(digits),
        flat_minor=found["flat"].minor(digits) if "flat" in found else Decimal(0),
    )


def _write_tiers(model: Graduated | Volume, digits: int) -> list[Written]:
    return [
        _present(
            up_to=None if tier.up_to is None else plain_number(tier.up_to),
            unit_price=major_text(tier.unit_price_minor, digits),
            flat=_nonzero_major(tier.flat_minor, digits),
        )
        for tier in model.tiers
    ]


def _read_package(node: Node, digits: int) -> Package:
    found = node.fields(required={"size", "price"}, optional={"free_units"})
    return node.build(
        Package,
        size=found["size"].number(),
        package_price_minor=found["price"].minor(digits),
        free_units=found["free_units"].number() if "free_units" in found else Decimal(0),
    )


def _write_package(model: Package, digits: int) -> Written:
    return _present(
        size=plain_number(model.size),
        price=major_text(model.package_price_minor, digits),
        free_units=plain_number(model.free_units) if model.free_units else None,
    )


def _read_percentage(node: Node, digits: int) -> Percentage:
    amounts = {"free_amount", "minimum", "maximum", "fixed"}
    found = node.fields(required={"rate"}, optional=amounts | {"free_events"})
    values: dict[str, Any] = {
        f"{name}_minor": found[name].minor(digits) for name in sorted(amounts & found.keys())
    }
    if "free_events" in found:
        values["free_events"] = found["free_events"].whole()
    return node.build(Percentage, rate_percent=found["rate"].number(), **values)


def _write_percentage(model: Percentage, digits: int) -> Written:
    return _present(
        rate=f"{model.rate_percent.normalize():f}",
        fixed=_nonzero_major(model.fixed_minor, digits),
        free_events=model.free_events,
        free_amount=optional_major(model.free_amount_minor, digits),
        minimum=optional_major(model.minimum_minor, digits),
        maximum=optional_major(model.maximum_minor, digits),
    )


def _read_graduated_percentage(node: Node, digits: int) -> GraduatedPercentage:
    tiers = tuple(_read_percent_tier(one, digits) for one in node.items())
    return node.build(GraduatedPercentage, tiers=tiers)


def _read_percent_tier(node: Node, digits: int) -> PercentTier:
    found = node.fields(required={"rate"}, optional={"up_to", "flat"})
    return node.build(
        PercentTier,
        up_to_minor=found["up_to"].minor(digits) if "up_to" in found else None,
        rate_percent=found["rate"].number(),
        flat_minor=found["flat"].minor(digits) if "flat" in found else Decimal(0),
    )


def _write_graduated_percentage(model: GraduatedPercentage, digits: int) -> Written:
    return [
        _present(
            up_to=optional_major(tier.up_to_minor, digits),
            rate=f"{tier.rate_percent.normalize():f}",
            flat=_nonzero_major(tier.flat_minor, digits),
        )
        for tier in model.tiers
    ]


def _read_capacity(node: Node, digits: int) -> Capacity:
    tiers = tuple(_read_capacity_tier(one, digits) for one in node.items())
    return node.build(Capacity, tiers=tiers)


def _read_capacity_tier(node: Node, digits: int) -> CapacityTier:
    found = node.fields(required={"price"}, optional={"limits"})
    limits = found["limits"].entries() if "limits" in found else iter(())
    return node.build(
        CapacityTier,
        limits=tuple(one.build(Limit, name=name, up_to=one.number()) for name, one in limits),
        price_minor=found["price"].minor(digits),
    )


def _write_capacity(model: Capacity, digits: int) -> Written:
    return [
        _present(
            limits={one.name: plain_number(one.up_to) for one in tier.limits} or None,
            price=major_text(tier.price_minor, digits),
        )
        for tier in model.tiers
    ]


def _read_chosen_amount(node: Node, digits: int) -> ChosenAmount:
    found = node.fields(required={"suggestion"}, optional={"minimum"})
    return node.build(
        ChosenAmount,
        suggestion_minor=found["suggestion"].minor(digits),
        minimum_minor=found["minimum"].minor(digits) if "minimum" in found else Decimal(0),
    )


def _write_chosen_amount(model: ChosenAmount, digits: int) -> Written:
    return _present(
        suggestion=major_text(model.suggestion_minor, digits),
        minimum=_nonzero_major(model.minimum_minor, digits),
    )


def _read_intensity(node: Node, digits: int) -> Intensity:
    levels = tuple(
        one.build(Level, name=name, unit_price_minor=one.minor(digits))
        for name, one in node.entries()
    )
    return node.build(Intensity, levels=levels)


def _write_intensity(model: Intensity, digits: int) -> Written:
    return {one.name: major_text(one.unit_price_minor, digits) for one in model.levels}


FORMS: Final[Mapping[str, Form]] = {
    Flat.KIND: Form(_read_flat, lambda model, digits: major_text(model.amount_minor, digits)),
    PerUnit.KIND: Form(
        _read_per_unit, lambda model, digits: major_text(model.unit_price_minor, digits)
    ),
    Graduated.KIND: Form(
        lambda node, digits: node.build(Graduated, tiers=_read_tiers(node, digits)), _write_tiers
    ),
    Volume.KIND: Form(
        lambda node, digits: node.build(Volume, tiers=_read_tiers(node, digits)), _write_tiers
    ),
    Package.KIND: Form(_read_package, _write_package),
    Percentage.KIND: Form(_read_percentage, _write_percentage),
    GraduatedPercentage.KIND: Form(_read_graduated_percentage, _write_graduated_percentage),
    Capacity.KIND: Form(_read_capacity, _write_capacity),
    ChosenAmount.KIND: Form(_read_chosen_amount, _write_chosen_amount),
    Intensity.KIND: Form(_read_intensity, _write_intensity),
}
