"""Record what one device reported.

Each reading counts once, whatever comes twice, late or out of order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from umlauf.kernel.calendar import local_date
from umlauf.kernel.events import Event
from umlauf.kernel.work import Work
from umlauf.usage.errors import UnknownDevice
from umlauf.usage.events import ReadingRejected, RegisterReset, Unattributed
from umlauf.usage.model import (
    Bucket,
    ChargedBy,
    Correction,
    DayUsage,
    MeterPoint,
    PlacedReading,
    Position,
    Reading,
    Registers,
    RejectedReading,
    RejectionReason,
)
from umlauf.usage.placement import Placement, place_reading
from umlauf.usage.ports import Holders, MeterPoints, Neighbours, Readings, Rollups

MAX_READINGS: Final = 8
"""Per work. Eight late ones, each with correction, days, events and session, fit a transaction."""

_NOBODYS_ZONE: Final = "UTC"


@dataclass(frozen=True, slots=True)
class Allotment:
    """A part of usage and where it is counted now. Corrections are allotments too."""

    bucket: Bucket
    used: Registers
    at: datetime
    """When it was used: the instant of the reading that measures it."""

    ends_ride: bool
    """Whether a ride ended with it. A correction ends none."""

    source_id: str
    """The reading or correction it stands on."""


@dataclass
class Recorded:
    """What became of the readings. `allotments` come in the order in which usage was counted."""

    placed: list[PlacedReading] = field(default_factory=list)
    duplicates: list[Reading] = field(default_factory=list)
    rejected: list[RejectedReading] = field(default_factory=list)
    allotments: list[Allotment] = field(default_factory=list)


def record_readings(
    readings: Sequence[Reading],
    *,
    work: Work,
    meter_points: MeterPoints,
    history: Readings,
    rollups: Rollups,
    holders: Holders,
) -> Recorded:
    """Place up to MAX_READINGS admitted readings of ONE device.

    A reading that is stored already changes nothing. One that contradicts the stored ones is kept
    as rejected, with an event. Raises UnknownDevice.
    """
    device_id = _one_device(readings)
    point = meter_points.get(device_id)
    if point is None:
        raise UnknownDevice(f"no meter is mounted for {device_id}", field="device_id")
    recording = _Recording(point, work, history, rollups, holders)
    for reading in sorted(readings, key=lambda one: one.position):
        recording.record(reading)
    return recording.finish()


def _one_device(readings: Sequence[Reading]) -> str:
    devices = {reading.device_id for reading in readings}
    if len(devices) != 1 or len(readings) > MAX_READINGS:
        raise ValueError(f"one work takes 1 to {MAX_READINGS} readings of one device: {devices}")
    return devices.pop()


class _Recording:
    """One work in the making: what is stored, overlaid with what this work adds.

    Readings come in the order of their positions, so a reading placed before is never after.
    """

    def __init__(
        self,
        point: MeterPoint,
        work: Work,
        history: Readings,
        rollups: Rollups,
        holders: Holders,
    ) -> None:
        self._point = point
        self._work = work
        self._history = history
        self._rollups = rollups
        self._holders = holders
        self._days: dict[tuple[str, date], DayUsage] = {}
        self._result = Recorded()

    def record(self, reading: Reading) -> None:
        around = self._around(reading.position)
        previous = around.at_or_before
        if previous is not None and previous.position == reading.position:
            if previous == reading:
                self._result.duplicates.append(reading)
            else:
                self._reject(reading, RejectionReason.POSITION_TAKEN)
            return
        placement = place_reading(
            reading,
            previous,
            around.after.reading if around.after else None,
            self._point.baseline,
        )
        if isinstance(placement, RejectionReason):
            self._reject(reading, placement)
            return
        self._place(reading, placement)
        if around.after is not None and placement.correction:
            self._correct(around.after, reading, placement)

    def finish(self) -> Recorded:
        if self._result.placed:
            placed = self._result.placed
            latest = placed[-1].reading
            if self._point.latest is not None and self._point.latest.position > latest.position:
                latest = self._point.latest
            count = self._point.reading_count + len(placed)
            self._work.put(replace(self._point, latest=latest, reading_count=count))
        for day in self._days.values():
            self._work.put(day)
        return self._result

    def _around(self, position: Position) -> Neighbours:
        """The neighbours in store and in this work; after the latest no query is needed."""
        latest = self._point.latest
        if latest is None or latest.position < position:
            stored = Neighbours(latest, None)
        else:
            stored = self._history.around(self._point.id, position)
        if not self._result.placed:
            return stored
        added, before = self._result.placed[-1].reading, stored.at_or_before
        if before is not None and before.position > added.position:
            return stored
        return Neighbours(added, stored.after)

    def _place(self, reading: Reading, placement: Placement) -> None:
        bucket = self._bucket_at(reading.at)
        placed = PlacedReading(reading, bucket, placement.used, placement.is_reset)
        events: list[Event] = []
        if placement.is_reset:
            events.append(self._reset_event(reading, placement.used))
        if bucket.charged_by is ChargedBy.NOBODY and placement.used:
            events.append(Unattributed(*self._where(reading), at=reading.at, used=placement.used))
        self._work.put(placed, *events)
        self._result.placed.append(placed)
        self._allot(
            Allotment(bucket, placement.used, reading.at, reading.ride is not None, placed.id)
        )

    def _correct(self, following: PlacedReading, cause: Reading, placement: Placement) -> None:
        correction = Correction(
            self._point.id,
            following.position,
            cause.position,
            following.bucket,
            placement.correction,
            self._work.now,
        )
        events: list[Event] = []
        if placement.reveals_reset:
            events.append(self._reset_event(following.reading, following.reading.registers))
        self._work.put(correction, *events)
        self._allot(
            Allotment(
                following.bucket,
                placement.correction,
                following.reading.at,
                ends_ride=False,
                source_id=correction.id,
            )
        )

    def _allot(self, allotment: Allotment) -> None:
        if not allotment.used and not allotment.ends_ride:
            return
        bucket = allotment.bucket
        key = (bucket.owner_id, bucket.day)
        if allotment.used:
            day = self._days.get(key) or self._rollups.get(*key) or DayUsage(*key)
            self._days[key] = day.add(bucket.charged_by, allotment.used)
        self._result.allotments.append(allotment)

    def _reject(self, reading: Reading, reason: RejectionReason) -> None:
        rejected = RejectedReading(self._point.asset_id, reading, reason, self._work.now)
        is_known = rejected.id in {earlier.id for earlier in self._result.rejected}
        self._result.rejected.append(rejected)
        if not is_known and self._history.rejected(rejected.id, self._point.id) is None:
            self._work.put(rejected, ReadingRejected(*self._where(reading), reason=reason))

    def _bucket_at(self, instant: datetime) -> Bucket:
        holder = self._holders.holder_at(self._point.asset_id, instant)
        if holder is None:
            day = local_date(instant, _NOBODYS_ZONE)
            return Bucket(self._point.asset_id, day, ChargedBy.NOBODY)
        return Bucket(
            holder.subscription_id, local_date(instant, holder.time_zone), holder.charged_by
        )

    def _reset_event(self, reading: Reading, counted: Registers) -> RegisterReset:
        return RegisterReset(*self._where(reading), counted=counted)

    def _where(self, reading: Reading) -> tuple[str, str, int, int]:
        position = reading.position
        return (reading.device_id, self._point.asset_id, position.boot, position.seq)
