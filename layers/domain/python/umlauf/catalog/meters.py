"""What can be counted of use, and how it becomes one quantity.

A register is a sum by its nature: devices count it, and usage keeps it per day. Every other name is
a meter of events, each told by itself with an id of its own, which can be aggregated in other ways.
"""

from enum import StrEnum
from typing import Final

REGISTERS: Final = ("ride_seconds", "metres", "rides")


class Aggregation(StrEnum):
    """How a meter's use becomes one quantity; the usage context computes it."""

    SUM = "sum"
    COUNT = "count"
    MAX = "max"
    UNIQUE = "unique"
    LATEST = "latest"
    TIME_WEIGHTED_SUM = "time_weighted_sum"


def counts_events(meter: str) -> bool:
    """Whether a meter's use is told event by event, not read off a device."""
    return meter not in REGISTERS
