"""Where a reading belongs among its neighbours, and what that changes.

Usage is the difference to the reading before. A reading that comes late splits the difference its
neighbours had: it takes its part, and the one after it is corrected by exactly what was taken. So
the sum over all readings depends on which readings there are, never on the order in which, or how
often, they came.
"""

from dataclasses import dataclass

from umlauf.usage.model import NOTHING, Reading, Registers, RejectionReason


@dataclass(frozen=True, slots=True)
class Placement:
    """What a reading measures, and what its coming changes for the one after it."""

    used: Registers
    is_reset: bool
    correction: Registers = NOTHING
    reveals_reset: bool = False
    """Only now it shows that the registers began anew before the following reading."""


def place_reading(
    reading: Reading, previous: Reading | None, following: Reading | None, baseline: Registers
) -> Placement | RejectionReason:
    """Measure a new reading between its neighbours; `baseline` stands before the first."""
    if _runs_backwards(previous, reading) or _runs_backwards(reading, following):
        return RejectionReason.REGISTER_BACKWARDS

    used, is_reset = measure(previous, reading, baseline)
    if following is None:
        return Placement(used, is_reset)
    before, was_reset = measure(previous, following, baseline)
    after, is_now_reset = measure(reading, following, baseline)
    return Placement(used, is_reset, after - before, is_now_reset and not was_reset)


def measure(
    previous: Reading | None, reading: Reading, baseline: Registers
) -> tuple[Registers, bool]:
    """The usage since `previous`, and whether the registers began anew in between.

    They did when any of them stands lower than before: then all count from zero.
    """
    start = previous.registers if previous else baseline
    if reading.registers.is_behind(start):
        return reading.registers, True
    return reading.registers - start, False


def _runs_backwards(earlier: Reading | None, later: Reading | None) -> bool:
    """Within one boot registers only grow; across boots a fall is a reset."""
    if earlier is None or later is None or earlier.position.boot != later.position.boot:
        return False
    return later.registers.is_behind(earlier.registers)
