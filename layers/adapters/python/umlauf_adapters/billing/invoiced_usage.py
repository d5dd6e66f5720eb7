"""What usage counted to be invoiced, from the day sums of the usage context."""

from collections.abc import Mapping
from datetime import date

from umlauf.kernel.calendar import Period
from umlauf_adapters.usage.rollups import DynamoRollups


class InvoicedUsage:
    """Implements umlauf.billing.ports.Rollups: what usage counted, less what wallets paid for."""

    def __init__(self) -> None:
        self._rollups = DynamoRollups()

    def by_day(self, subscription_id: str, meter: str, period: Period) -> Mapping[date, int]:
        days = self._rollups.by_day(subscription_id, period)
        return {usage.day: usage.by_invoice.of(meter) for usage in days}
