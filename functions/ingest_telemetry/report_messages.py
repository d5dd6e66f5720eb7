"""The `device.report.v1` message as a report."""

from umlauf.fleet.model import Position
from umlauf.fleet.use_cases.record_report import CommandAnswer, DeviceReport
from umlauf_adapters.kernel.device_intake import DeviceMessage, Fields


def read_report(message: DeviceMessage) -> DeviceReport:
    """Raises UnreadableMessage, NaiveInstant."""
    fields = message.fields
    return DeviceReport(
        device_id=message.device_id,
        position=Position(fields.whole("boot"), fields.whole("seq")),
        at=fields.instant("at"),
        is_locked=fields.flag("is_locked") if fields.has("is_locked") else None,
        is_moving=fields.flag("is_moving") if fields.has("is_moving") else None,
        battery_percent=fields.whole("battery_percent") if fields.has("battery_percent") else None,
        answer=_read_answer(fields.part("command")) if fields.has("command") else None,
    )


def _read_answer(fields: Fields) -> CommandAnswer:
    """A command is done, or there is a reason why not."""
    failure = None if fields.flag("is_done") else fields.text("failure")
    return CommandAnswer(fields.text("id"), failure)
