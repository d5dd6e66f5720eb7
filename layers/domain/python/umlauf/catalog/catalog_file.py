"""The whole catalog as one reviewed document: a parsed mapping becomes plan drafts.

Amounts are quoted text in major units ("59.00", "0.085"), so that none was ever a float. Whatever
is wrong is refused with its path into the document, e.g. `plans.city-flat.items[0].prices.EUR`; an
unknown field is wrong.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar

from umlauf.catalog.errors import BadCatalogFile
from umlauf.catalog.model import (
    AddOn,
    BaseFee,
    MeteredItem,
    Plan,
    PlanItem,
    PrepaidItem,
    Supply,
    TaxCategory,
    Terms,
)
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import minor_digits

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum | IntervalUnit)

_NOTHING: Final[Set[str]] = frozenset()


def read_catalog(document: object) -> tuple[Plan, ...]:
    """Drafts of all plans, in the document's order. Raises BadCatalogFile, naming the field."""
    top = _Node(document, "").fields(required={"plans"}, optional={"add_ons"})
    offered = top["add_ons"].entries() if "add_ons" in top else iter(())
    add_ons = {add_on_id: _add_on(add_on_id, node) for add_on_id, node in offered}
    return tuple(_plan(plan_id, node, add_ons) for plan_id, node in top["plans"].entries())


