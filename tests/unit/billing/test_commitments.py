"""Minimum commitment and maximum spend."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.commitments import adjustment_of, spread
from umlauf.catalog.policies import Commitment
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, total

WEEK = Commitment("EUR", minimum_minor=10_000, maximum_minor=20_000)
AMOUNTS = st.lists(
    st.integers(-500, 30_000).map(lambda minor: Money(minor, "EUR")), min_size=1, max_size=5
)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.mark.parametrize(
    ("charged", "change"),
    [
        pytest.param(9_999, 1, id="a cent short"),
        pytest.param(10_000, 0, id="just enough"),
        pytest.param(20_000, 0, id="just not too much"),
        pytest.param(20_001, -1, id="a cent too much"),
    ],
)
def test_what_is_missing_is_added_and_what_is_beyond_is_taken_off(
    charged: int, change: int
) -> None:
    assert adjustment_of(eur(charged), WEEK) == eur(change)


def test_in_a_stub_both_limits_shrink_with_it() -> None:
    assert adjustment_of(eur(0), WEEK, Fraction(3, 7)) == eur(4_286)
    assert adjustment_of(eur(9_000), WEEK, Fraction(3, 7)) == eur(8_571 - 9_000)


def test_a_price_has_the_same_limits_as_a_commitment() -> None:
    price = Price("EUR", PerUnit(Decimal(5)), minimum_minor=Decimal(1_000))
    assert adjustment_of(eur(800), price, Fraction(25, 28)) == eur(93)


def test_without_limits_nothing_changes() -> None:
    assert adjustment_of(eur(7), Price("EUR", PerUnit(Decimal(5)))) == eur(0)


def test_a_true_up_is_spread_by_what_the_lines_cost_and_credits_take_no_part() -> None:
    assert spread(eur(100), [eur(300), eur(100), eur(-50)]) == (eur(75), eur(25), eur(0))
    assert spread(eur(3), [eur(0), eur(0)]) == (eur(2), eur(1))


def test_a_share_of_more_than_the_period_and_a_bill_without_lines_are_refused() -> None:
    with pytest.raises(InvalidInput, match="stub"):
        adjustment_of(eur(1), WEEK, Fraction(8, 7))
    with pytest.raises(InvalidInput, match="weights"):
        spread(eur(1), [])


@given(
    charged=AMOUNTS,
    bounds=st.tuples(st.integers(0, 50_000), st.integers(0, 50_000)).map(sorted),
    days=st.integers(0, 30),
)
def test_afterwards_all_lines_together_lie_within_the_limits(
    charged: list[Money], bounds: list[int], days: int
) -> None:
    share = Fraction(days, 30)
    change = adjustment_of(total(charged, "EUR"), Commitment("EUR", *bounds), share)
    parts = spread(change, charged)
    assert total(parts, "EUR") == change
    whole = total([*charged, *parts], "EUR")
    least, most = (Fraction(bound) * share for bound in bounds)
    assert least - Fraction(1, 2) <= whole.amount_minor <= most + Fraction(1, 2)
