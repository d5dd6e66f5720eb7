"""Usage: how events become a quantity, and what late events cost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from tests.vectors.adapters.pricing import MODEL, TIERS, tiered
from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer
from tests.vectors.words import A_DAY, currency, instant, price, zone_of
from umlauf.billing.charges import RatedQuantity
from umlauf.billing.rating import price_of
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.kernel.money import Money, total
from umlauf.usage.aggregation import (
    Measurement,
    Span,
    count_of,
    largest_of,
    latest_of,
    time_weighted,
    total_of,
    unique_of,
)

EVENTS: Final = "events|changes|measurements|messages"
EVER: Final = Span(datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
AT: Final = ("at", "timestamp", "time", "t", "on", "date")
VALUE: Final = ("quantity", "value", "units", "delta", "amount", "v", "count", "wh", "change")
ID: Final = ("id", "event_id", "transaction_id", "key", "idempotency_key", "seq")
SUBJECT: Final = ("subject", "user", "item", "name", "device", "member", "unique")


def span_of(case: Case) -> Span:
    if not case.has("period"):
        return EVER
    start, end = case.inputs["period"]
    return Span(instant(start, zone_of(case)), instant(end, zone_of(case)))


def measurements(case: Case) -> list[Measurement]:
    """Rows by name, pairs of time and value, or bare values in the order they happened."""
    return [_measurement(number, row, case) for number, row in enumerate(case.get(EVENTS))]


def _measurement(number: int, row: Any, case: Case) -> Measurement:
    zone = zone_of(case)
    unnamed = instant(A_DAY.after(EVER.start.date(), number).isoformat())
    if isinstance(row, Mapping):
        at, value = _named(row, AT), _named(row, VALUE)
        return Measurement(
            id=str(_named(row, ID) or number),
            at=unnamed if at is None else instant(at, zone),
            quantity=Decimal(str(1 if value is None else value)),
            subject=str(_named(row, SUBJECT) or value),
        )
    if isinstance(row, list):
        at, value, *_ = row
        return Measurement(
            id=str(number), at=instant(at, zone), quantity=_number(value), subject=str(value)
        )
    return Measurement(id=str(number), at=unnamed, quantity=_number(row), subject=str(row))


def _named(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if name in row), None)


def _number(value: Any) -> Decimal:
    """What is counted by its name (a user) has no figure."""
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return Decimal(1)


@adapter("changes|events", "period", "carry|carried_in|initial")
def weighted_level(case: Case) -> Any:
    return _weighted(case)


@adapter("changes|events", "period", topic="weighted")
def weighted_level_from_nothing(case: Case) -> Any:
    return _weighted(case)


def _weighted(case: Case) -> Any:
    carried = Decimal(str(case.get("carry|carried_in|initial", 0)))
    level = time_weighted(measurements(case), span_of(case), carried)
    return Answer(
        level.units, units=level.units, carry_out=level.carried_out, level=level.carried_out
    )


@adapter(EVENTS, may="period|aggregations?|agg|field")
def aggregated(case: Case) -> Any:
    """All aggregates by name; the one that inputs or topic name is the figure.

    "Unique count" is unique: the narrower word stands first.
    """
    measured, span = measurements(case), span_of(case)
    named = {
        "unique": unique_of(measured, span),
        "latest": latest_of(measured, span),
        "max": largest_of(measured, span),
        "count": count_of(measured, span),
        "sum": total_of(measured, span),
    }
    words = str(case.get("aggregations?|agg", case.topic)).lower()
    main = next((figure for name, figure in named.items() if name in words), named["sum"])
    once = count_of(measured, EVER)
    return Answer(
        main, **named, unique_count=named["unique"], total=named["sum"], units=main, accepted=once
    )


@adapter(
    "invoiced_units",
    "late_units",
    f"{TIERS}|unit(?:_cents)?",
    may=f"{TIERS}|unit(?:_cents)?|{MODEL}",
)
def late_usage(case: Case) -> Any:
    """The whole period is rated again; the difference is what the next invoice bills."""
    model = tiered(case) if case.get(TIERS) else PerUnit(price(case, "unit"))
    rated = _rated(Price(currency(case), model))
    counted = [case.inputs["invoiced_units"], case.inputs["late_units"]]
    first, again = price_of(rated, counted[0]), price_of(rated, sum(counted))
    correction = total([again, -first], first.currency)
    return Answer(
        correction,
        first=first,
        invoice=first,
        correction=correction,
        correction_line_next_invoice=correction,
        sum_equals_rerated=total([first, correction], first.currency),
    )


def _rated(price_: Price) -> RatedQuantity:
    return RatedQuantity(
        meter="case",
        unit="unit",
        counted=Decimal(0),
        meter_units_per_unit=1,
        price=price_,
        amount=Money(0, price_.currency),
    )