@dataclass(frozen=True, slots=True)
class _Node:
    """A value of the document that knows where it stands."""

    value: Any
    path: str

    def refuse(self, message: str) -> BadCatalogFile:
        where = self.path or "the document"
        return BadCatalogFile(f"{where}: {message}", field=self.path or None)

    def entries(self) -> Iterator[tuple[str, "_Node"]]:
        if not isinstance(self.value, Mapping) or not self.value:
            raise self.refuse("must be a mapping with at least one entry")
        for key, value in self.value.items():
            yield str(key), _Node(value, f"{self.path}.{key}" if self.path else str(key))

    def fields(self, *, required: Set[str], optional: Set[str] = _NOTHING) -> dict[str, "_Node"]:
        found = dict(self.entries())
        for name in sorted(required - found.keys()):
            raise self.refuse(f"{name} is missing")
        for name in sorted(found.keys() - required - optional):
            known = ", ".join(sorted(required | optional))
            raise found[name].refuse(f"is not known here; known are {known}")
        return found

    def items(self) -> list["_Node"]:
        if not isinstance(self.value, list) or not self.value:
            raise self.refuse("must be a list with at least one entry")
        return [_Node(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def text(self) -> str:
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse("must be text")
        return self.value.strip()

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.refuse("must be true or false")
        return self.value

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.refuse("must be a whole number")
        return self.value

    def number(self) -> Decimal:
        if isinstance(self.value, bool) or not isinstance(self.value, int | str):
            raise self.refuse('must be a quoted number such as "59.00"')
        try:
            number = Decimal(self.value)
        except InvalidOperation:
            raise self.refuse('must be a quoted number such as "59.00"') from None
        if not number.is_finite():
            raise self.refuse("must be finite")
        return number

    def minor(self, digits: int) -> Decimal:
        """A number of major units, in minor ones."""
        return self.number() * Decimal(10) ** digits

    def one_of(self, choice: type[E]) -> E:
        try:
            return choice(self.value)
        except ValueError:
            known = ", ".join(member.value for member in choice)
            raise self.refuse(f"must be one of {known}") from None

    def build(self, make: Callable[..., T], **values: Any) -> T:
        """Make a domain value; what the domain refuses is refused with this path."""
        try:
            return make(**values)
        except InvalidInput as error:
            raise self.refuse(error.message) from error


def _plan(plan_id: str, node: _Node, add_ons: Mapping[str, AddOn]) -> Plan:
    found = node.fields(
        required={"name", "interval", "items"},
        optional={"add_ons", "terms", "asset_model", "prices_include_tax"},
    )
    values: dict[str, Any] = {}
    if "add_ons" in found:
        values["add_ons"] = tuple(_offered(one, add_ons) for one in found["add_ons"].items())
    if "terms" in found:
        values["terms"] = _terms(found["terms"])
    if "asset_model" in found:
        values["asset_model"] = found["asset_model"].text()
    if "prices_include_tax" in found:
        values["prices_include_tax"] = found["prices_include_tax"].truth()
    return node.build(
        Plan,
        plan_id=plan_id,
        name=found["name"].text(),
        interval=_interval(found["interval"]),
        items=tuple(_item(one) for one in found["items"].items()),
        **values,
    )


def _offered(node: _Node, add_ons: Mapping[str, AddOn]) -> AddOn:
    try:
        return add_ons[node.text()]
    except KeyError:
        raise node.refuse(f"must be one of {', '.join(add_ons) or 'none: add_ons'}") from None


def _add_on(add_on_id: str, node: _Node) -> AddOn:
    found = node.fields(required={"name", "items"})
    items = tuple(_item(one) for one in found["items"].items())
    return node.build(AddOn, id=add_on_id, name=found["name"].text(), items=items)


def _terms(node: _Node) -> Terms:
    found = node.fields(required=_NOTHING, optional={"minimum_term", "notice", "ends_with_period"})
    values: dict[str, Any] = {
        name: _interval(found[name]) for name in ("minimum_term", "notice") if name in found
    }
    if "ends_with_period" in found:
        values["ends_with_period"] = found["ends_with_period"].truth()
    return node.build(Terms, **values)


def _interval(node: _Node) -> Interval:
    found = node.fields(required={"unit"}, optional={"count"})
    count = found["count"].whole() if "count" in found else 1
    return node.build(Interval, unit=found["unit"].one_of(IntervalUnit), count=count)


def _item(node: _Node) -> PlanItem:
    kind = dict(node.entries()).get("kind", _Node("", f"{node.path}.kind"))
    make = _KINDS.get(str(kind.value))
    if make is None:
        raise kind.refuse(f"must be one of {', '.join(_KINDS)}")
    metering = _NOTHING if make is BaseFee else _METERING.keys()
    found = node.fields(
        required={"kind", "id", "name", "supply", "prices"} | metering, optional={"tax_category"}
    )
    values: dict[str, Any] = {name: _METERING[name](found[name]) for name in metering}
    if "tax_category" in found:
        values["tax_category"] = found["tax_category"].one_of(TaxCategory)
    return node.build(
        make,
        id=found["id"].text(),
        name=found["name"].text(),
        supply=found["supply"].one_of(Supply),
        prices=tuple(_price(code, entry) for code, entry in found["prices"].entries()),
        **values,
    )


_KINDS: Final[Mapping[str, Callable[..., PlanItem]]] = {
    BaseFee.KIND: BaseFee,
    MeteredItem.KIND: MeteredItem,
    PrepaidItem.KIND: PrepaidItem,
}
_METERING: Final[Mapping[str, Callable[[_Node], object]]] = {
    "meter": _Node.text,
    "unit": _Node.text,
    "meter_units_per_unit": _Node.whole,
}


def _price(currency: str, node: _Node) -> Price:
    models = dict(node.entries())
    if len(models) != 1:
        raise node.refuse(f"must name one price model: {', '.join(_MODELS)}")
    ((kind, content),) = models.items()
    if kind not in _MODELS:
        raise content.refuse(f"is no price model; use one of {', '.join(_MODELS)}")
    digits = node.build(minor_digits, currency=currency)
    return node.build(Price, currency=currency, model=_MODELS[kind](content, digits))


def _flat(node: _Node, digits: int) -> Flat:
    return node.build(Flat, amount_minor=node.minor(digits))


def _per_unit(node: _Node, digits: int) -> PerUnit:
    return node.build(PerUnit, unit_price_minor=node.minor(digits))


def _graduated(node: _Node, digits: int) -> Graduated:
    return node.build(Graduated, tiers=tuple(_tier(one, digits) for one in node.items()))


def _tier(node: _Node, digits: int) -> Tier:
    found = node.fields(required={"unit_price"}, optional={"up_to", "flat"})
    return node.build(
        Tier,
        up_to=found["up_to"].number() if "up_to" in found else None,
        unit_price_minor=found["unit_price"].minor(digits),
        flat_minor=found["flat"].minor(digits) if "flat" in found else Decimal(0),
    )


_MODELS: Final[Mapping[str, Callable[[_Node, int], PriceModel]]] = {
    Flat.KIND: _flat,
    PerUnit.KIND: _per_unit,
    Graduated.KIND: _graduated,
}
