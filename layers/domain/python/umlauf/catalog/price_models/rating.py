"""Rating: a price and a quantity become money, rounded once, at the end."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import require_figure
from umlauf.catalog.price_models.capacity import Capacity
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage
from umlauf.catalog.price_models.intensity import Intensity
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.quantities import Quantity
from umlauf.catalog.price_models.volume import Volume
from umlauf.kernel.calendar import Interval
from umlauf.kernel.money import Money, minor_digits, round_ratio

PriceModel = (
    Flat
    | PerUnit
    | Graduated
    | Volume
    | Package
    | Percentage
    | GraduatedPercentage
    | Capacity
    | ChosenAmount
    | Intensity
)


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a price book: what an item costs in one currency.

    `site`, `term`, `phase` and the half-open days narrow where, for whom and when it holds; what is
    left out holds for all. The minimum and maximum spend of a full period are no part of the model:
    billing makes lines of their own of them.
    """

    currency: str
    model: PriceModel
    site: str | None = None
    term: Interval | None = None
    phase: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    minimum_minor: Decimal | None = None
    maximum_minor: Decimal | None = None

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            raise BadPrice(
                f"a price must be valid for a day at least: {self.valid_until} is not after "
                f"{self.valid_from}",
                field="valid_until",
            )
        self._require_spend()

    @property
    def is_dated(self) -> bool:
        return self.valid_from is not None or self.valid_until is not None

    def is_valid_on(self, day: date | None) -> bool:
        """Whether the entry holds on a day; asked without a day, only an undated one does."""
        if day is None:
            return not self.is_dated
        is_begun = self.valid_from is None or self.valid_from <= day
        return is_begun and (self.valid_until is None or day < self.valid_until)

    def _require_spend(self) -> None:
        if self.minimum_minor is not None:
            require_figure(self.minimum_minor, "minimum_minor")
        if self.maximum_minor is not None:
            require_figure(self.maximum_minor, "maximum_minor")
            if self.minimum_minor is not None and self.minimum_minor > self.maximum_minor:
                raise BadPrice(
                    f"the minimum {self.minimum_minor:f} is above the maximum "
                    f"{self.maximum_minor:f}",
                    field="minimum_minor",
                )


def rate(price: Price, quantity: Quantity, *, per: int = 1) -> Money:
    """Price a quantity and round half up, once.

    `quantity` counts `per`-ths of the priced unit: 90 seconds of a price per minute are
    `rate(price, 90, per=60)`. What each model takes is told in `quantities`; anything else is
    refused. The price's minimum and maximum spend stay out: they are billing's.
    """
    return round_ratio(*price.model.price(quantity, per), price.currency)


def rate_exactly(model: PriceModel, quantity: Quantity, *, per: int = 1) -> Decimal:
    """The unrounded amount in minor units (thirds end after 28 digits)."""
    numerator, denominator = model.price(quantity, per)
    return Decimal(numerator) / denominator


def rate_as_fraction(model: PriceModel, quantity: Quantity, *, per: int = 1) -> Fraction:
    """The exact amount in minor units, for those who prorate or add before they round."""
    return Fraction(*model.price(quantity, per))
