"""How the events of a meter become one quantity.

Sum, count, largest, latest, unique, or a level weighted by time.

All exact, and none minds the order in which events came: what counts is when they happened. A
repeated id is the same event; it counts once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from umlauf.catalog.meters import Aggregation
from umlauf.kernel.calendar import require_aware
from umlauf.kernel.errors import InvalidInput

_SECOND: Final = timedelta(seconds=1)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One usage event: what was measured when.

    `subject` is what UNIQUE counts (a user, a device). `quantity` is the figure itself, or for a
    level (seats, gigabytes stored) by how much it changed. `name` tells levels of intensity, and
    peaks that have limits of their own, apart.
    """

    id: str
    at: datetime
    quantity: Decimal = Decimal(1)
    subject: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        require_aware(self.at)
        if not self.quantity.is_finite():
            raise InvalidInput(f"{self.id} measures {self.quantity}", field="quantity")


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open `[start, end)` between two instants."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if require_aware(self.end) <= require_aware(self.start):
            raise InvalidInput(f"a span must end after it starts: {self}", field="end")

    @property
    def seconds(self) -> Fraction:
        return _seconds(self.end - self.start)

    def share_after(self, instant: datetime) -> Fraction:
        """Which part of the span lies at or after `instant`."""
        return _seconds(self.end - max(instant, self.start)) / self.seconds


@dataclass(frozen=True, slots=True)
class WeightedLevel:
    """A level averaged over a span, and the level it ends with, which the next span carries on."""

    units: Fraction
    carried_out: Decimal


def aggregate(
    aggregation: Aggregation,
    measurements: Iterable[Measurement],
    span: Span,
    carried_in: Decimal = Decimal(0),
) -> Fraction:
    """The quantity a plan's item asks for. Only a level carries anything in from before."""
    match aggregation:
        case Aggregation.SUM:
            return Fraction(total_of(measurements, span))
        case Aggregation.COUNT:
            return Fraction(count_of(measurements, span))
        case Aggregation.MAX:
            return Fraction(largest_of(measurements, span))
        case Aggregation.LATEST:
            return Fraction(latest_of(measurements, span))
        case Aggregation.UNIQUE:
            return Fraction(unique_of(measurements, span))
        case Aggregation.TIME_WEIGHTED_SUM:
            return time_weighted(measurements, span, carried_in).units


def total_of(measurements: Iterable[Measurement], span: Span) -> Decimal:
    return sum((one.quantity for one in in_order(measurements, span)), Decimal(0))


def count_of(measurements: Iterable[Measurement], span: Span) -> int:
    return len(in_order(measurements, span))


def largest_of(measurements: Iterable[Measurement], span: Span) -> Decimal:
    """The highest figure; nothing measured is zero."""
    return max((one.quantity for one in in_order(measurements, span)), default=Decimal(0))


def latest_of(measurements: Iterable[Measurement], span: Span) -> Decimal:
    """The figure that happened last, not the one that came last; nothing measured is zero."""
    measured = in_order(measurements, span)
    return measured[-1].quantity if measured else Decimal(0)


def unique_of(measurements: Iterable[Measurement], span: Span) -> int:
    return len({one.subject for one in in_order(measurements, span)})


def time_weighted(
    changes: Iterable[Measurement], span: Span, carried_in: Decimal = Decimal(0)
) -> WeightedLevel:
    """A level that began at `carried_in`, each change weighted by the part of the span it lasted.

    A reduction takes away only what was left of its own part.
    """
    changed = in_order(changes, span)
    units = Fraction(carried_in)
    for change in changed:
        units += Fraction(change.quantity) * span.share_after(change.at)
    return WeightedLevel(units, carried_in + sum((one.quantity for one in changed), Decimal(0)))


def in_order(measurements: Iterable[Measurement], span: Span) -> Sequence[Measurement]:
    """What happened in the span, each event once, in the order in which it happened."""
    once = {one.id: one for one in measurements if span.start <= one.at < span.end}
    return sorted(once.values(), key=lambda one: (one.at, one.id))


def _seconds(length: timedelta) -> Fraction:
    return Fraction(length // _MICROSECOND, _SECOND // _MICROSECOND)
