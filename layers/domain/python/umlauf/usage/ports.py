"""What usage needs from outside, and what it answers to billing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from umlauf.kernel.calendar import Period
from umlauf.kernel.work import Page
from umlauf.usage.model import (
    DayUsage,
    Holder,
    MeterPoint,
    PlacedReading,
    Position,
    Reading,
    RejectedReading,
)
from umlauf.usage.usage_events import UsageEvent


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


@dataclass(frozen=True, slots=True)
class EventMeter:
    """What a plan makes of a meter's events.

    With `names` an event must have one of them; with `needs_subject` it must say who is counted.
    Only a level may go down: elsewhere what was told wrongly is corrected.
    """

    meter: str
    names: tuple[str, ...] = ()
    needs_subject: bool = False
    is_level: bool = False


@dataclass(frozen=True, slots=True)
class MeteredContract:
    """What events must know of a contract: its days, and what it meters on one of them.

    `runs_until` is the first day it does not run any more; `is_settled` that no bill is to come;
    `last_bill_at` when that one is made, once it is known.
    """

    time_zone: str
    starts_on: date | None
    runs_until: date | None
    is_settled: bool
    meters: tuple[EventMeter, ...]
    last_bill_at: datetime | None = None


class MeteredContracts(Protocol):
    def on(self, subscription_id: str, instant: datetime) -> MeteredContract | None:
        """The contract with the meters of events that are agreed at an instant."""


class UsageEvents(Protocol):
    """What was told event by event. A list may lag behind by a moment."""

    def get(self, subscription_id: str, event_id: str) -> UsageEvent | None:
        """Read consistently."""

    def of_meter(
        self,
        subscription_id: str,
        meter: str,
        start: datetime,
        end: datetime,
    ) -> Sequence[UsageEvent]:
        """All that happened in the half-open time, in its order. Raises TooManyUsageEvents."""

    def page_of_meter(
        self,
        subscription_id: str,
        meter: str,
        *,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[UsageEvent]:
        """The latest first."""
