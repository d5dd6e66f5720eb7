"""Plans: what a subscription costs and under which terms, in versions that never change.

A plan's content is published as version 1, 2, ...; subscriptions name the version they were sold
under, and that version is stored once and never written again. `Listing` says which version is on
sale now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from re import compile as pattern
from typing import ClassVar, Final

from umlauf.catalog.errors import BadPlan, NoPriceInCurrency, UnknownAddOn
from umlauf.catalog.price_models.rating import Price, rate
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.identifiers import require_identifier
from umlauf.kernel.money import Money

_SLUG = pattern(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 60
LONGEST_NAME: Final = 120
LONGEST_INTERVAL: Final[dict[IntervalUnit, int]] = {
    IntervalUnit.DAY: 3_660,
    IntervalUnit.WEEK: 520,
    IntervalUnit.MONTH: 120,
    IntervalUnit.YEAR: 10,
}
MOST_METER_UNITS: Final = 1_000_000_000
MAX_ITEMS: Final = 40
"""Items of a plan and its add-ons: an invoice and its claims must fit one transaction."""


class TaxCategory(StrEnum):
    """Which of a country's rates applies; the rate itself is billing's dated data.

    Below the standard rate a country has up to three: `intermediate` is the higher of two reduced
    ones. `not_subject` is what is no supply at all: deposits, damages, fees for late payment.
    """

    STANDARD = "standard"
    INTERMEDIATE = "intermediate"
    REDUCED = "reduced"
    SUPER_REDUCED = "super_reduced"
    ZERO = "zero"
    EXEMPT = "exempt"
    NOT_SUBJECT = "not_subject"


class Supply(StrEnum):
    """What is supplied: it decides where the supply is taxed. A drill is no means of transport."""

    TRANSPORT_HIRE = "transport_hire"
    OTHER_HIRE = "other_hire"
    GOODS = "goods"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFee:
    """Charged once a billing period, in advance."""

    KIND: ClassVar[str] = "base_fee"

    id: str
    name: str
    prices: tuple[Price, ...]
    tax_category: TaxCategory = TaxCategory.STANDARD
    supply: Supply = Supply.SERVICE

    def __post_init__(self) -> None:
        _require_item(self.id, self.name, self.prices)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredItem:
    """What a meter counted in a billing period, charged in arrears.

    `meter_units_per_unit` ties the two scales: a meter of seconds and a price per minute give 60.
    """

    KIND: ClassVar[str] = "metered"

    id: str
    name: str
    meter: str
    unit: str
    meter_units_per_unit: int
    prices: tuple[Price, ...]
    tax_category: TaxCategory = TaxCategory.STANDARD
    supply: Supply = Supply.SERVICE

    def __post_init__(self) -> None:
        _require_item(self.id, self.name, self.prices)
        _require_meter(self.id, self.meter, self.unit, self.meter_units_per_unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaidItem:
    """What a meter counts, taken from the wallet as it is used: it never reaches an invoice."""

    KIND: ClassVar[str] = "prepaid"

    id: str
    name: str
    meter: str
    unit: str
    meter_units_per_unit: int
    prices: tuple[Price, ...]
    tax_category: TaxCategory = TaxCategory.STANDARD
    supply: Supply = Supply.SERVICE

    def __post_init__(self) -> None:
        _require_item(self.id, self.name, self.prices)
        _require_meter(self.id, self.meter, self.unit, self.meter_units_per_unit)


PlanItem = BaseFee | MeteredItem | PrepaidItem


@dataclass(frozen=True, slots=True)
class AddOn:
    """Something a subscriber may take in addition. Its prices are frozen with the plan version."""

    id: str
    name: str
    items: tuple[PlanItem, ...]

    def __post_init__(self) -> None:
        _require_slug(self.id, "add_ons")
        _require_name(self.name)
        if not self.items:
            raise BadPlan(f"add-on {self.id} needs at least one item", field="add_ons")


@dataclass(frozen=True, slots=True)
class Terms:
    """How long it binds, and how it ends.

    After the minimum term the subscription goes on until notice is given. With `ends_with_period`
    it ends at the billing boundary on or after the day the notice runs out, so that nothing is
    prorated; otherwise on that very day.
    """

    minimum_term: Interval | None = None
    notice: Interval | None = None
    ends_with_period: bool = True

    def __post_init__(self) -> None:
        _require_interval(self.minimum_term, "minimum_term")
        _require_interval(self.notice, "notice")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a plan. `plan_version` 0 is a draft: publishing numbers it.

    `asset_model` is what the subscriber gets; None for a plan without an asset.
    """

    KIND: ClassVar[str] = "plan"

    plan_id: str
    name: str
    interval: Interval
    items: tuple[PlanItem, ...]
    add_ons: tuple[AddOn, ...] = ()
    terms: Terms = field(default_factory=Terms)
    asset_model: str | None = None
    prices_include_tax: bool = True
    plan_version: int = 0
    published_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        _require_slug(self.plan_id, "plan_id")
        _require_name(self.name)
        _require_interval(self.interval, "interval")
        if self.asset_model is not None:
            require_identifier(self.asset_model, "asset_model")
        if not self.items:
            raise BadPlan("a plan needs at least one item", field="items")
        _require_unique([add_on.id for add_on in self.add_ons], "add_ons")
        items = [*self.items, *(item for add_on in self.add_ons for item in add_on.items)]
        _require_unique([item.id for item in items], "items")
        if len(items) > MAX_ITEMS:
            raise BadPlan(f"a plan may have {MAX_ITEMS} items, not {len(items)}", field="items")

    @property
    def id(self) -> str:
        return plan_key(self.plan_id, self.plan_version)

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies in which the plan itself can be sold (an add-on may have fewer)."""
        sold = set.intersection(*({price.currency for price in i.prices} for i in self.items))
        return tuple(sorted(sold))

    @property
    def prepaid_item(self) -> PrepaidItem | None:
        """What is taken from the wallet, if this plan is prepaid."""
        return next((item for item in self.items if isinstance(item, PrepaidItem)), None)

    def items_with(self, add_ons: Iterable[str]) -> tuple[PlanItem, ...]:
        """The plan's items and those of the chosen add-ons, in order. Raises UnknownAddOn."""
        offered = {add_on.id: add_on for add_on in self.add_ons}
        items = list(self.items)
        for add_on_id in add_ons:
            if add_on_id not in offered:
                choice = ", ".join(sorted(offered)) or "none"
                raise UnknownAddOn(
                    f"{add_on_id!r} is no add-on of {self.plan_id}; it offers: {choice}",
                    field="add_ons",
                )
            items.extend(offered[add_on_id].items)
        return tuple(items)

    def require_sold_in(self, currency: str, add_ons: Iterable[str]) -> None:
        """Refuse a choice that could not be priced. Raises UnknownAddOn, NoPriceInCurrency."""
        for item in self.items_with(add_ons):
            price_in(item, currency)

    def as_draft(self) -> "Plan":
        """The content alone: two versions that say the same are the same draft."""
        return replace(self, plan_version=0, published_at=None, version=0)


