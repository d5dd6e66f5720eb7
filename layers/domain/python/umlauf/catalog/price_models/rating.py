"""Rating: a price and a quantity become money, rounded once, at the end."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.amounts import require_figure, require_quantity
from umlauf.catalog.price_models.flat import Flat, price_flat
from umlauf.catalog.price_models.graduated import Graduated, price_graduated
from umlauf.catalog.price_models.per_unit import PerUnit, price_per_unit
from umlauf.kernel.calendar import Interval
from umlauf.kernel.money import Money, minor_digits, round_to_minor

PriceModel = Flat | PerUnit | Graduated


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a price book: what an item costs in one currency.

    `site`, `term`, `phase` and the half-open days narrow where, for whom and when it holds; what is
    left out holds for all. The minimum and maximum spend of a full period are no part of the model:
    they come out as an adjustment beside what was used.
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


def rate(price: Price, quantity: Decimal | int, *, per: int = 1) -> Money:
    """Price a quantity and round half up, once.

    `quantity` counts `per`-ths of the priced unit: 90 seconds of a price per minute are
    `rate(price, 90, per=60)`. Dividing once, after the sum, keeps thirds of a cent exact.
    """
    return round_to_minor(rate_exactly(price.model, Decimal(quantity), per=per), price.currency)


def rate_exactly(model: PriceModel, quantity: Decimal, *, per: int = 1) -> Decimal:
    """The unrounded amount in minor units, for those who prorate or add before they round."""
    require_quantity(quantity)
    match model:
        case Flat():
            return price_flat(model)
        case PerUnit():
            return price_per_unit(model, quantity, per)
        case Graduated():
            return price_graduated(model, quantity, per)
