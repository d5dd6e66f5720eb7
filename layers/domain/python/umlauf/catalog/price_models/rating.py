"""Rating: a price and a quantity become money, rounded once, at the end."""

from dataclasses import dataclass
from decimal import Decimal

from umlauf.catalog.price_models.amounts import require_quantity
from umlauf.catalog.price_models.flat import Flat, price_flat
from umlauf.catalog.price_models.graduated import Graduated, price_graduated
from umlauf.catalog.price_models.per_unit import PerUnit, price_per_unit
from umlauf.kernel.money import Money, minor_digits, round_to_minor

PriceModel = Flat | PerUnit | Graduated


@dataclass(frozen=True, slots=True)
class Price:
    """One entry of a price book: what an item costs in one currency."""

    currency: str
    model: PriceModel

    def __post_init__(self) -> None:
        minor_digits(self.currency)


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
