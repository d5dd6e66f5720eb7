"""Usage events on the wire: told in batches, each answered by itself, and listed."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError

from umlauf.kernel.errors import UmlaufError
from umlauf.usage.errors import UnreadableEvent
from umlauf.usage.usage_events import Report, ReportedCorrection, ReportedEvent, UsageEvent
from umlauf.usage.use_cases.record_usage_events import EventOutcome, RecordedEvent
from umlauf_http.representations.running_contracts import RowProblemOut, remedy, row_problem
from umlauf_http.wire import Exact, Identifier, In, Instant, Out, PageOut

MOST_EVENTS: Final = 100

Quantity = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
"""An exact number as text, as in answers: "12.5"."""


class UsageEventIn(In):
    """`id` is the sender's: told again with the same content, the event changes nothing.

    `quantity` is the figure, an amount in minor units, or by how much a level changed. `subject` is
    who or what is counted once; `name` a level of intensity, or the limit that a peak is held
    against.
    """

    subscription_id: Identifier
    id: Identifier
    meter: Identifier
    at: Instant
    quantity: Quantity = "1"
    subject: Identifier | None = None
    name: Identifier | None = None

    def report(self) -> ReportedEvent:
        return ReportedEvent(
            subscription_id=self.subscription_id,
            event_id=self.id,
            meter=self.meter,
            at=self.at,
            quantity=Decimal(self.quantity),
            subject=self.subject or "",
            name=self.name or "",
        )


class UsageCorrectionIn(In):
    """`corrects` is the id of the event that counts no more; the correction has one of its own."""

    subscription_id: Identifier
    id: Identifier
    corrects: Identifier

    def report(self) -> ReportedCorrection:
        return ReportedCorrection(
            subscription_id=self.subscription_id, event_id=self.id, corrects=self.corrects
        )


AnyEventIn = Annotated[
    UsageEventIn | UsageCorrectionIn | dict[str, Any], Field(union_mode="left_to_right")
]
"""What cannot be read is taken as it is: it is refused for itself, and stops no other."""


class UsageEventsIn(In):
    """Each event stands for itself, in the order in which they are told."""

    events: list[AnyEventIn] = Field(min_length=1, max_length=MOST_EVENTS)

    def read(self) -> list[tuple[str, Report | UmlaufError]]:
        """The id of each, and the report or why it cannot be read."""
        return [_read(one) for one in self.events]


def _read(told: AnyEventIn) -> tuple[str, Report | UmlaufError]:
    if not isinstance(told, dict):
        return told.id, told.report()
    event_id = str(told.get("id", ""))
    shape = UsageCorrectionIn if "corrects" in told else UsageEventIn
    try:
        return event_id, shape.model_validate_json(json.dumps(told)).report()
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        return event_id, UnreadableEvent(remedy("event", first), field=field or None)


class RecordedEventOut(Out):
    """`outcome` is recorded, duplicate (the very same was recorded before) or refused."""

    id: str
    outcome: str
    problem: RowProblemOut | None

    @classmethod
    def of(cls, event_id: str, found: RecordedEvent) -> "RecordedEventOut":
        return cls(id=event_id, outcome=found.outcome.value, problem=row_problem(found.refusal))


class RecordedEventsOut(Out):
    """One for each event, in their order. What is refused can be sent again once it is right."""

    events: list[RecordedEventOut]


def refused(refusal: UmlaufError) -> RecordedEvent:
    return RecordedEvent(EventOutcome.REFUSED, refusal=refusal)


class UsageEventOut(Out):
    """`day` is the local day of the subscription. A correction counts nothing itself."""

    subscription_id: str
    id: str
    meter: str
    at: datetime
    day: date
    quantity: Exact
    subject: str | None
    name: str | None
    corrects: str | None
    recorded_at: datetime

    @classmethod
    def of(cls, event: UsageEvent) -> "UsageEventOut":
        told = event.reported
        return cls(
            subscription_id=told.subscription_id,
            id=told.event_id,
            meter=told.meter,
            at=told.at,
            day=event.day,
            quantity=told.quantity,
            subject=told.subject or None,
            name=told.name or None,
            corrects=told.corrects,
            recorded_at=event.recorded_at,
        )


class ListedEventsOut(PageOut[UsageEventOut]):
    """Usage events of one meter, the latest first."""
