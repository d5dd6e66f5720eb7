"""Plans: what a subscription costs and under which terms, in versions that never change.

A plan's content is published as version 1, 2, ...; subscriptions name the version they were sold
under, and that version is stored once and never written again. `Listing` says which version is on
sale now.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.catalog.errors import BadPlan, NoPriceInCurrency, UnknownAddOn, UnknownTerm
from umlauf.catalog.meters import REGISTERS, Aggregation, counts_events
from umlauf.catalog.naming import require_interval, require_name, require_slug, require_unique
from umlauf.catalog.policies import (
    BillingTiming,
    ChangePolicy,
    Commitment,
    CreditPolicy,
    PausePolicy,
    Phase,
    ProrationBasis,
    require_days,
    require_phases,
)
from umlauf.catalog.price_books import (
    PriceChoice,
    most_specific,
    names_of,
    require_fee_prices,
    require_prepaid_prices,
    require_unambiguous,
    require_usage_prices,
)
from umlauf.catalog.price_models.capacity import Capacity
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.identifiers import require_identifier

MOST_METER_UNITS: Final = 1_000_000_000
MAX_ITEMS: Final = 40
"""Items of a plan and its add-ons: an invoice and its claims must fit one transaction."""
LAST_DAY_OF_MONTH: Final = 31
LONGEST_SKIP_NOTICE: Final = 60
LONGEST_WITHDRAWAL: Final = 366


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
class _Item:
    """What every item has: a name, what is supplied, and a price book."""

    id: str
    name: str
    prices: tuple[Price, ...]
    tax_category: TaxCategory = TaxCategory.STANDARD
    supply: Supply = Supply.SERVICE

    def __post_init__(self) -> None:
        _require_item(self)
        require_fee_prices(self.prices, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFee(_Item):
    """Charged once a billing period, for the agreed quantity: ahead, or when the period is over."""

    KIND: ClassVar[str] = "base_fee"

    timing: BillingTiming = BillingTiming.ADVANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffFee(_Item):
    """Charged once a subscription, on the first day it is agreed: a setup fee, a delivery fee."""

    KIND: ClassVar[str] = "one_off_fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(_Item):
    """Something that is sent each period.

    It is charged whole for every period whose first day is neither skipped nor paused, and never
    prorated: half a box cannot be sent. Skipping needs `skip_notice_days` of notice.
    """

    KIND: ClassVar[str] = "delivery"

    skip_notice_days: int = 0

    def __post_init__(self) -> None:
        _require_item(self)
        require_fee_prices(self.prices, self.id)
        require_days(self.skip_notice_days, "skip_notice_days", most=LONGEST_SKIP_NOTICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit(_Item):
    """Taken once, at the start, and owed back: untaxed, and on a document of its own."""

    KIND: ClassVar[str] = "deposit"

    tax_category: TaxCategory = TaxCategory.NOT_SUBJECT

    def __post_init__(self) -> None:
        _require_item(self)
        require_fee_prices(self.prices, self.id)
        if self.tax_category is not TaxCategory.NOT_SUBJECT:
            raise BadPlan(
                f"deposit {self.id} is owed back and not subject to tax: leave tax_category out",
                field="tax_category",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metered(_Item):
    """`meter_units_per_unit` ties the two scales: a meter of seconds, a price per minute: 60."""

    meter: str
    unit: str
    meter_units_per_unit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteredItem(_Metered):
    """What a meter counted in a billing period, charged in arrears.

    Registers are sums; what is told event by event may be aggregated in any way that its price
    takes.
    """

    KIND: ClassVar[str] = "metered"

    aggregation: Aggregation = Aggregation.SUM

    def __post_init__(self) -> None:
        _require_item(self)
        _require_meter(self)
        require_usage_prices(self.prices, self.id, self.meter, self.aggregation)
        if self.meter_units_per_unit != 1 and isinstance(self.prices[0].model, Capacity):
            raise BadPlan(
                f"{self.id}: peaks are held against their limits as they are told; let "
                "meter_units_per_unit be 1",
                field="meter_units_per_unit",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """What its events must be named by: a level, or a limit; none where they need no name."""
        return names_of(self.prices[0].model)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaidItem(_Metered):
    """What a meter counts, taken from the wallet as it is used: it never reaches an invoice."""

    KIND: ClassVar[str] = "prepaid"

    def __post_init__(self) -> None:
        _require_item(self)
        _require_meter(self)
        require_prepaid_prices(self.prices, self.id)
        if counts_events(self.meter):
            raise BadPlan(
                f"{self.id} is debited while a device reports its use: its meter must be one of "
                f"{', '.join(REGISTERS)}",
                field="meter",
            )


PlanItem = BaseFee | MeteredItem | PrepaidItem | OneOffFee | Delivery | Deposit


@dataclass(frozen=True, slots=True)
class AddOn:
    """Something a subscriber may take in addition. Its prices are frozen with the plan version."""

    id: str
    name: str
    items: tuple[PlanItem, ...]

    def __post_init__(self) -> None:
        require_slug(self.id, "add_ons")
        require_name(self.name)
        if not self.items:
            raise BadPlan(f"add-on {self.id} needs at least one item", field="add_ons")
        _require_same_currencies(self.items, f"add-on {self.id}")


@dataclass(frozen=True, slots=True)
class Terms:
    """How long it binds, and how it ends.

    After the minimum term the subscription goes on until notice is given. With `ends_with_period`
    it ends at the billing boundary on or after the day the notice runs out, so that nothing is
    prorated; otherwise on that very day. With `term_options` the subscriber chooses the minimum
    term, and prices may differ by it.
    """

    minimum_term: Interval | None = None
    notice: Interval | None = None
    ends_with_period: bool = True
    term_options: tuple[Interval, ...] = ()
    credit_on_end: CreditPolicy = CreditPolicy.UNUSED
    withdrawal_days: int = 14

    def __post_init__(self) -> None:
        require_interval(self.minimum_term, "minimum_term")
        require_interval(self.notice, "notice")
        for option in self.term_options:
            require_interval(option, "term_options")
        if len(set(self.term_options)) < len(self.term_options):
            raise BadPlan("a term option stands there more than once", field="term_options")
        if self.minimum_term and self.term_options:
            raise BadPlan(
                "the chosen term is the minimum term: leave minimum_term out", field="minimum_term"
            )
        require_days(self.withdrawal_days, "withdrawal_days", most=LONGEST_WITHDRAWAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One version of a plan. `plan_version` 0 is a draft: publishing numbers it.

    `asset_model` is what the subscriber gets; None for a plan without an asset. Without phases
    there is one that never ends. `anchor_day` bills everybody on that day of the month (31: on the
    last); None bills on the anniversary. A plan with `pauses` None cannot be paused.
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
    product_id: str | None = None
    phases: tuple[Phase, ...] = ()
    proration: ProrationBasis = ProrationBasis.ACTUAL_DAYS
    changes: ChangePolicy = field(default_factory=ChangePolicy)
    pauses: PausePolicy | None = field(default_factory=PausePolicy)
    commitments: tuple[Commitment, ...] = ()
    anchor_day: int | None = None
    plan_version: int = 0
    published_at: datetime | None = None
    version: int = 0

    def __post_init__(self) -> None:
        require_slug(self.plan_id, "plan_id")
        require_name(self.name)
        require_interval(self.interval, "interval")
        if self.asset_model is not None:
            require_identifier(self.asset_model, "asset_model")
        if self.product_id is not None:
            require_slug(self.product_id, "product_id")
        if not self.items:
            raise BadPlan("a plan needs at least one item", field="items")
        require_unique([add_on.id for add_on in self.add_ons], "add_ons")
        require_unique([item.id for item in self.every_item], "items")
        if len(self.every_item) > MAX_ITEMS:
            raise BadPlan(
                f"a plan may have {MAX_ITEMS} items, not {len(self.every_item)}", field="items"
            )
        require_phases(self.phases)
        self._require_anchor_day()
        _require_same_currencies(self.items, self.plan_id)
        require_unique([one.currency for one in self.commitments], "commitments")
        for commitment in self.commitments:
            if commitment.currency not in self.currencies:
                raise BadPlan(
                    f"{self.plan_id} is not sold in {commitment.currency}: leave that commitment "
                    "out",
                    field="commitments",
                )
        _require_meters_told_apart(self.every_item)
        for item in self.every_item:
            self._require_prices_for_every_choice(item)

    def _require_anchor_day(self) -> None:
        if self.anchor_day is None:
            return
        if self.interval.unit not in {IntervalUnit.MONTH, IntervalUnit.YEAR}:
            raise BadPlan(
                "a day of the month fits only months and years: leave anchor_day out",
                field="anchor_day",
            )
        if not 1 <= self.anchor_day <= LAST_DAY_OF_MONTH:
            raise BadPlan(
                f"anchor_day must be 1 to {LAST_DAY_OF_MONTH}, not {self.anchor_day}",
                field="anchor_day",
            )

    def _require_prices_for_every_choice(self, item: PlanItem) -> None:
        """Each currency has a price for each term and phase, and none for one that is not there."""
        phases = {phase.name for phase in self.phases}
        for price in item.prices:
            if price.phase is not None and price.phase not in phases:
                raise BadPlan(
                    f"{item.id} has a price for phase {price.phase}; the plan's phases are: "
                    f"{', '.join(phase.name for phase in self.phases) or 'none'}",
                    field="items",
                )
            if price.term is not None and price.term not in self.terms.term_options:
                raise BadPlan(
                    f"{item.id} has a price for a term of {price.term.count} "
                    f"{price.term.unit.value}(s), which is no term option: add it to term_options",
                    field="items",
                )
        for currency in sorted({price.currency for price in item.prices}):
            for term in self.terms.term_options or (None,):
                for phase in self._charged_phases(item):
                    _require_ever_priced(item, PriceChoice(currency, term=term, phase=phase))

    def _charged_phases(self, item: PlanItem) -> tuple[str | None, ...]:
        if not self.phases:
            return (None,)
        is_free_of_charge = isinstance(item, BaseFee | Delivery)
        return tuple(p.name for p in self.phases if not (p.is_free and is_free_of_charge))

    @property
    def every_item(self) -> tuple[PlanItem, ...]:
        """The plan's items and those of every add-on."""
        return (*self.items, *(item for add_on in self.add_ons for item in add_on.items))

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

    def require_priced(self, choice: PriceChoice, add_ons: Iterable[str] = ()) -> None:
        """Refuse a choice that some phase could not price.

        Raises UnknownAddOn, UnknownTerm, NoPriceInCurrency.
        """
        self.require_term(choice.term)
        for item in self.items_with(add_ons):
            for phase in self._charged_phases(item):
                price_for(item, replace(choice, phase=phase))

    def require_term(self, term: Interval | None) -> None:
        """Refuse a term the plan does not offer, or none where one must be chosen."""
        options = self.terms.term_options
        if term not in (options or (None,)):
            offered = ", ".join(f"{option.count} {option.unit.value}(s)" for option in options)
            raise UnknownTerm(
                f"{self.plan_id} offers the terms: {offered or 'none to choose'}", field="term"
            )

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


