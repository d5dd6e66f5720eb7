"""Which meters there are: the registers that devices count, and meters of events.

A register is a sum by its nature: usage keeps it per day. Every other name is a meter of events,
each told by itself with an id of its own, and can become a quantity in other ways too.
"""

from typing import Final

REGISTERS: Final = ("ride_seconds", "metres", "rides")


def counts_events(meter: str) -> bool:
    """Whether a meter's usage is told event by event, not read off a device."""
    return meter not in REGISTERS
