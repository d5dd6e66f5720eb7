"""Money keeps every cent and is rounded in one place."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import (
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    round_to_minor,
    split,
    total,
)


@pytest.mark.parametrize(
    ("exact", "currency", "minor"),
    [
        pytest.param("0.5", "EUR", 1, id="half a cent rounds away from zero"),
        pytest.param("-0.5", "EUR", -1, id="half a cent of credit rounds away from zero too"),
        pytest.param("2.5", "EUR", 3, id="not to even"),
        pytest.param("1.4999999999999999999999", "EUR", 1, id="just below half"),
        pytest.param("12345678901234567890.5", "JPY", 12345678901234567891, id="no float inside"),
    ],
)
def test_an_amount_is_rounded_half_away_from_zero(exact: str, currency: str, minor: int) -> None:
    assert round_to_minor(Decimal(exact), currency) == Money(minor, currency)


@given(minor=st.integers(-(10**9), 10**9), parts=st.integers(1, 10**6))
def test_a_fraction_is_rounded_like_a_decimal_and_never_more_than_half_off(
    minor: int, parts: int
) -> None:
    exact = Fraction(minor, parts)
    rounded = round_to_minor(exact, "EUR").amount_minor
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)
    assert round_to_minor(Fraction(2 * minor + 1, 2), "EUR") == round_to_minor(
        Decimal(2 * minor + 1) / 2, "EUR"
    )


@given(
    amount=st.integers(-(10**12), 10**12),
    weights=st.lists(st.decimals(0, 10_000, places=3), min_size=1, max_size=12).filter(any),
)
def test_the_parts_of_a_split_add_up_and_none_is_a_cent_off(
    amount: int, weights: list[Decimal]
) -> None:
    parts = split(Money(amount, "EUR"), weights)
    assert sum(part.amount_minor for part in parts) == amount
    whole = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.amount_minor - amount * weight / whole) < 1


def test_the_earlier_part_takes_the_odd_cent() -> None:
    thirds = split(Money(100, "EUR"), [Decimal(1)] * 3)
    assert [part.amount_minor for part in thirds] == [34, 33, 33]


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(1), Decimal(-1)]])
def test_senseless_weights_are_refused(weights: list[Decimal]) -> None:
    with pytest.raises(InvalidInput, match="weights"):
        split(Money(100, "EUR"), weights)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        total([Money(1, "EUR"), Money(1, "USD")], "EUR")


def test_an_unknown_currency_is_refused_not_guessed() -> None:
    with pytest.raises(UnknownCurrency, match="XXX"):
        Money(1, "XXX")


@pytest.mark.parametrize("amount", [1.0, True, "1"])
def test_money_is_made_of_whole_minor_units_only(amount: object) -> None:
    with pytest.raises(InvalidInput, match="minor units"):
        Money(amount, "EUR")  # type: ignore[arg-type]


def test_money_shows_its_currencys_digits() -> None:
    shown = [str(Money(-7990, "EUR")), str(Money(1250, "JPY")), str(Money(1, "KWD"))]
    assert shown == ["-79.90 EUR", "1250 JPY", "0.001 KWD"]
