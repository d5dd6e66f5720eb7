"""Plans: what a subscription costs and under which terms, in versions that never change.

A plan's content is published as version 1, 2, ...; subscriptions name the version they were sold
under, and that version is stored once and never written again. `Listing` says which version is on
sale now. A plan's items are in `items`; their names are the model's too, and imported from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Final

from umlauf.catalog.errors import BadPlan, UnknownAddOn, UnknownTerm
from umlauf.catalog.items import (
    BaseFee,
    Delivery,
    Deposit,
    MeteredItem,
    OneOffFee,
    PlanItem,
    PrepaidItem,
    Supply,
    TaxCategory,
    price_for,
    price_in,
)
from umlauf.catalog.naming import require_interval, require_name, require_slug, require_unique
from umlauf.catalog.plan_checks import (
    charged_phases,
    require_anchor_day,
    require_commitments_sold,
    require_meters_told_apart,
    require_prices_for_every_choice,
    require_same_currencies,
)
from umlauf.catalog.policies import (
    ChangePolicy,
    Commitment,
    CreditPolicy,
    PausePolicy,
    Phase,
    ProrationBasis,
    require_days,
    require_phases,
)
from umlauf.catalog.price_books import PriceChoice
from umlauf.kernel.calendar import Interval
from umlauf.kernel.identifiers import require_identifier

__all__ = [
    "AddOn",
    "BaseFee",
    "Delivery",
    "Deposit",
    "Listing",
    "MeteredItem",
    "OneOffFee",
    "Plan",
    "PlanItem",
    "PrepaidItem",
    "Supply",
    "TaxCategory",
    "Terms",
    "plan_key",
    "price_for",
    "price_in",
]

MAX_ITEMS: Final = 40
"""Items of a plan and its add-ons: an invoice and its claims must fit one transaction."""
LONGEST_WITHDRAWAL: Final = 366


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
        require_same_currencies(self.items, f"add-on {self.id}")


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
        require_anchor_day(self.anchor_day, self.interval)
        require_same_currencies(self.items, self.plan_id)
        require_unique([one.currency for one in self.commitments], "commitments")
        require_commitments_sold(self.commitments, self.currencies, self.plan_id)
        require_meters_told_apart(self.every_item)
        for item in self.every_item:
            require_prices_for_every_choice(item, self.phases, self.terms.term_options)

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
            for phase in charged_phases(item, self.phases):
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
