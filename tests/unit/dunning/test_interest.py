"""What a late payer owes for being late."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.allocation import Arrears
from umlauf.dunning.base_rates import BASE_RATES, BaseRate, base_rate_on
from umlauf.dunning.errors import BaseRateUnknown
from umlauf.dunning.interest import (
    InterestSpan,
    days_in_default,
    default_interest,
    recovery_costs,
    spans_of,
)
from umlauf.kernel.calendar import Period
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import CurrencyMismatch, Money

NOTHING = Money(0, "EUR")
KNOWN = Period(BASE_RATES[0].starts_on, BASE_RATES[-1].ends_on)


def owing(minor: int, *, interest: int = 0, costs: int = 0) -> Arrears:
    return Arrears(Money(costs, "EUR"), Money(interest, "EUR"), Money(minor, "EUR"))


def test_the_day_after_the_due_date_counts_and_so_does_the_day_of_payment() -> None:
    default = days_in_default(date(2026, 1, 15), date(2026, 3, 1))
    assert default == Period(date(2026, 1, 16), date(2026, 3, 2))
    assert days_in_default(date(2026, 1, 15), date(2026, 1, 15)) is None


def test_interest_runs_at_each_half_years_own_rate() -> None:
    default = Period(date(2025, 6, 21), date(2025, 7, 11))
    assert spans_of(default, is_business=False) == (
        InterestSpan(10, Decimal("7.27")),
        InterestSpan(10, Decimal("6.27")),
    )
    assert spans_of(default, is_business=True)[0].rate == Decimal("11.27")


@pytest.mark.parametrize(
    "day", [KNOWN.start - timedelta(days=1), KNOWN.end], ids=["before", "after"]
)
def test_a_half_year_that_is_not_on_record_has_no_rate(day: date) -> None:
    with pytest.raises(BaseRateUnknown, match=str(day)):
        base_rate_on(day)
    with pytest.raises(BaseRateUnknown):
        spans_of(Period(day, day + timedelta(days=400)), is_business=False)


def test_the_rates_on_record_follow_each_other_without_a_gap() -> None:
    assert all(one.ends_on == following.starts_on for one, following in pairwise(BASE_RATES))


def test_a_rate_that_begins_in_between_is_refused() -> None:
    with pytest.raises(InvalidInput, match="1 January or 1 July"):
        BaseRate(date(2026, 2, 1), Decimal(1))


def test_interest_and_costs_that_are_owed_bear_no_interest() -> None:
    spans = [InterestSpan(30, Decimal("8.62"))]
    assert default_interest(owing(100_000, interest=70_800, costs=4_000), spans) == Money(
        708, "EUR"
    )


def test_nobody_pays_interest_on_less_than_nothing_or_for_less_than_no_time() -> None:
    with pytest.raises(InvalidInput):
        default_interest(owing(-1), [])
    with pytest.raises(InvalidInput):
        InterestSpan(-1, Decimal(5))


def test_the_lump_sum_is_one_of_euros() -> None:
    assert recovery_costs(NOTHING, is_business=True) == Money(4_000, "EUR")
    assert recovery_costs(Money(900, "EUR"), is_business=False) == Money(900, "EUR")
    with pytest.raises(CurrencyMismatch):
        recovery_costs(Money(0, "CHF"), is_business=True)


@given(
    minor=st.integers(0, 10**8),
    first=st.integers(0, KNOWN.days - 3),
    length=st.integers(2, 400),
    cut=st.integers(1, 399),
)
def test_spans_tile_the_default_and_rounding_each_part_is_at_most_a_cent_off(
    minor: int, first: int, length: int, cut: int
) -> None:
    start = KNOWN.start + timedelta(days=first)
    default = Period(start, min(start + timedelta(days=length), KNOWN.end))
    middle = default.start + timedelta(days=min(cut, default.days - 1))
    spans = spans_of(default, is_business=False)
    assert sum(span.days for span in spans) == default.days
    parts = [
        default_interest(owing(minor), spans_of(part, is_business=False)).amount_minor
        for part in (Period(default.start, middle), Period(middle, default.end))
    ]
    assert abs(sum(parts) - default_interest(owing(minor), spans).amount_minor) <= 1
