"""The document as a whole: add-ons, coupons and plans."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.document.coupons import Offered, read_coupon, write_coupon
from umlauf.catalog.document.items import read_add_on, write_add_on
from umlauf.catalog.document.nodes import Node
from umlauf.catalog.document.plans import read_plan, write_plan
from umlauf.catalog.document.price_models import Written
from umlauf.catalog.model import AddOn, Plan


@dataclass(frozen=True, slots=True)
class Catalog:
    """Drafts of plans and coupons, in the document's order."""

    plans: tuple[Plan, ...]
    coupons: tuple[Coupon, ...] = ()


def read_catalog(document: object) -> Catalog:
    """Read a parsed document. Raises BadCatalogFile, which names the place and the remedy."""
    top = Node(document, "").fields(required={"plans"}, optional={"add_ons", "coupons"})
    extras = top["add_ons"].entries() if "add_ons" in top else iter(())
    add_ons = {add_on_id: read_add_on(add_on_id, node) for add_on_id, node in extras}
    plans = tuple(read_plan(plan_id, node, add_ons) for plan_id, node in top["plans"].entries())
    offered = Offered(
        items={item.id for plan in plans for item in plan.every_item},
        plans={plan.plan_id for plan in plans},
    )
    coupons = top["coupons"].entries() if "coupons" in top else iter(())
    return Catalog(
        plans, tuple(read_coupon(coupon_id, node, offered) for coupon_id, node in coupons)
    )


def write_catalog(catalog: Catalog) -> dict[str, Written]:
    """Write what `read_catalog` reads back as the same drafts.

    An add-on that several plans offer in the same words stands there once.
    """
    add_ons = _shared_add_ons(catalog.plans)
    written = {
        "add_ons": {add_on.id: write_add_on(add_on) for add_on in add_ons.values()},
        "coupons": {coupon.id: write_coupon(coupon) for coupon in catalog.coupons},
        "plans": {plan.plan_id: write_plan(plan, add_ons) for plan in catalog.plans},
    }
    return {name: section for name, section in written.items() if section or name == "plans"}


def _shared_add_ons(plans: Iterable[Plan]) -> Mapping[str, AddOn]:
    """Each add-on as the first plan that offers it says it."""
    add_ons: dict[str, AddOn] = {}
    for plan in plans:
        for add_on in plan.add_ons:
            add_ons.setdefault(add_on.id, add_on)
    return add_ons
