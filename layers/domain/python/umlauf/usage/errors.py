"""Why a reading, or a question about usage, is refused."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound


class UnknownDevice(NotFound):
    code = "usage.unknown_device"


class UnknownMeter(InvalidInput):
    code = "usage.unknown_meter"


class AbsurdReading(InvalidInput):
    """A figure no device of ours can reach in its life, or one below zero."""

    code = "usage.absurd_reading"


class ReadingFromTheFuture(InvalidInput):
    code = "usage.reading_from_the_future"


class ReadingTooOld(InvalidInput):
    code = "usage.reading_too_old"


class MeterMountedElsewhere(Conflict):
    code = "usage.meter_mounted_elsewhere"
