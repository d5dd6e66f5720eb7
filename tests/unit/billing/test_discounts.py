"""What coupons take off a bill: in order, to the cent, and never below zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.discounts import DiscountedFee, Fee, discount_fees, taken_off
from umlauf.catalog.coupons import Coupon
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money

NAMES = ("a", "b", "c", "d")


def fees(**minor: int | str) -> list[Fee]:
    return [Fee(item, Decimal(amount)) for item, amount in minor.items()]


def percent(of: str, *items: str, name: str = "percent") -> Coupon:
    return Coupon(id=name, name="Less", percent=Decimal(of), items=items)


def fixed(minor: int, *items: str, name: str = "fixed", is_once: bool = False) -> Coupon:
    amounts = (Money(minor, "EUR"),)
    return Coupon(id=name, name="Off", amounts=amounts, items=items, is_once_amount=is_once)


def left(reduced: tuple[DiscountedFee, ...]) -> dict[str, int]:
    return {fee.item: int(fee.amount_minor) for fee in reduced}


COUPONS = st.lists(
    st.builds(
        lambda number, is_percent, minor, items: (
            percent(str(minor % 100 + 1), *items, name=f"c{number}")
            if is_percent
            else fixed(minor + 1, *items, name=f"c{number}")
        ),
        st.integers(0, 999),
        st.booleans(),
        st.integers(0, 9_999),
        st.sets(st.sampled_from(NAMES), max_size=3).map(sorted),
    ),
    max_size=4,
    unique_by=lambda coupon: coupon.id,
)
BILLS = st.lists(st.integers(0, 20_000), min_size=1, max_size=4).map(
    lambda amounts: [Fee(item, Decimal(minor)) for item, minor in zip(NAMES, amounts, strict=False)]
)


def test_an_amount_is_spread_to_the_cent_and_taken_off_once() -> None:
    """A coupon of 5.00 on three equal fees takes off 1.67, 1.67 and 1.66."""
    reduced = discount_fees(fees(a=1_000, b=1_000, c=1_000), [fixed(500)], "EUR")
    assert left(reduced) == {"a": 833, "b": 833, "c": 834}
    assert taken_off(reduced, "fixed", "EUR") == Money(500, "EUR")


@pytest.mark.parametrize("swapped", [False, True], ids=["as written", "the other way round"])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(percent("50"), fixed(200), 300, id="a percentage before an amount"),
        pytest.param(fixed(200, "a"), percent("50"), 400, id="named items before everything"),
        pytest.param(percent("10", "a"), fixed(200, "a"), 700, id="both named: percentage first"),
    ],
)
def test_reach_outranks_kind_and_kind_outranks_order(
    first: Coupon, second: Coupon, expected: int, *, swapped: bool
) -> None:
    coupons = [second, first] if swapped else [first, second]
    assert left(discount_fees(fees(a=1_000), coupons, "EUR")) == {"a": expected}


def test_of_two_amounts_the_one_applied_first_is_used_up_first() -> None:
    coupons = [fixed(700, name="old"), fixed(700, name="new")]
    reduced = discount_fees(fees(a=1_000), coupons, "EUR")
    assert [taken_off(reduced, name, "EUR") for name in ("old", "new")] == [
        Money(700, "EUR"),
        Money(300, "EUR"),
    ]


def test_an_amount_given_once_is_carried_over_until_it_is_used_up() -> None:
    once, used, due = fixed(5_000, is_once=True), Money(0, "EUR"), []
    for _ in range(3):
        reduced = discount_fees(fees(a=3_000), [once], "EUR", used={once.id: used})
        used += taken_off(reduced, once.id, "EUR")
        due.append(left(reduced)["a"])
    assert due == [0, 1_000, 3_000]


def test_an_amount_per_period_is_not_counted_against_earlier_bills() -> None:
    reduced = discount_fees(fees(a=3_000), [fixed(500)], "EUR", used={"fixed": Money(500, "EUR")})
    assert left(reduced) == {"a": 2_500}


def test_a_coupon_without_an_amount_in_the_currency_takes_nothing() -> None:
    assert left(discount_fees(fees(a=1_000), [fixed(500)], "USD")) == {"a": 1_000}


def test_half_a_cent_goes_to_the_customer_and_a_fee_stays_at_zero() -> None:
    assert left(discount_fees(fees(a=999), [percent("50")], "EUR")) == {"a": 499}
    (free,) = discount_fees(fees(a="8.5"), [percent("100")], "EUR")
    assert free.amount_minor == 0


def test_a_credit_cannot_be_discounted() -> None:
    with pytest.raises(InvalidInput, match="negative"):
        discount_fees(fees(a=-1), [percent("50")], "EUR")


@given(bill=BILLS, coupons=COUPONS)
def test_list_price_less_discounts_is_what_is_charged_and_never_below_zero(
    bill: list[Fee], coupons: list[Coupon]
) -> None:
    for fee, reduced in zip(bill, discount_fees(bill, coupons, "EUR"), strict=True):
        off = sum(one.amount.amount_minor for one in reduced.discounts)
        assert reduced.amount_minor == fee.amount_minor - off
        assert reduced.amount_minor >= 0
        assert all(one.amount.amount_minor > 0 for one in reduced.discounts)
        assert 0 <= reduced.exact_off <= fee.amount_minor
        assert abs(off - reduced.exact_off) <= len(coupons)


@given(bill=BILLS, minor=st.integers(1, 90_000))
def test_an_amount_takes_off_exactly_itself_or_all_there_is(bill: list[Fee], minor: int) -> None:
    reduced = discount_fees(bill, [fixed(minor)], "EUR")
    whole = sum(int(fee.amount_minor) for fee in bill)
    assert taken_off(reduced, "fixed", "EUR") == Money(min(minor, whole), "EUR")


@given(bill=BILLS, coupons=COUPONS, data=st.data())
def test_the_order_of_lines_changes_no_exact_share(
    bill: list[Fee], coupons: list[Coupon], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(bill))
    exact = {one.item: one.exact_off for one in discount_fees(bill, coupons, "EUR")}
    assert {one.item: one.exact_off for one in discount_fees(shuffled, coupons, "EUR")} == exact
