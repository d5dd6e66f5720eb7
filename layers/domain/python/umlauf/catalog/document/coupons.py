"""Coupons in the document."""

from collections.abc import Set
from dataclasses import dataclass
from typing import Any, Final

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.document.nodes import Node, major_text
from umlauf.catalog.document.price_models import Written
from umlauf.kernel.money import Money, minor_digits

_OPTIONAL: Final = {"percent", "amounts", "items", "plans", "periods", "once", "open"}


@dataclass(frozen=True, slots=True)
class Offered:
    """The ids of what the document offers: a coupon for anything else would take nothing off."""

    items: Set[str]
    plans: Set[str]


def read_coupon(coupon_id: str, node: Node, offered: Offered) -> Coupon:
    found = node.fields(required={"name"}, optional=_OPTIONAL)
    values: dict[str, Any] = {}
    if "percent" in found:
        values["percent"] = found["percent"].number()
    if "amounts" in found:
        values["amounts"] = tuple(_amount(code, one) for code, one in found["amounts"].entries())
    if "items" in found:
        values["items"] = tuple(
            _known(one, offered.items, "an item") for one in found["items"].items()
        )
    if "plans" in found:
        values["plans"] = tuple(
            _known(one, offered.plans, "a plan") for one in found["plans"].items()
        )
    if "periods" in found:
        values["periods"] = found["periods"].whole()
    if "once" in found:
        values["is_once_amount"] = found["once"].truth()
    if "open" in found:
        values["is_open"] = found["open"].truth()
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
        "plans": list(coupon.plans),
        "periods": coupon.periods,
        "once": True if coupon.is_once_amount else None,
        "open": True if coupon.is_open else None,
    }
    return {name: value for name, value in written.items() if value not in (None, {}, [])}


def _known(node: Node, known: Set[str], what: str) -> str:
    if node.text() not in known:
        raise node.refuse(f"must be the id of {what}: {', '.join(sorted(known))}")
    return node.text()


def _amount(currency: str, node: Node) -> Money:
    digits = node.build(minor_digits, currency=currency)
    return Money(node.whole_minor(digits), currency)