@dataclass(frozen=True, slots=True)
class Listing:
    """Which version of a plan is on sale now."""

    KIND: ClassVar[str] = "listing"

    id: str
    plan_version: int
    version: int = 0


def plan_key(plan_id: str, plan_version: int) -> str:
    """How one version of a plan is named everywhere: `city-flat:2`."""
    return f"{plan_id}:{plan_version}"


def price_in(item: PlanItem, currency: str) -> Price:
    """The item's price in a currency; a missing one is refused, never converted."""
    for price in item.prices:
        if price.currency == currency:
            return price
    raise NoPriceInCurrency(
        f"{item.id} has no price in {currency}; it is sold in "
        f"{', '.join(sorted(price.currency for price in item.prices))}",
        field="currency",
    )


def rate_item(item: PlanItem, currency: str, quantity: int) -> Money:
    """Rate what the item's meter counted (a base fee ignores the quantity)."""
    per = 1 if isinstance(item, BaseFee) else item.meter_units_per_unit
    return rate(price_in(item, currency), quantity, per=per)


def _require_slug(value: str, field_name: str) -> None:
    if len(value) > _LONGEST_SLUG or not _SLUG.fullmatch(value):
        raise BadPlan(
            f"{value!r} must be a slug of lower-case letters, digits and single hyphens, such as "
            f"city-flat, of at most {_LONGEST_SLUG} characters",
            field=field_name,
        )


def _require_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadPlan(f"a name must be 1 to {LONGEST_NAME} printable characters", field="name")


def _require_interval(interval: Interval | None, field_name: str) -> None:
    if interval is not None and interval.count > LONGEST_INTERVAL[interval.unit]:
        raise BadPlan(
            f"{field_name} may be {LONGEST_INTERVAL[interval.unit]} {interval.unit.value}s at most",
            field=field_name,
        )


def _require_item(item_id: str, name: str, prices: tuple[Price, ...]) -> None:
    _require_slug(item_id, "items")
    _require_name(name)
    if not prices:
        raise BadPlan(f"{item_id} needs a price in at least one currency", field="prices")
    _require_unique([price.currency for price in prices], "prices")


def _require_meter(item_id: str, meter: str, unit: str, meter_units_per_unit: int) -> None:
    require_identifier(meter, "meter")
    require_identifier(unit, "unit")
    if not 1 <= meter_units_per_unit <= MOST_METER_UNITS:
        raise BadPlan(
            f"{item_id}: one unit must be 1 to {MOST_METER_UNITS} meter units, not "
            f"{meter_units_per_unit}",
            field="meter_units_per_unit",
        )


def _require_unique(values: list[str], field_name: str) -> None:
    doubles = sorted({value for value in values if values.count(value) > 1})
    if doubles:
        raise BadPlan(f"{', '.join(doubles)} stands there more than once", field=field_name)
