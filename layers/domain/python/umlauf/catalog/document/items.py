"""Items and add-ons in the document."""

from collections.abc import Callable, Mapping, Set
from typing import Any, Final

from umlauf.catalog.document.nodes import NOTHING, Node
from umlauf.catalog.document.price_models import Written
from umlauf.catalog.document.prices import read_prices, write_prices
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import (
    AddOn,
    BaseFee,
    Delivery,
    Deposit,
    MeteredItem,
    OneOffFee,
    PlanItem,
    PrepaidItem,
    Supply,
    TaxCategory,
)
from umlauf.catalog.policies import BillingTiming

_KINDS: Final[Mapping[str, Callable[..., PlanItem]]] = {
    kind.KIND: kind for kind in (BaseFee, OneOffFee, Delivery, Deposit, MeteredItem, PrepaidItem)
}
_METERING: Final[Set[str]] = {"meter", "unit", "meter_units_per_unit"}
_REQUIRED: Final[Mapping[str, Set[str]]] = {
    MeteredItem.KIND: _METERING,
    PrepaidItem.KIND: _METERING,
}
_OPTIONAL: Final[Mapping[str, Set[str]]] = {
    BaseFee.KIND: {"timing"},
    Delivery.KIND: {"skip_notice_days"},
    MeteredItem.KIND: {"aggregation"},
}
_READERS: Final[Mapping[str, Callable[[Node], object]]] = {
    "id": Node.text,
    "name": Node.text,
    "prices": read_prices,
    "supply": lambda node: node.one_of(Supply),
    "tax_category": lambda node: node.one_of(TaxCategory),
    "timing": lambda node: node.one_of(BillingTiming),
    "skip_notice_days": Node.whole,
    "aggregation": lambda node: node.one_of(Aggregation),
    "meter": Node.text,
    "unit": Node.text,
    "meter_units_per_unit": Node.whole,
}


def read_item(node: Node) -> PlanItem:
    kind = dict(node.entries()).get("kind", Node("", f"{node.path}.kind"))
    name = str(kind.value)
    if name not in _KINDS:
        raise kind.refuse(f"must be one of {', '.join(_KINDS)}")
    found = node.fields(
        required={"kind", "id", "name", "supply", "prices"} | _REQUIRED.get(name, NOTHING),
        optional={"tax_category"} | _OPTIONAL.get(name, NOTHING),
    )
    values = {field: read(found[field]) for field, read in _READERS.items() if field in found}
    return node.build(_KINDS[name], **values)


def write_item(item: PlanItem) -> dict[str, Written]:
    written: dict[str, Any] = {
        "id": item.id,
        "kind": item.KIND,
        "name": item.name,
        **_metering(item),
        "supply": item.supply.value,
    }
    usual = TaxCategory.NOT_SUBJECT if isinstance(item, Deposit) else TaxCategory.STANDARD
    if item.tax_category is not usual:
        written["tax_category"] = item.tax_category.value
    return {**written, **_special(item), "prices": write_prices(item.prices)}


def read_add_on(add_on_id: str, node: Node) -> AddOn:
    found = node.fields(required={"name", "items"})
    items = tuple(read_item(one) for one in found["items"].items())
    return node.build(AddOn, id=add_on_id, name=found["name"].text(), items=items)


def write_add_on(add_on: AddOn) -> dict[str, Written]:
    return {"name": add_on.name, "items": [write_item(item) for item in add_on.items]}


def _metering(item: PlanItem) -> dict[str, Written]:
    if not isinstance(item, MeteredItem | PrepaidItem):
        return {}
    return {
        "meter": item.meter,
        "unit": item.unit,
        "meter_units_per_unit": item.meter_units_per_unit,
    }


def _special(item: PlanItem) -> dict[str, Written]:
    """What only one kind of item says, where it is not the usual."""
    match item:
        case BaseFee(timing=BillingTiming.ARREARS):
            return {"timing": item.timing.value}
        case Delivery(skip_notice_days=days) if days:
            return {"skip_notice_days": days}
        case MeteredItem(aggregation=how) if how is not Aggregation.SUM:
            return {"aggregation": how.value}
        case _:
            return {}
