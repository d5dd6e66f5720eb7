"""Which readings are believable at all, before anything is known about their device."""

from dataclasses import astuple
from datetime import datetime, timedelta
from typing import Final

from umlauf.kernel.calendar import require_aware
from umlauf.usage.errors import AbsurdReading, ReadingFromTheFuture, ReadingTooOld
from umlauf.usage.model import METERS, Reading

MAX_AHEAD: Final = timedelta(minutes=5)
"""How far a device's clock may run ahead of ours."""

MAX_AGE: Final = timedelta(days=90)
"""How long a device may keep a reading to itself; an unset clock says 1970."""

MAX_REGISTER: Final = 10**10
"""Three hundred years of seconds, or 250 times round the earth in metres."""

MAX_COUNTER: Final = 10**9
"""Restarts and messages of one device; a position must also fit its key."""


def admit_reading(reading: Reading, now: datetime) -> Reading:
    """Give a believable reading back.

    Raises AbsurdReading, ReadingFromTheFuture, ReadingTooOld, NaiveInstant.
    """
    if require_aware(reading.at) > now + MAX_AHEAD:
        raise ReadingFromTheFuture(
            f"{reading.at} lies more than {MAX_AHEAD} ahead; set the device's clock", field="at"
        )
    if reading.at < now - MAX_AGE:
        raise ReadingTooOld(
            f"{reading.at} lies more than {MAX_AGE.days} days back; set the device's clock, "
            "or let its next reading count what this one does",
            field="at",
        )
    for meter, figure in zip(METERS, astuple(reading.registers), strict=True):
        if not 0 <= figure <= MAX_REGISTER:
            raise AbsurdReading(f"{meter} must be 0 to {MAX_REGISTER}, not {figure}", field=meter)
    for name, count in (("boot", reading.position.boot), ("seq", reading.position.seq)):
        if not 0 <= count <= MAX_COUNTER:
            raise AbsurdReading(f"{name} must be 0 to {MAX_COUNTER}, not {count}", field=name)
    _require_ride_in_order(reading)
    return reading


def _require_ride_in_order(reading: Reading) -> None:
    ride = reading.ride
    if ride is None:
        return
    if require_aware(ride.ended_at) < require_aware(ride.started_at):
        raise AbsurdReading("a ride must end after it starts", field="ride.ended_at")
