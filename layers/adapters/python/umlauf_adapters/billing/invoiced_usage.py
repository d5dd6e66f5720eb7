"""What usage counted to be invoiced: day sums of registers, and what was told event by event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from umlauf.kernel.calendar import Period
from umlauf.usage.aggregation import Measurement
from umlauf.usage.usage_events import measured
from umlauf_adapters.usage.rollups import DynamoRollups
from umlauf_adapters.usage.usage_events import DynamoUsageEvents


class InvoicedUsage:
    """Implements umlauf.billing.ports.Rollups: what usage counted, less what wallets paid for."""

    def __init__(self) -> None:
        self._rollups = DynamoRollups()
        self._events = DynamoUsageEvents()

    def by_day(self, subscription_id: str, meter: str, period: Period) -> Mapping[date, int]:
        days = self._rollups.by_day(subscription_id, period)
        return {usage.day: usage.by_invoice.of(meter) for usage in days}

    def measured(
        self, subscription_id: str, meter: str, start: datetime, end: datetime
    ) -> Sequence[Measurement]:
        return measured(self._events.of_meter(subscription_id, meter, start, end))
