"""The `device.reading.v1` message as a reading."""

from umlauf.usage.model import METERS, Position, Reading, Registers, Ride
from umlauf_adapters.kernel.device_intake import DeviceMessage, Fields


def read_reading(message: DeviceMessage) -> Reading:
    """Raises UnreadableMessage, NaiveInstant."""
    fields = message.fields
    registers = fields.part("registers")
    return Reading(
        message.device_id,
        Position(fields.whole("boot"), fields.whole("seq")),
        fields.instant("at"),
        Registers(**{meter: registers.whole(meter) for meter in METERS}),
        _read_ride(fields.part("ride")) if fields.has("ride") else None,
    )


def _read_ride(fields: Fields) -> Ride:
    return Ride(
        fields.instant("started_at"),
        fields.instant("ended_at"),
        fields.text("start_station") if fields.has("start_station") else None,
        fields.text("end_station") if fields.has("end_station") else None,
    )
