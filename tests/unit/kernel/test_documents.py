"""Documents give back what was put in, and refuse what has no document form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.kernel.money import Money
from umlauf_adapters.kernel.documents import UnreadableDocument, decode, encode


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Flat:
    KIND: ClassVar[str] = "flat"
    price: Money


@dataclass(frozen=True)
class PerUnit:
    KIND: ClassVar[str] = "per_unit"
    unit_price_minor: Decimal


@dataclass(frozen=True)
class Thing:
    id: str
    count: int
    rate: Decimal
    at: datetime
    on: date
    colour: Colour
    model: Flat | PerUnit
    models: tuple[Flat | PerUnit, ...]
    by_name: Mapping[str, Money]
    parent: "Thing | None"
    pair: tuple[str, int] = ("a", 1)
    note: str | None = "default"
    tags: frozenset[str] = field(default_factory=frozenset)


MONEY = st.builds(Money, st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY"]))
RATES = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-10, max_value=10)
MODELS = st.builds(Flat, MONEY) | st.builds(PerUnit, RATES)
THINGS: st.SearchStrategy[Thing] = st.deferred(
    lambda: st.builds(
        Thing,
        id=st.text(),
        count=st.integers(),
        rate=RATES,
        at=st.datetimes(timezones=st.just(UTC)),
        on=st.dates(),
        colour=st.sampled_from(Colour),
        model=MODELS,
        models=st.lists(MODELS, max_size=3).map(tuple),
        by_name=st.dictionaries(st.text(), MONEY, max_size=3),
        parent=st.none() | THINGS,
        note=st.none() | st.text(),
        tags=st.frozensets(st.text(), max_size=3),
    )
)


@given(thing=THINGS)
def test_a_value_survives_its_document_even_through_json(thing: Thing) -> None:
    assert decode(Thing, json.loads(json.dumps(encode(thing)))) == thing


def test_instants_are_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=2))
    assert encode(datetime(2026, 9, 1, 1, tzinfo=berlin)) == "2026-08-31T23:00:00Z"


@pytest.mark.parametrize("value", [1.5, object(), datetime(2026, 1, 1), {"a": 0.1}])  # noqa: DTZ001
def test_floats_and_naive_instants_have_no_document_form(value: object) -> None:
    with pytest.raises(TypeError):
        encode(value)


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({}, "Flat.price is missing"),
        ({"price": 5}, "Money must be an object"),
        ({"price": {"amount_minor": "x", "currency": "EUR"}}, "Money.amount_minor"),
        ([], "Flat must be an object"),
    ],
)
def test_a_bad_document_is_refused_by_class_and_field(document: object, says: str) -> None:
    with pytest.raises(UnreadableDocument, match=says):
        decode(Flat, document)


def test_an_unknown_kind_is_refused() -> None:
    @dataclass(frozen=True)
    class Holder:
        model: Flat | PerUnit

    with pytest.raises(UnreadableDocument, match="flat, per_unit"):
        decode(Holder, {"model": {"kind": "volume"}})


def test_old_documents_take_defaults_and_unknown_fields_are_ignored() -> None:
    @dataclass(frozen=True)
    class Grown:
        id: str
        added: int = 7

    assert decode(Grown, {"id": "x", "removed": 1}) == Grown("x", 7)
