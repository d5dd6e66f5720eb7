"""What quantity costs: boundaries of the tiers, laws of the models, one rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated, Tier
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, PriceModel, rate
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, UnknownCurrency

FIVE_HOURS_FREE = Graduated(
    (
        Tier(Decimal(300), Decimal(0)),
        Tier(Decimal(900), Decimal("8.5"), flat_minor=Decimal(100)),
        Tier(None, Decimal("4.25")),
    )
)
_seconds = st.one_of(st.integers(0, 10_000_000), st.integers(0, 10**11))
_prices = st.one_of(st.decimals(0, 1_000, places=4), st.decimals(0, 10**9, places=6))


def _models() -> st.SearchStrategy[PriceModel]:
    bounds = st.lists(st.integers(1, 5_000), max_size=4, unique=True).map(sorted)

    def graduated(uppers: list[int]) -> st.SearchStrategy[PriceModel]:
        tiers = [
            st.builds(Tier, st.just(None if upper is None else Decimal(upper)), _prices, _prices)
            for upper in (*uppers, None)
        ]
        return st.tuples(*tiers).map(Graduated)

    return st.one_of(
        st.builds(Flat, _prices), st.builds(PerUnit, _prices), bounds.flatmap(graduated)
    )


@pytest.mark.parametrize(
    ("seconds", "cents"),
    [
        pytest.param(0, 0, id="nothing used reaches no tier and pays no flat fee"),
        pytest.param(300 * 60, 0, id="last free second"),
        pytest.param(300 * 60 + 1, 100, id="one second into the tier pays its flat fee"),
        pytest.param(301 * 60, 109, id="first paid minute, half a cent up"),
        pytest.param(900 * 60, 5_200, id="end of the middle tier"),
        pytest.param(901 * 60, 5_204, id="first minute of the open tier"),
    ],
)
def test_each_second_costs_what_its_tier_says(seconds: int, cents: int) -> None:
    assert rate(Price("EUR", FIVE_HOURS_FREE), seconds, per=60) == Money(cents, "EUR")


def test_a_third_of_a_minute_is_exact() -> None:
    # 20 s at 1.5 ct a minute are half a cent: rounded up, which 0.333 minutes would miss.
    assert rate(Price("EUR", PerUnit(Decimal("1.5"))), 20, per=60) == Money(1, "EUR")


@given(model=_models(), seconds=_seconds)
def test_rating_rounds_the_exact_price_once(model: PriceModel, seconds: int) -> None:
    """The same in fractions, without any rounding on the way."""
    exact = _price_in_fractions(model, Fraction(seconds, 60))
    whole, rest = divmod(exact, 1)
    expected = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    assert rate(Price("EUR", model), seconds, per=60) == Money(expected, "EUR")


@given(model=_models(), less=_seconds, more=_seconds)
def test_using_more_never_costs_less(model: PriceModel, less: int, more: int) -> None:
    less, more = sorted((less, more))
    price = Price("EUR", model)
    assert rate(price, less, per=60) <= rate(price, more, per=60)


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_an_amount_is_in_the_currencys_own_minor_units(currency: str) -> None:
    assert rate(Price(currency, Flat(Decimal("12.5"))), 1) == Money(13, currency)


@pytest.mark.parametrize(
    "quantity", [Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("1e12")]
)
def test_a_quantity_that_cannot_be_is_refused(quantity: Decimal) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rate(Price("EUR", PerUnit(Decimal(1))), quantity)
    assert refusal.value.field == "quantity"


@pytest.mark.parametrize(
    "bounds",
    [
        pytest.param((), id="no tier"),
        pytest.param((10, 20), id="closed end"),
        pytest.param((None, None), id="two open ends"),
        pytest.param((20, 10, None), id="descending"),
        pytest.param((10, 10, None), id="empty tier"),
        pytest.param((0, None), id="first tier empty"),
        pytest.param((*range(1, 51), None), id="too many"),
    ],
)
def test_tiers_that_do_not_tile_the_quantities_are_refused(bounds: tuple[int | None, ...]) -> None:
    tiers = tuple(Tier(None if up_to is None else Decimal(up_to), Decimal(1)) for up_to in bounds)
    with pytest.raises(BadPrice) as refusal:
        Graduated(tiers)
    assert refusal.value.field == "tiers"


@pytest.mark.parametrize(
    "amount",
    [
        pytest.param(Decimal("-0.01"), id="negative"),
        pytest.param(Decimal("NaN"), id="no number"),
        pytest.param(Decimal("Infinity"), id="infinite"),
        pytest.param(Decimal(1_000_000_001), id="beyond every price"),
        pytest.param(Decimal("0.0000001"), id="finer than exact"),
    ],
)
def test_an_impossible_price_is_refused(amount: Decimal) -> None:
    with pytest.raises(BadPrice):
        PerUnit(amount)
    with pytest.raises(BadPrice):
        Flat(amount)
    with pytest.raises(BadPrice):
        Tier(None, Decimal(0), flat_minor=amount)
    with pytest.raises(BadPrice):
        Tier(amount, Decimal(0))


def test_a_float_was_never_an_exact_price() -> None:
    with pytest.raises(BadPrice, match="Decimal"):
        PerUnit(0.1)  # type: ignore[arg-type]


def test_a_price_in_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        Price("DEM", Flat(Decimal(1)))


def _price_in_fractions(model: PriceModel, units: Fraction) -> Fraction:
    match model:
        case Flat():
            return Fraction(model.amount_minor)
        case PerUnit():
            return units * Fraction(model.unit_price_minor)
        case Graduated():
            price, lower = Fraction(0), Fraction(0)
            for tier in model.tiers:
                if units > lower:
                    upper = units if tier.up_to is None else min(units, Fraction(tier.up_to))
                    price += (upper - lower) * Fraction(tier.unit_price_minor)
                    price += Fraction(tier.flat_minor)
                    lower = upper
            return price
