"""How the events of a meter become one quantity."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.catalog.meters import Aggregation
from umlauf.kernel.errors import InvalidInput
from umlauf.usage.aggregation import (
    Measurement,
    Span,
    aggregate,
    time_weighted,
    total_of,
)

START = datetime(2026, 9, 1, tzinfo=UTC)
SEPTEMBER = Span(START, START + timedelta(days=30))
MEASUREMENTS = st.lists(
    st.builds(
        Measurement,
        id=st.uuids().map(str),
        at=st.integers(-3, 32).map(lambda days: START + timedelta(days=days)),
        quantity=st.decimals(-1_000, 1_000, places=3),
        subject=st.sampled_from("abc"),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


def on_day(day: int, quantity: str, subject: str = "", **named: str) -> Measurement:
    at = START + timedelta(days=day - 1)
    return Measurement(
        id=named.get("id", f"{day}-{quantity}"), at=at, quantity=Decimal(quantity), subject=subject
    )


RIDES = [on_day(20, "3", "ada"), on_day(1, "5", "bob"), on_day(7, "-1", "ada")]


@pytest.mark.parametrize(
    ("aggregation", "units"),
    [
        (Aggregation.SUM, 7),
        (Aggregation.COUNT, 3),
        (Aggregation.MAX, 5),
        (Aggregation.LATEST, 3),
        (Aggregation.UNIQUE, 2),
        (Aggregation.TIME_WEIGHTED_SUM, 5 - Fraction(24, 30) + 3 * Fraction(11, 30)),
    ],
)
def test_each_aggregation_reads_the_same_events_its_own_way(
    aggregation: Aggregation, units: Fraction
) -> None:
    assert aggregate(aggregation, RIDES, SEPTEMBER) == units


def test_nothing_measured_is_zero() -> None:
    for aggregation in Aggregation:
        assert aggregate(aggregation, [], SEPTEMBER) == 0
    assert time_weighted([], SEPTEMBER, Decimal(7)).units == 7


def test_the_first_instant_counts_and_the_last_belongs_to_the_next_span() -> None:
    edges = [on_day(1, "1"), on_day(31, "10")]
    assert total_of(edges, SEPTEMBER) == 1


def test_a_level_weighs_as_long_as_it_stood() -> None:
    """A seat for all of the month, two more for its last third, one given back on the last day."""
    level = time_weighted([on_day(21, "2"), on_day(30, "-1")], SEPTEMBER, Decimal(1))
    assert level.units == 1 + Fraction(2 * 10, 30) - Fraction(1, 30)
    assert level.carried_out == 2


def test_a_change_of_an_hour_weighs_an_hour_also_when_the_month_has_one_more() -> None:
    october = Span(datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))
    on_for_the_last_hour = Measurement(id="on", at=october.end - timedelta(hours=1))
    assert time_weighted([on_for_the_last_hour], october).units == Fraction(1, 31 * 24 + 1)


def test_a_span_must_have_a_length_and_a_quantity_must_be_finite() -> None:
    with pytest.raises(InvalidInput):
        Span(START, START)
    with pytest.raises(InvalidInput):
        on_day(1, "NaN")


@given(measured=MEASUREMENTS, data=st.data())
def test_neither_order_nor_repetition_changes_anything(
    measured: list[Measurement], data: st.DataObject
) -> None:
    again = data.draw(st.permutations([*measured, *measured[:3]]))
    for aggregation in Aggregation:
        once = aggregate(aggregation, measured, SEPTEMBER)
        assert aggregate(aggregation, again, SEPTEMBER) == once


@given(measured=MEASUREMENTS, carried_in=st.integers(0, 500).map(Decimal), day=st.integers(1, 29))
def test_a_level_weighted_in_two_parts_weighs_the_same_as_in_one(
    measured: list[Measurement], carried_in: Decimal, day: int
) -> None:
    """What the first part carries out, the second carries in."""
    middle = START + timedelta(days=day)
    first, second = Span(START, middle), Span(middle, SEPTEMBER.end)
    early = time_weighted(measured, first, carried_in)
    late = time_weighted(measured, second, early.carried_out)
    whole = time_weighted(measured, SEPTEMBER, carried_in)
    assert whole.carried_out == late.carried_out
    assert whole.units * 30 == early.units * day + late.units * (30 - day)
