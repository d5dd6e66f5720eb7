"""Which reports are believable at all, before anything is known about their device."""

from datetime import datetime, timedelta
from typing import Final

from umlauf.fleet.errors import BadReport
from umlauf.fleet.use_cases.record_report import DeviceReport
from umlauf.kernel.calendar import require_aware

MAX_AHEAD: Final = timedelta(minutes=5)
MAX_COUNTER: Final = 10**9
_FULL: Final = 100


def admit_report(report: DeviceReport, now: datetime) -> DeviceReport:
    """Give a believable report back. Raises BadReport, NaiveInstant."""
    if require_aware(report.at) > now + MAX_AHEAD:
        raise BadReport(f"{report.at} lies more than {MAX_AHEAD} ahead; set the clock", field="at")
    for name, count in (("boot", report.position.boot), ("seq", report.position.seq)):
        if not 0 <= count <= MAX_COUNTER:
            raise BadReport(f"{name} must be 0 to {MAX_COUNTER}, not {count}", field=name)
    battery = report.battery_percent
    if battery is not None and not 0 <= battery <= _FULL:
        raise BadReport(f"battery_percent must be 0 to {_FULL}", field="battery_percent")
    return report
