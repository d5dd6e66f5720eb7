"""Record usage events, each on its own: whatever becomes of one stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import Transient, UmlaufError
from umlauf.kernel.identifiers import require_identifier
from umlauf.kernel.work import AlreadyClaimed, Claim, Work, Works, carry_out
from umlauf.usage.errors import (
    EventCorrectedAlready,
    EventIdTaken,
    UnknownContract,
    UnknownUsageEvent,
)
from umlauf.usage.event_admission import admit_event
from umlauf.usage.ports import MeteredContracts, UsageEvents
from umlauf.usage.usage_events import Report, ReportedEvent, UsageEvent


class EventOutcome(StrEnum):
    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    """The very same was recorded before: nothing changes."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """What became of one report. A refusal names the field and the remedy."""

    outcome: EventOutcome
    event: UsageEvent | None = None
    refusal: UmlaufError | None = None


def record_usage_events(
    reports: Sequence[Report],
    *,
    works: Works,
    now: datetime,
    events: UsageEvents,
    contracts: MeteredContracts,
) -> list[RecordedEvent]:
    """Record what is new, in the order in which it is told.

    Raises Transient, and nothing else: then all may be sent again, for what was recorded by then
    will be a duplicate.
    """
    recording = _Recording(works, now, events, contracts)
    return [recording.outcome_of(report) for report in reports]


@dataclass(frozen=True, slots=True)
class _Recording:
    """Each report is decided by itself, and anew when somebody else was faster."""

    works: Works
    now: datetime
    events: UsageEvents
    contracts: MeteredContracts

    def outcome_of(self, report: Report) -> RecordedEvent:
        try:
            return self._carried_out(report)
        except Transient:
            raise
        except UmlaufError as refusal:
            return RecordedEvent(EventOutcome.REFUSED, refusal=refusal)

    def _carried_out(self, report: Report) -> RecordedEvent:
        try:
            return carry_out(
                lambda work: self._record(report, work), works=self.works, now=self.now
            )
        except AlreadyClaimed as error:
            if error.claim.fingerprint != report.event_id:
                raise EventCorrectedAlready(
                    f"event {error.claim.fingerprint} cancels it already", field="corrects"
                ) from error
        # The very same correction was told twice at once; the other one is recorded by now.
        return carry_out(lambda work: self._record(report, work), works=self.works, now=self.now)

    def _record(self, report: Report, work: Work) -> RecordedEvent:
        require_identifier(report.event_id, "id")
        event = self._resolved(report)
        known = self.events.get(event.subscription_id, event.event_id)
        if known is not None:
            _require_same(event, known.reported)
            return RecordedEvent(EventOutcome.DUPLICATE, known)
        contract = self.contracts.on(event.subscription_id, event.at)
        if contract is None:
            raise UnknownContract(
                f"there is no subscription {event.subscription_id!r}; list them to find its id",
                field="subscription_id",
            )
        admit_event(event, contract, work.now)
        day = local_date(event.at, contract.time_zone)
        recorded = UsageEvent(reported=event, day=day, recorded_at=work.now)
        work.put(recorded)
        if event.corrects is not None:
            # One event is cancelled once, whichever of two corrections comes first.
            key = f"USAGE_EVENT_CORRECTED#{event.subscription_id}#{event.corrects}"
            work.claim(Claim(key, fingerprint=event.event_id))
        return RecordedEvent(EventOutcome.RECORDED, recorded)

    def _resolved(self, report: Report) -> ReportedEvent:
        """The event itself, or the one that cancels what a correction names."""
        if isinstance(report, ReportedEvent):
            return report
        original = self.events.get(report.subscription_id, report.corrects)
        if original is None:
            raise UnknownUsageEvent(
                f"there is no event {report.corrects!r} to correct: send it first, or not at all",
                field="corrects",
            )
        if original.reported.corrects is not None:
            raise UnknownUsageEvent(
                f"{report.corrects!r} is a correction itself: tell what happened under a new id",
                field="corrects",
            )
        return report.of(original.reported)


def _require_same(event: ReportedEvent, known: ReportedEvent) -> None:
    differences = event.differences_to(known)
    if differences:
        raise EventIdTaken(
            f"event {event.event_id} was told with another {', '.join(differences)}: give what is "
            "new an id of its own, or correct the earlier one",
            field=differences[0],
        )