def price_for(item: PlanItem, choice: PriceChoice) -> Price:
    """The item's most specific price; a missing one is refused, never guessed or converted."""
    price = most_specific(item.prices, choice)
    if price is None:
        raise _no_price(item, choice)
    return price


def price_in(item: PlanItem, currency: str) -> Price:
    """The item's price in a currency, for any site, term and phase."""
    return price_for(item, PriceChoice(currency))


def _no_price(item: PlanItem, choice: PriceChoice) -> NoPriceInCurrency:
    sold_in = ", ".join(sorted({price.currency for price in item.prices}))
    return NoPriceInCurrency(
        f"{item.id} has no price in {choice}; it is sold in {sold_in}", field="currency"
    )


def _require_ever_priced(item: PlanItem, choice: PriceChoice) -> None:
    """Refuse a choice no entry fits on any day and at any site."""
    for price in item.prices:
        if most_specific((replace(price, valid_from=None, valid_until=None, site=None),), choice):
            return
    raise BadPlan(f"{item.id} has no price in {choice}: add one", field="items")


def _require_meters_told_apart(items: Iterable[PlanItem]) -> None:
    """Refuse items that need other names of one meter's events: no event could have both."""
    names: dict[str, tuple[str, ...]] = {}
    for item in items:
        if not isinstance(item, MeteredItem) or not item.names:
            continue
        if names.setdefault(item.meter, item.names) != item.names:
            raise BadPlan(
                f"{item.id} tells the events of {item.meter} apart by other names than another "
                "item: use the same names, or another meter",
                field="items",
            )


def _require_same_currencies(items: Iterable[PlanItem], whose: str) -> None:
    sold = {item.id: {price.currency for price in item.prices} for item in items}
    every = set().union(*sold.values())
    for item_id, currencies in sold.items():
        missing = sorted(every - currencies)
        if missing:
            raise BadPlan(
                f"{item_id} has no price in {', '.join(missing)}, but other items of {whose} "
                "have: add it",
                field="items",
            )


def _require_item(item: _Item) -> None:
    require_slug(item.id, "items")
    require_name(item.name)
    if not item.prices:
        raise BadPlan(f"{item.id} needs a price in at least one currency", field="prices")
    require_unambiguous(item.prices, item.id)


def _require_meter(item: _Metered) -> None:
    require_identifier(item.meter, "meter")
    require_identifier(item.unit, "unit")
    if not 1 <= item.meter_units_per_unit <= MOST_METER_UNITS:
        raise BadPlan(
            f"{item.id}: one unit must be 1 to {MOST_METER_UNITS} meter units, not "
            f"{item.meter_units_per_unit}",
            field="meter_units_per_unit",
        )
