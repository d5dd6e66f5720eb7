"""Where usage lies.

A device's meter point and its readings have partitions of their own, readings in the order of their
positions; an owner's days form one partition in the order of dates, so a billing period is one
query. A usage event lies alone under its id, so that it is put once; the index has the events of a
contract's meter in the order of time.
"""

from datetime import UTC, date, datetime
from typing import Final

from umlauf.usage.model import (
    Correction,
    DayUsage,
    MeterPoint,
    PlacedReading,
    Position,
    RejectedReading,
)
from umlauf.usage.usage_events import UsageEvent
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("usage")


def meter_point_key(device_id: str) -> Key:
    return f"METER_POINT#{device_id}", "METER_POINT"


def readings_partition(device_id: str) -> str:
    return f"READINGS#{device_id}"


def anomalies_partition(device_id: str) -> str:
    return f"ANOMALIES#{device_id}"


def days_partition(owner_id: str) -> str:
    return f"DAYS#{owner_id}"


def usage_event_key(subscription_id: str, event_id: str) -> Key:
    return f"USAGE_EVENT#{subscription_id}#{event_id}", "USAGE_EVENT"


def metered_partition(subscription_id: str, meter: str) -> str:
    return f"METERED#{subscription_id}#{meter}"


def instant_key(instant: datetime) -> str:
    """Fixed width, so that text order is the order of time."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _metered_key(event: UsageEvent) -> Key:
    told = event.reported
    partition = metered_partition(told.subscription_id, told.meter)
    return partition, f"{instant_key(told.at)}#{told.event_id}"


def position_key(position: Position) -> str:
    """Fixed width, so that text order is the order of positions."""
    return f"{position.boot:010d}.{position.seq:010d}"


def day_key(owner_id: str, day: date) -> Key:
    return days_partition(owner_id), day.isoformat()


METER_POINTS: Final = Layout(MeterPoint, _TABLE, key=lambda point: meter_point_key(point.id))
READINGS: Final = Layout(
    PlacedReading,
    _TABLE,
    key=lambda placed: (
        readings_partition(placed.reading.device_id),
        position_key(placed.position),
    ),
)
CORRECTIONS: Final = Layout(
    Correction,
    _TABLE,
    key=lambda correction: (
        anomalies_partition(correction.device_id),
        f"CORRECTION#{position_key(correction.corrected)}#{position_key(correction.cause)}",
    ),
)
REJECTED: Final = Layout(
    RejectedReading,
    _TABLE,
    key=lambda rejected: (
        anomalies_partition(rejected.reading.device_id),
        f"REJECTED#{rejected.id}",
    ),
)
DAYS: Final = Layout(DayUsage, _TABLE, key=lambda usage: day_key(usage.owner_id, usage.day))
USAGE_EVENTS: Final = Layout(
    UsageEvent,
    _TABLE,
    key=lambda event: usage_event_key(event.reported.subscription_id, event.reported.event_id),
    gsi1=_metered_key,
)
