"""Day sums in DynamoDB: a billing period is one query."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from umlauf.kernel.calendar import Period
from umlauf.usage.model import DayUsage, require_meter
from umlauf_adapters.kernel.faults import transient_faults
from umlauf_adapters.usage.layouts import DAYS, day_key, days_partition


class DynamoRollups:
    """Implements umlauf.usage.ports.Rollups."""

    def get(self, owner_id: str, day: date) -> DayUsage | None:
        return DAYS.get(*day_key(owner_id, day))

    def get_many(self, keys: Iterable[tuple[str, date]]) -> dict[tuple[str, date], DayUsage]:
        """Those that exist, by owner and day; one call for up to a hundred."""
        found = DAYS.get_many(day_key(owner_id, day) for owner_id, day in keys)
        return {(usage.owner_id, usage.day): usage for usage in found}

    def total(self, subscription_id: str, meter: str, period: Period) -> int:
        require_meter(meter)
        return sum(usage.by_invoice.of(meter) for usage in self.by_day(subscription_id, period))

    def by_day(self, subscription_id: str, period: Period) -> tuple[DayUsage, ...]:
        table = DAYS.table
        last = period.end - timedelta(days=1)
        with transient_faults():
            found = table.query(
                days_partition(subscription_id),
                range_key_condition=table.sk.between(period.start.isoformat(), last.isoformat()),
                consistent_read=True,
            )
            return tuple(DAYS.from_item(item) for item in found)

    def metered(self, subscription_id: str, meter: str) -> int:
        require_meter(meter)
        days = DAYS.all(days_partition(subscription_id))
        return sum(usage.in_all.of(meter) for usage in days)

    def scan(self) -> Iterator[DayUsage]:
        return DAYS.scan()
