"""What quantity costs: boundaries of the tiers, laws of the models, one rounding."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.catalog.errors import BadPrice
from umlauf.catalog.price_models.capacity import Capacity, CapacityTier, Limit
from umlauf.catalog.price_models.chosen_amount import ChosenAmount
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage, PercentTier
from umlauf.catalog.price_models.intensity import Intensity, Level
from umlauf.catalog.price_models.package import Package
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.quantities import ProratedUnits, Quantity
from umlauf.catalog.price_models.rating import (
    Price,
    PriceModel,
    rate,
    rate_as_fraction,
    rate_exactly,
)
from umlauf.catalog.price_models.tiers import Tier
from umlauf.catalog.price_models.volume import Volume
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money, UnknownCurrency

D = Decimal
FIVE_HOURS_FREE = Graduated(
    (
        Tier(D(300), D(0)),
        Tier(D(900), D("8.5"), flat_minor=D(100)),
        Tier(None, D("4.25")),
    )
)
CLIFFS = Volume(
    (
        Tier(D(5), D(0), D(10_000)),
        Tier(D(10), D(0), D(15_000)),
        Tier(D(15), D(1_000)),
        Tier(None, D(500)),
    )
)
BY_SEATS = Graduated((Tier(D(5), D(1_000), D(10_000)), Tier(None, D(500), D(5_000))))
THIRD_FREE = Percentage(
    rate_percent=D("1.2"), fixed_minor=D(10), free_events=3, free_amount_minor=D(50_000)
)
TURNOVER = GraduatedPercentage((PercentTier(D(10_000), D(5), D(50)), PercentTier(None, D("2.5"))))
PEAKS = Capacity(
    (
        CapacityTier((Limit("bandwidth", D(100)), Limit("members", D(500))), D(500)),
        CapacityTier((Limit("bandwidth", D(100)), Limit("members", D(900))), D(900)),
        CapacityTier((), D(2_000)),
    )
)
EFFORT = Intensity((Level("eco", D("0.5")), Level("boost", D("1.333333"))))

_seconds = st.one_of(st.integers(0, 10_000_000), st.integers(0, 10**11))
_prices = st.one_of(st.decimals(0, 1_000, places=4), st.decimals(0, 10**9, places=6))
_bounds = st.lists(st.decimals("0.5", 5_000, places=1), max_size=4, unique=True).map(sorted)


def _tiers(uppers: list[Decimal]) -> st.SearchStrategy[tuple[Tier, ...]]:
    return st.tuples(*[st.builds(Tier, st.just(up), _prices, _prices) for up in (*uppers, None)])


_graduated = _bounds.flatmap(_tiers).map(Graduated)
_per_unit = st.builds(PerUnit, _prices)
_packages = st.builds(
    Package, st.decimals("0.5", 1_000, places=1), _prices, st.decimals(0, 500, places=1)
)
_monotonic = st.one_of(st.builds(Flat, _prices), _per_unit, _graduated, _packages)
_counting = st.one_of(_monotonic, _bounds.flatmap(_tiers).map(Volume))


def cents(model: PriceModel, quantity: Quantity, *, per: int = 1) -> int:
    return rate(Price("EUR", model), quantity, per=per).amount_minor


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(0, 0, id="nothing used reaches no tier and pays no flat fee"),
        pytest.param(300 * 60, 0, id="last free second"),
        pytest.param(300 * 60 + 1, 100, id="one second into the tier pays its flat fee"),
        pytest.param(301 * 60, 109, id="first paid minute, half a cent up"),
        pytest.param(900 * 60, 5_200, id="end of the middle tier"),
        pytest.param(901 * 60, 5_204, id="first minute of the open tier"),
    ],
)
def test_each_second_costs_what_its_tier_says(seconds: int, expected: int) -> None:
    assert cents(FIVE_HOURS_FREE, seconds, per=60) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        pytest.param("0", 1_000, id="nothing used pays the first flat fee"),
        pytest.param("100", 21_000, id="the bound belongs to its tier"),
        pytest.param("100.5", 10_050, id="no gap between 100 and 101"),
        pytest.param("200", 20_000, id="end of the middle tier"),
        pytest.param("200.000001", 15_000, id="a millionth into the open tier"),
    ],
)
def test_one_tier_prices_the_whole_volume(quantity: str, expected: int) -> None:
    tiers = (Tier(D(100), D(200), D(1_000)), Tier(D(200), D(100)), Tier(None, D(50), D(5_000)))
    assert cents(Volume(tiers), D(quantity)) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [(0, 10_000), (5, 10_000), (7, 15_000), (14, 14_000), (15, 15_000), (16, 8_000)],
)
def test_a_larger_volume_may_cost_less(quantity: int, expected: int) -> None:
    assert cents(CLIFFS, quantity) == expected
    assert cents(CLIFFS, quantity * 60, per=60) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("0", 0), ("100", 0), ("100.01", 500), ("200", 500), ("201", 1_000), ("301", 1_500)],
)
def test_a_package_that_is_begun_is_paid(quantity: str, expected: int) -> None:
    assert cents(Package(D(100), D(500), free_units=D(100)), D(quantity)) == expected


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        pytest.param([], 0, id="no transaction"),
        pytest.param([20_000, 10_000, 10_000], 0, id="three are free"),
        pytest.param([20_000, 10_000, 10_000, 5_000], 70, id="the fourth is not"),
        pytest.param([50_000], 0, id="the free amount, whole"),
        pytest.param([60_000], 130, id="beyond the free amount: the rate on the rest"),
        pytest.param([50_000, 10_000], 130, id="nothing free is left for the second"),
        pytest.param([0, 0, 0, 0], 10, id="the fixed fee of an empty transaction"),
    ],
)
def test_transactions_beyond_the_free_ones_pay_rate_and_fee(
    amounts: list[int], expected: int
) -> None:
    assert cents(THIRD_FREE, amounts) == expected


@pytest.mark.parametrize(("amount", "expected"), [(0, 50), (10_000, 100), (100_000, 200)])
def test_each_transaction_has_a_least_and_a_most(amount: int, expected: int) -> None:
    model = Percentage(D(1), minimum_minor=D(50), maximum_minor=D(200))
    assert cents(model, [amount]) == expected
    assert cents(model, [amount] * 3) == expected * 3


@pytest.mark.parametrize(
    ("turnover", "expected"), [(0, 0), (1, 50), (10_000, 550), (10_020, 551), (20_000, 800)]
)
def test_turnover_is_shared_tier_by_tier(turnover: int, expected: int) -> None:
    assert cents(TURNOVER, [turnover]) == expected


@pytest.mark.parametrize(
    ("peaks", "expected"),
    [
        pytest.param({}, 500, id="nothing peaked"),
        pytest.param({"bandwidth": 50, "members": 350}, 500, id="all limits hold"),
        pytest.param({"bandwidth": 100, "members": 500}, 500, id="at the limits"),
        pytest.param({"bandwidth": 50, "members": 501}, 900, id="one over moves the charge up"),
        pytest.param({"bandwidth": D("100.1"), "members": 1}, 2_000, id="over every limit"),
    ],
)
def test_one_peak_over_its_limit_moves_the_charge_up(
    peaks: dict[str, int | Decimal], expected: int
) -> None:
    assert cents(PEAKS, peaks) == expected


def test_levels_are_added_in_micro_units_and_rounded_once() -> None:
    # 0.5 + 1.333333 ct: rounded level by level it would be 1 + 1.
    assert cents(EFFORT, {"eco": 60, "boost": 60}, per=60) == 2
    assert cents(EFFORT, {"boost": 3}) == 4
    assert rate_as_fraction(EFFORT, {"eco": 1, "boost": 1}, per=60) == Fraction(
        1_833_333, 60 * 10**6
    )
    assert cents(EFFORT, {}) == 0


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([(5, "3.5"), (5, "2.66667"), (10, "2"), (-6, "-2.2")], 19_733, id="whole"),
        pytest.param([(2, "1.4"), (5, "2.66667"), (10, "2"), (-6, "-2.2")], 18_433, id="split"),
        pytest.param([], 0, id="nothing came"),
        pytest.param([(3, "3"), (-3, "-3")], 10_000, id="a tier that was reached keeps its fee"),
        pytest.param([(0, "0")], 0, id="nothing added"),
    ],
)
def test_units_that_come_and_go_are_priced_where_they_fall(
    events: list[tuple[int, str]], expected: int
) -> None:
    units = [ProratedUnits(D(units), D(prorated)) for units, prorated in events]
    assert cents(BY_SEATS, units) == expected


@given(model=_graduated, seats=st.decimals(0, 10_000, places=2))
def test_units_of_a_whole_period_cost_the_graduated_price(model: Graduated, seats: Decimal) -> None:
    assert rate_as_fraction(model, [ProratedUnits(seats, seats)]) == rate_as_fraction(model, seats)


def test_more_cannot_go_than_came() -> None:
    with pytest.raises(InvalidInput, match="cannot be removed"):
        cents(BY_SEATS, [ProratedUnits(D(1), D(1)), ProratedUnits(D(-2), D(-1))])
    with pytest.raises(InvalidInput, match="sign"):
        ProratedUnits(D(2), D(-1))
    with pytest.raises(InvalidInput, match="finite"):
        ProratedUnits(D(2), D("NaN"))


@pytest.mark.parametrize(("amount", "accepted"), [(199, False), (200, True), (5_000, True)])
def test_a_chosen_amount_is_paid_from_its_minimum(amount: int, *, accepted: bool) -> None:
    model = ChosenAmount(suggestion_minor=D(500), minimum_minor=D(200))
    if accepted:
        assert cents(model, amount) == amount
    else:
        with pytest.raises(InvalidInput, match="200 to") as refusal:
            cents(model, amount)
        assert refusal.value.field == "amount_minor"


def test_a_third_of_a_minute_is_exact() -> None:
    # 20 s at 1.5 ct a minute are half a cent: rounded up, which 0.333 minutes would miss.
    assert cents(PerUnit(D("1.5")), 20, per=60) == 1
    assert cents(PerUnit(D("1.5")), Fraction(1, 3)) == 1


@given(model=_counting, seconds=_seconds)
def test_rating_rounds_the_exact_price_once(model: PriceModel, seconds: int) -> None:
    """The same in fractions, tier by tier and without any rounding on the way."""
    exact = _price_in_fractions(model, Fraction(seconds, 60))
    assert rate_as_fraction(model, seconds, per=60) == exact
    whole, rest = divmod(exact, 1)
    assert cents(model, seconds, per=60) == int(whole) + (1 if rest >= Fraction(1, 2) else 0)


@given(model=_counting, units=st.decimals(0, 10**6, places=5))
def test_a_number_costs_the_same_in_whatever_form_it_comes(
    model: PriceModel, units: Decimal
) -> None:
    forms = (units, Fraction(units))
    assert len({rate_as_fraction(model, form) for form in forms}) == 1
    assert rate_as_fraction(model, int(units)) == rate_as_fraction(model, D(int(units)))
    assert rate_as_fraction(model, units * 60, per=60) == rate_as_fraction(model, units)


@given(model=_monotonic, less=_seconds, more=_seconds)
def test_using_more_never_costs_less(model: PriceModel, less: int, more: int) -> None:
    less, more = sorted((less, more))
    assert cents(model, less, per=60) <= cents(model, more, per=60)


@given(model=st.one_of(_per_unit), parts=st.lists(st.integers(0, 10**6), max_size=8))
def test_units_of_one_price_may_be_rated_in_any_parts(model: PriceModel, parts: list[int]) -> None:
    apart = sum((rate_as_fraction(model, part, per=60) for part in parts), Fraction(0))
    assert apart == rate_as_fraction(model, sum(parts), per=60)


@given(
    amounts=st.lists(st.integers(0, 10**6), max_size=8),
    cut=st.integers(0, 8),
    fee=st.decimals(0, 100, places=2),
)
def test_transactions_without_a_free_allowance_may_be_rated_in_any_parts(
    amounts: list[int], cut: int, fee: Decimal
) -> None:
    model = Percentage(D("1.25"), fixed_minor=fee, minimum_minor=D(5))
    apart = rate_as_fraction(model, amounts[:cut]) + rate_as_fraction(model, amounts[cut:])
    assert apart == rate_as_fraction(model, amounts)


@given(used=st.dictionaries(st.sampled_from(EFFORT.names), st.integers(0, 10**6)))
def test_levels_add_up(used: dict[str, int]) -> None:
    apart = sum((rate_as_fraction(EFFORT, {level: n}) for level, n in used.items()), Fraction(0))
    assert apart == rate_as_fraction(EFFORT, used)


@pytest.mark.parametrize("currency", ["JPY", "EUR", "KWD"])
def test_an_amount_is_in_the_currencys_own_minor_units(currency: str) -> None:
    assert rate(Price(currency, Flat(D("12.5"))), 1) == Money(13, currency)


def test_the_unrounded_amount_is_a_decimal_or_a_fraction() -> None:
    assert rate_exactly(PerUnit(D("8.5")), 3) == D("25.5")
    assert rate_as_fraction(PerUnit(D(1)), 1, per=3) == Fraction(1, 3)


@pytest.mark.parametrize("model", [Flat(D(1)), PerUnit(D(1)), FIVE_HOURS_FREE, CLIFFS])
@pytest.mark.parametrize(
    "quantity", [D(-1), D("NaN"), D("Infinity"), D("1e12"), -1, 10**12, Fraction(-1, 3), True]
)
def test_a_quantity_that_cannot_be_is_refused(model: PriceModel, quantity: Quantity) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rate(Price("EUR", model), quantity)
    assert refusal.value.field == "quantity"


@pytest.mark.parametrize(
    ("model", "quantity", "needed"),
    [
        pytest.param(PerUnit(D(1)), [1, 2], "a number of units, not list", id="transactions"),
        pytest.param(FIVE_HOURS_FREE, {"a": 1}, "a number of units, not dict", id="peaks"),
        pytest.param(FIVE_HOURS_FREE, [1, 2], "as ProratedUnits", id="numbers as events"),
        pytest.param(THIRD_FREE, 5, "amounts of the transactions", id="a number"),
        pytest.param(THIRD_FREE, "12", "amounts of the transactions", id="text"),
        pytest.param(THIRD_FREE, [ProratedUnits(D(1), D(1))], "each transaction", id="events"),
        pytest.param(TURNOVER, D(5), "amounts of the transactions", id="a decimal"),
        pytest.param(PEAKS, 5, r"by name \(bandwidth, members\)", id="one peak"),
        pytest.param(PEAKS, {"speed": 5}, "'speed' has no price here", id="unknown limit"),
        pytest.param(EFFORT, {"turbo": 1}, "known are eco, boost", id="unknown level"),
        pytest.param(EFFORT, {"eco": -1}, "quantity must be 0", id="negative use"),
        pytest.param(ChosenAmount(D(5)), [5], "a number of units", id="several amounts"),
    ],
)
def test_the_wrong_kind_of_quantity_is_refused_with_the_right_one(
    model: PriceModel, quantity: Quantity, needed: str
) -> None:
    with pytest.raises(InvalidInput, match=needed) as refusal:
        rate(Price("EUR", model), quantity)
    assert refusal.value.field == "quantity"


@pytest.mark.parametrize("make", [Graduated, Volume])
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
def test_tiers_that_do_not_tile_the_quantities_are_refused(
    make: Callable[[tuple[Tier, ...]], PriceModel], bounds: tuple[int | None, ...]
) -> None:
    tiers = tuple(Tier(None if up_to is None else D(up_to), D(1)) for up_to in bounds)
    with pytest.raises(BadPrice) as refusal:
        make(tiers)
    assert refusal.value.field == "tiers"


_FIRST = CapacityTier((Limit("members", D(5)),), D(1))
_OPEN = CapacityTier((), D(9))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        pytest.param(lambda: Package(D(0), D(1)), "size", id="an empty package"),
        pytest.param(lambda: Percentage(D("100.5")), "rate_percent", id="more than everything"),
        pytest.param(lambda: Percentage(D(1), free_events=-1), "free_events", id="negative count"),
        pytest.param(
            lambda: Percentage(D(1), minimum_minor=D(2), maximum_minor=D(1)),
            "minimum_minor",
            id="minimum above maximum",
        ),
        pytest.param(
            lambda: GraduatedPercentage((PercentTier(D(1), D(1)),)), "tiers", id="closed turnover"
        ),
        pytest.param(lambda: Capacity((_OPEN,)), "tiers", id="no limited tier"),
        pytest.param(lambda: Capacity((_FIRST, _FIRST)), "tiers", id="no open tier"),
        pytest.param(lambda: Capacity((_OPEN, _OPEN)), "limits", id="nothing limited"),
        pytest.param(lambda: Capacity((_FIRST, _FIRST, _OPEN)), "limits", id="no higher limit"),
        pytest.param(
            lambda: Capacity((_FIRST, CapacityTier((Limit("rides", D(9)),), D(2)), _OPEN)),
            "limits",
            id="another limit",
        ),
        pytest.param(
            lambda: CapacityTier((Limit("members", D(5)),) * 2, D(1)), "limits", id="limited twice"
        ),
        pytest.param(lambda: Intensity(()), "levels", id="no level"),
        pytest.param(lambda: Intensity((Level("eco", D(1)),) * 2), "levels", id="a level twice"),
        pytest.param(
            lambda: ChosenAmount(D(1), D(2)), "suggestion_minor", id="suggests too little"
        ),
    ],
)
def test_a_model_that_could_not_price_is_refused(
    make: Callable[[], PriceModel], field: str
) -> None:
    with pytest.raises(BadPrice) as refusal:
        make()
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "amount",
    [
        pytest.param(D("-0.01"), id="negative"),
        pytest.param(D("NaN"), id="no number"),
        pytest.param(D("Infinity"), id="infinite"),
        pytest.param(D(1_000_000_001), id="beyond every price"),
        pytest.param(D("0.0000001"), id="finer than exact"),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        PerUnit,
        Flat,
        Percentage,
        ChosenAmount,
        lambda amount: Tier(amount, D(0)),
        lambda amount: Tier(None, amount),
        lambda amount: Tier(None, D(0), flat_minor=amount),
        lambda amount: Package(amount, D(0)),
        lambda amount: Package(D(1), amount),
        lambda amount: Package(D(1), D(1), amount),
        lambda amount: Percentage(D(1), amount),
        lambda amount: Percentage(D(1), free_amount_minor=amount),
        lambda amount: PercentTier(amount, D(1)),
        lambda amount: PercentTier(None, D(1), amount),
        lambda amount: CapacityTier((), amount),
        lambda amount: Limit("members", amount),
        lambda amount: Level("eco", amount),
    ],
)
def test_an_impossible_figure_is_refused(
    make: Callable[[Decimal], object], amount: Decimal
) -> None:
    with pytest.raises(BadPrice):
        make(amount)


def test_a_float_was_never_an_exact_price() -> None:
    with pytest.raises(BadPrice, match="Decimal"):
        PerUnit(0.1)  # type: ignore[arg-type]


def test_a_price_in_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        Price("DEM", Flat(D(1)))


def test_a_model_that_has_priced_is_still_the_same_model() -> None:
    fresh = Graduated(FIVE_HOURS_FREE.tiers)
    for per in range(1, 20):  # More scales than are kept ready.
        assert rate_as_fraction(fresh, 400 * per, per=per) == 950
    assert fresh == FIVE_HOURS_FREE
    assert hash(fresh) == hash(Graduated(FIVE_HOURS_FREE.tiers))
    assert cents(deepcopy(fresh), 301) == 109


def _price_in_fractions(model: PriceModel, units: Fraction) -> Fraction:
    match model:
        case Flat():
            return Fraction(model.amount_minor)
        case PerUnit():
            return units * Fraction(model.unit_price_minor)
        case Graduated():
            return _climb(model.tiers, units)
        case Volume():
            tier = next(one for one in model.tiers if one.up_to is None or units <= one.up_to)
            return units * Fraction(tier.unit_price_minor) + Fraction(tier.flat_minor)
        case Package():
            paid = max(units - Fraction(model.free_units), Fraction(0))
            begun = -(-paid // Fraction(model.size))
            return begun * Fraction(model.package_price_minor)
        case _:
            raise AssertionError(model)


def _climb(tiers: tuple[Tier, ...], units: Fraction) -> Fraction:
    price, lower = Fraction(0), Fraction(0)
    for tier in tiers:
        if units > lower:
            upper = units if tier.up_to is None else min(units, Fraction(tier.up_to))
            price += (upper - lower) * Fraction(tier.unit_price_minor) + Fraction(tier.flat_minor)
            lower = upper
    return price
