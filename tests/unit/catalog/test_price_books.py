"""Which price applies: the most specific that fits, and never one of two by chance."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.catalog.errors import BadPlan, BadPrice, NoPriceInCurrency
from umlauf.catalog.model import BaseFee, price_for
from umlauf.catalog.price_books import PriceChoice
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.calendar import Interval, IntervalUnit

YEAR = Interval(IntervalUnit.MONTH, 12)
TWO_YEARS = Interval(IntervalUnit.MONTH, 24)
SUMMER, AUTUMN = date(2026, 6, 1), date(2026, 9, 1)

EVERYWHERE = Price("EUR", Flat(Decimal(5900)))
LONG_TERM = replace(EVERYWHERE, model=Flat(Decimal(4900)), term=TWO_YEARS)
AT_THE_COAST = replace(EVERYWHERE, model=Flat(Decimal(6900)), site="coast")
COAST_LONG_TERM = replace(AT_THE_COAST, model=Flat(Decimal(5500)), term=TWO_YEARS)
INTRODUCTORY = replace(EVERYWHERE, model=Flat(Decimal(1900)), phase="introduction")
THIS_SUMMER = replace(EVERYWHERE, model=Flat(Decimal(3900)), valid_from=SUMMER, valid_until=AUTUMN)
ENTRIES = (EVERYWHERE, LONG_TERM, AT_THE_COAST, COAST_LONG_TERM, INTRODUCTORY, THIS_SUMMER)


def fee(*prices: Price) -> BaseFee:
    return BaseFee(id="fee", name="Fee", prices=prices)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        pytest.param(PriceChoice("EUR"), EVERYWHERE, id="nothing chosen"),
        pytest.param(PriceChoice("EUR", term=TWO_YEARS), LONG_TERM, id="by term"),
        pytest.param(PriceChoice("EUR", term=YEAR), EVERYWHERE, id="a term without a price"),
        pytest.param(PriceChoice("EUR", site="coast"), AT_THE_COAST, id="by site"),
        pytest.param(PriceChoice("EUR", "coast", TWO_YEARS), COAST_LONG_TERM, id="by both"),
        pytest.param(
            PriceChoice("EUR", "coast", YEAR, "introduction"), AT_THE_COAST, id="site beats phase"
        ),
        pytest.param(PriceChoice("EUR", phase="introduction"), INTRODUCTORY, id="by phase"),
        pytest.param(PriceChoice("EUR", phase=""), EVERYWHERE, id="the only phase"),
        pytest.param(PriceChoice("EUR", on=SUMMER), THIS_SUMMER, id="first day of validity"),
        pytest.param(PriceChoice("EUR", on=date(2026, 8, 31)), THIS_SUMMER, id="last day"),
        pytest.param(PriceChoice("EUR", on=AUTUMN), EVERYWHERE, id="the end is exclusive"),
    ],
)
def test_the_most_specific_price_wins(choice: PriceChoice, expected: Price) -> None:
    assert price_for(fee(*ENTRIES), choice) == expected


@given(
    entries=st.permutations(ENTRIES),
    site=st.sampled_from([None, "coast", "hills"]),
    term=st.sampled_from([None, YEAR, TWO_YEARS]),
    phase=st.sampled_from([None, "introduction", "evergreen"]),
    on=st.one_of(st.none(), st.dates(date(2026, 5, 1), date(2026, 10, 1))),
)
def test_the_order_of_the_price_book_decides_nothing(
    entries: list[Price], site: str | None, term: Interval | None, phase: str | None, on: date
) -> None:
    choice = PriceChoice("EUR", site, term, phase, on)
    assert price_for(fee(*entries), choice) == price_for(fee(*ENTRIES), choice)


def test_a_missing_price_is_refused_with_what_was_asked() -> None:
    with pytest.raises(NoPriceInCurrency, match=r"USD, a term of 12 month\(s\), site coast"):
        price_for(fee(*ENTRIES), PriceChoice("USD", "coast", YEAR))


@pytest.mark.parametrize(
    "prices",
    [
        pytest.param(
            (EVERYWHERE, replace(EVERYWHERE, model=Flat(Decimal(1)))), id="the same twice"
        ),
        pytest.param((LONG_TERM, LONG_TERM), id="a term twice"),
        pytest.param(
            (THIS_SUMMER, replace(THIS_SUMMER, valid_from=date(2026, 8, 31), valid_until=None)),
            id="validities overlap by a day",
        ),
        pytest.param(
            (replace(EVERYWHERE, valid_until=AUTUMN), replace(EVERYWHERE, valid_until=SUMMER)),
            id="both since ever",
        ),
    ],
)
def test_two_prices_that_could_both_apply_are_refused(prices: tuple[Price, Price]) -> None:
    for ordered in permutations(prices):
        with pytest.raises(BadPlan, match="fee has two prices for EUR") as refusal:
            fee(*ordered)
        assert refusal.value.field == "prices"


def test_prices_that_follow_each_other_are_not_ambiguous() -> None:
    item = fee(replace(EVERYWHERE, valid_until=SUMMER), replace(THIS_SUMMER, valid_until=None))
    assert price_for(item, PriceChoice("EUR", on=date(2026, 5, 31))).valid_until == SUMMER
    assert price_for(item, PriceChoice("EUR", on=SUMMER)).valid_from == SUMMER
    with pytest.raises(NoPriceInCurrency):
        price_for(item, PriceChoice("EUR"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"valid_from": SUMMER, "valid_until": SUMMER}, "valid_until", id="no day"),
        pytest.param({"minimum_minor": Decimal(-1)}, "minimum_minor", id="negative"),
        pytest.param(
            {"minimum_minor": Decimal(2), "maximum_minor": Decimal(1)},
            "minimum_minor",
            id="minimum above maximum",
        ),
    ],
)
def test_a_price_that_could_not_hold_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadPrice) as refusal:
        replace(EVERYWHERE, **change)  # type: ignore[arg-type]
    assert refusal.value.field == field
