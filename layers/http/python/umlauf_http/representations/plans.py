"""Plans on the wire: items with their price books, add-ons and terms."""

from datetime import datetime

from umlauf.catalog.model import AddOn, MeteredItem, Plan, PlanItem, PrepaidItem
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval
from umlauf_http.wire import Exact, Out, PageOut


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


class PriceOut(Out):
    """Prices are exact decimals in minor units: "12.5" is twelve and a half cents."""

    currency: str
    model: str
    amount_minor: Exact | None
    unit_price_minor: Exact | None
    tiers: list[TierOut] | None

    @classmethod
    def of(cls, price: Price) -> "PriceOut":
        flat = unit = None
        tiers = None
        match price.model:
            case Flat(amount):
                flat = amount
            case PerUnit(unit_price):
                unit = unit_price
            case Graduated(found):
                tiers = [
                    TierOut(
                        up_to=tier.up_to,
                        unit_price_minor=tier.unit_price_minor,
                        flat_minor=tier.flat_minor,
                    )
                    for tier in found
                ]
        return cls(
            currency=price.currency,
            model=price.model.KIND,
            amount_minor=flat,
            unit_price_minor=unit,
            tiers=tiers,
        )


class ItemOut(Out):
    """`kind` is base_fee, metered or prepaid; a base fee has no meter."""

    id: str
    kind: str
    name: str
    meter: str | None
    unit: str | None
    tax_category: str
    prices: list[PriceOut]

    @classmethod
    def of(cls, item: PlanItem) -> "ItemOut":
        return cls(
            id=item.id,
            kind=item.KIND,
            name=item.name,
            meter=item.meter if isinstance(item, MeteredItem | PrepaidItem) else None,
            unit=item.unit if isinstance(item, MeteredItem | PrepaidItem) else None,
            tax_category=item.tax_category.value,
            prices=[PriceOut.of(price) for price in item.prices],
        )


class AddOnOut(Out):
    id: str
    name: str
    items: list[ItemOut]

    @classmethod
    def of(cls, add_on: AddOn) -> "AddOnOut":
        return cls(
            id=add_on.id, name=add_on.name, items=[ItemOut.of(item) for item in add_on.items]
        )


class PlanOut(Out):
    id: str
    version: int
    name: str
    interval: IntervalOut
    items: list[ItemOut]
    add_ons: list[AddOnOut]
    currencies: list[str]
    asset_model: str | None
    prices_include_tax: bool
    minimum_term: IntervalOut | None
    notice: IntervalOut | None
    published_at: datetime | None

    @classmethod
    def of(cls, plan: Plan) -> "PlanOut":
        terms = plan.terms
        return cls(
            id=plan.plan_id,
            version=plan.plan_version,
            name=plan.name,
            interval=IntervalOut.of(plan.interval),
            items=[ItemOut.of(item) for item in plan.items],
            add_ons=[AddOnOut.of(add_on) for add_on in plan.add_ons],
            currencies=list(plan.currencies),
            asset_model=plan.asset_model,
            prices_include_tax=plan.prices_include_tax,
            minimum_term=IntervalOut.of(terms.minimum_term) if terms.minimum_term else None,
            notice=IntervalOut.of(terms.notice) if terms.notice else None,
            published_at=plan.published_at,
        )


class PlansOut(PageOut[PlanOut]):
    """Plans on sale."""
