"""What usage needs from outside, and what it answers to billing."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from umlauf.kernel.calendar import Period
from umlauf.usage.model import (
    DayUsage,
    Holder,
    MeterPoint,
    PlacedReading,
    Position,
    Reading,
    RejectedReading,
)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The stored readings around a position; `at_or_before` may be the reading itself."""

    at_or_before: Reading | None
    after: PlacedReading | None


class MeterPoints(Protocol):
    def get(self, device_id: str) -> MeterPoint | None: ...


class Readings(Protocol):
    def around(self, device_id: str, position: Position) -> Neighbours: ...

    def rejected(self, rejection_id: str, device_id: str) -> RejectedReading | None: ...


class Rollups(Protocol):
    """Sums per owner and local day, in whole units (seconds, metres, rides)."""

    def get(self, owner_id: str, day: date) -> DayUsage | None: ...

    def total(self, subscription_id: str, meter: str, period: Period) -> int:
        """What is to be invoiced for the half-open period; prepaid usage is not part of it."""

    def by_day(self, subscription_id: str, period: Period) -> tuple[DayUsage, ...]:
        """The days with usage, in order."""

    def metered(self, subscription_id: str, meter: str) -> int:
        """All that was ever measured, however it is charged: rated + open must equal it."""


class Holders(Protocol):
    def holder_at(self, asset_id: str, instant: datetime) -> Holder | None:
        """Who held the asset then; a hand-over's own instant belongs to the new holder."""
