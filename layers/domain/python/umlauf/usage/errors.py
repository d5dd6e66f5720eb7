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


class UnknownContract(NotFound):
    code = "usage.unknown_subscription"


class UnknownUsageEvent(NotFound):
    code = "usage.unknown_event"


class EventNotMetered(InvalidInput):
    """The plan makes nothing of such an event: `field` says of what in it."""

    code = "usage.event_not_metered"


class AbsurdEvent(InvalidInput):
    code = "usage.absurd_event"


class EventFromTheFuture(InvalidInput):
    code = "usage.event_from_the_future"


class EventTooOld(InvalidInput):
    code = "usage.event_too_old"


class EventIdTaken(Conflict):
    """Another event has this id: `field` is the first in which they differ."""

    code = "usage.event_id_taken"


class EventCorrectedAlready(Conflict):
    code = "usage.event_corrected_already"


class ContractSettled(Conflict):
    """The contract is over, and billed for the last time."""

    code = "usage.contract_settled"


class TooManyUsageEvents(Conflict):
    """More than one bill can read at once."""

    code = "usage.too_many_events"


class UnreadableEvent(InvalidInput):
    """What was told is no usage event at all."""

    code = "usage.unreadable_event"
