"""What a plan charges for: fees, deliveries, deposits and what meters count, with their prices."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.catalog.errors import BadPlan, NoPriceInCurrency
from umlauf.catalog.meters import REGISTERS, Aggregation, counts_events
from umlauf.catalog.naming import require_name, require_slug
from umlauf.catalog.policies import BillingTiming, require_days
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
from umlauf.kernel.identifiers import require_identifier

MOST_METER_UNITS: Final = 1_000_000_000
LONGEST_SKIP_NOTICE: Final = 60


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
