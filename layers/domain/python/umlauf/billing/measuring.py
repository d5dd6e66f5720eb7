"""What the usage of a stretch comes to: the figure its price takes, and what is kept of it.

Registers come as one whole number. Events become what the price model asks for: a number, the
amounts of transactions in the order of time, use by level, or peaks by limit. Thousands of events
are not stored with a charge: a fingerprint tells whether they would be rated otherwise now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Final

from umlauf.catalog.meters import Aggregation
from umlauf.catalog.price_models.capacity import Capacity
from umlauf.catalog.price_models.graduated_percentage import GraduatedPercentage
from umlauf.catalog.price_models.intensity import Intensity
from umlauf.catalog.price_models.percentage import Percentage
from umlauf.catalog.price_models.quantities import Quantity
from umlauf.catalog.price_models.rating import PriceModel
from umlauf.usage.aggregation import Measurement, Span, aggregate, in_order

_KEPT: Final = Decimal(10) ** -12
"""Of a level's average; money is computed from the exact fraction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What was used. `quantity` is exact and what the price takes; `counted` is for people.

    `parts` are what it consists of by name, `transactions` how many amounts it adds up. Figures
    with the same `counted` and `fingerprint` cost the same.
    """

    quantity: Quantity
    counted: Decimal
    parts: tuple[tuple[str, Decimal], ...] = ()
    transactions: int | None = None
    fingerprint: str = ""


def figure_of_register(counted: int) -> Figure:
    """What a register counted: the number says it all."""
    return Figure(quantity=counted, counted=Decimal(counted))


def figure_of_events(
    measurements: Iterable[Measurement], aggregation: Aggregation, model: PriceModel, span: Span
) -> Figure:
    """What happened within the span, as the price model needs it.

    A level begins with all that changed it before the span. Below zero it is zero: what was taken
    away before it was there will be told yet.
    """
    told = list(measurements)
    match model:
        case Percentage() | GraduatedPercentage():
            return _of_transactions(in_order(told, span))
        case Intensity():
            return _of_levels(in_order(told, span))
        case Capacity():
            return _of_peaks(in_order(told, span))
        case _:
            before = (one.quantity for one in told if one.at < span.start)
            carried_in = sum(before, Decimal(0))
            return _of_number(max(aggregate(aggregation, told, span, carried_in), Fraction(0)))


def _of_number(exact: Fraction) -> Figure:
    counted = (Decimal(exact.numerator) / exact.denominator).quantize(_KEPT, ROUND_HALF_UP)
    return Figure(quantity=exact, counted=_plain(counted), fingerprint=_fingerprint([str(exact)]))


def _of_transactions(told: Sequence[Measurement]) -> Figure:
    amounts = tuple(_plain(one.quantity) for one in told)
    return Figure(
        quantity=amounts,
        counted=_plain(sum(amounts, Decimal(0))),
        transactions=len(amounts),
        fingerprint=_fingerprint(str(amount) for amount in amounts),
    )


def _of_levels(told: Sequence[Measurement]) -> Figure:
    used = {name: sum(of, Decimal(0)) for name, of in _by_name(told).items()}
    return _of_names(used, counted=sum(used.values(), Decimal(0)))


def _of_peaks(told: Sequence[Measurement]) -> Figure:
    """A capacity is one thing, whatever its peaks."""
    return _of_names({name: max(of) for name, of in _by_name(told).items()}, counted=Decimal(1))


def _of_names(quantities: Mapping[str, Decimal], *, counted: Decimal) -> Figure:
    parts = tuple((name, _plain(quantity)) for name, quantity in quantities.items())
    return Figure(
        quantity=quantities,
        counted=_plain(counted),
        parts=parts,
        fingerprint=_fingerprint(f"{name}={quantity}" for name, quantity in parts),
    )


def _by_name(told: Sequence[Measurement]) -> dict[str, list[Decimal]]:
    found: dict[str, list[Decimal]] = {name: [] for name in sorted({one.name for one in told})}
    for one in told:
        found[one.name].append(one.quantity)
    return found


def _plain(number: Decimal) -> Decimal:
    """The same number in one form: without exponent or needless zeros."""
    return number.normalize() + Decimal(0)


def _fingerprint(words: Iterable[str]) -> str:
    return sha256("|".join(words).encode()).hexdigest()
