"""Usage events: what is told one by one, each under an id that its sender chose.

A stored event is never edited. What was told wrongly is cancelled by a correction, an event of its
own that stands at the same instant as the one it takes back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Final

from umlauf.usage.aggregation import Measurement

_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """One event as its sender tells it. The same id with the same content is the same event.

    `quantity` is the figure, an amount in minor units, or by how much a level changed. `subject` is
    who or what is counted once; `name` the level of intensity, or which limit a peak is held
    against. `corrects` names the event that this one cancels.
    """

    subscription_id: str
    event_id: str
    meter: str
    at: datetime
    quantity: Decimal = _ONE
    subject: str = ""
    name: str = ""
    corrects: str | None = None

    @property
    def id(self) -> str:
        return usage_event_id(self.subscription_id, self.event_id)

    def differences_to(self, other: "ReportedEvent") -> tuple[str, ...]:
        """The fields in which two events that have the same id do not say the same."""
        return tuple(
            field.name
            for field in fields(self)
            if getattr(self, field.name) != getattr(other, field.name)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCorrection:
    """That an event was told wrongly: it counts no more."""

    subscription_id: str
    event_id: str
    corrects: str

    def of(self, original: ReportedEvent) -> ReportedEvent:
        """The event that cancels the original, at its instant and with its content."""
        return replace(original, event_id=self.event_id, corrects=self.corrects)


Report = ReportedEvent | ReportedCorrection


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageEvent:
    """A recorded event, on the local day of its contract. Put once."""

    KIND: ClassVar[str] = "usage_event"

    reported: ReportedEvent
    day: date
    recorded_at: datetime
    version: int = 0

    @property
    def id(self) -> str:
        return self.reported.id

    @property
    def measurement(self) -> Measurement:
        told = self.reported
        return Measurement(
            id=told.event_id,
            at=told.at,
            quantity=told.quantity,
            subject=told.subject,
            name=told.name,
        )


def usage_event_id(subscription_id: str, event_id: str) -> str:
    return f"{subscription_id}:{event_id}"


def measured(events: Iterable[UsageEvent]) -> tuple[Measurement, ...]:
    """What counts of one meter's events: all but the corrections and what they cancel."""
    told = list(events)
    cancelled = {one.reported.corrects for one in told if one.reported.corrects is not None}
    return tuple(
        one.measurement
        for one in told
        if one.reported.corrects is None and one.reported.event_id not in cancelled
    )
