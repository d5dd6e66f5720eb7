"""Coupons in the document."""

from collections.abc import Set
from typing import Any

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.document.nodes import Node, major_text
from umlauf.catalog.document.price_models import Written
from umlauf.kernel.money import Money, minor_digits


def read_coupon(coupon_id: str, node: Node, known_items: Set[str]) -> Coupon:
    """Read a coupon; one for an item that nobody offers would never take anything off."""
    found = node.fields(
        required={"name"}, optional={"percent", "amounts", "items", "periods", "once"}
    )
    values: dict[str, Any] = {}
    if "percent" in found:
        values["percent"] = found["percent"].number()
    if "amounts" in found:
        values["amounts"] = tuple(_amount(code, one) for code, one in found["amounts"].entries())
    if "items" in found:
        values["items"] = tuple(_item(one, known_items) for one in found["items"].items())
    if "periods" in found:
        values["periods"] = found["periods"].whole()
    if "once" in found:
        values["is_once_amount"] = found["once"].truth()
    return node.build(Coupon, id=coupon_id, name=found["name"].text(), **values)


def write_coupon(coupon: Coupon) -> dict[str, Written]:
    written = {
        "name": coupon.name,
        "percent": None if coupon.percent is None else f"{coupon.percent.normalize():f}",
        "amounts": {
            one.currency: major_text(one.amount_minor, minor_digits(one.currency))
            for one in coupon.amounts
        },
        "items": list(coupon.items),
        "periods": coupon.periods,
        "once": True if coupon.is_once_amount else None,
    }
    return {name: value for name, value in written.items() if value not in (None, {}, [])}


def _item(node: Node, known_items: Set[str]) -> str:
    if node.text() not in known_items:
        raise node.refuse(f"must be the id of an item: {', '.join(sorted(known_items))}")
    return node.text()


def _amount(currency: str, node: Node) -> Money:
    digits = node.build(minor_digits, currency=currency)
    return Money(node.whole_minor(digits), currency)
