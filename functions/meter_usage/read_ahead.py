"""What a batch of readings needs, read ahead: four calls for the batch, not four for each device.

Each meter point and day is given out once. A decision that lost a race, or another work of the
same device, reads the store again: what was read ahead saves calls and decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tenants import Tenants
from umlauf.catalog.ports import Plans
from umlauf.inventory.model import Asset
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.model import Subscription
from umlauf.usage.model import DayUsage, MeterPoint, Reading
from umlauf.usage.ports import MeterPoints, Rollups
from umlauf_adapters.inventory.assets import DynamoAssets
from umlauf_adapters.inventory.holders import DynamoHolders
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_adapters.usage.readings import DynamoMeterPoints
from umlauf_adapters.usage.rollups import DynamoRollups

DayKey = tuple[str, date]


@dataclass(frozen=True)
class ReadAhead:
    """The ports of one batch."""

    meter_points: MeterPoints
    rollups: Rollups
    tenants: Tenants


def read_ahead(readings: Sequence[Reading], plans: Plans) -> ReadAhead:
    points = DynamoMeterPoints().get_many({reading.device_id for reading in readings})
    assets = DynamoAssets().find_many({point.asset_id for point in points.values()})
    held_by = {asset.id: asset.holder.subscription_id for asset in assets.values() if asset.holder}
    subscriptions = DynamoSubscriptions().find_many(set(held_by.values()))
    days = {
        (tenant.id, local_date(reading.at, tenant.time_zone))
        for reading in readings
        if (point := points.get(reading.device_id))
        and (tenant := subscriptions.get(held_by.get(point.asset_id, "")))
    }
    found = DynamoRollups().get_many(days)
    holders = DynamoHolders(_AssetsAhead(assets))
    return ReadAhead(
        _MeterPointsAhead(points),
        _RollupsAhead({key: found.get(key) for key in days}),
        Tenants(holders, _SubscriptionsAhead(subscriptions).get, plans),
    )


class _MeterPointsAhead(DynamoMeterPoints):
    def __init__(self, ahead: dict[str, MeterPoint]) -> None:
        self._ahead = ahead

    def get(self, device_id: str) -> MeterPoint | None:
        return self._ahead.pop(device_id, None) or super().get(device_id)


class _RollupsAhead(DynamoRollups):
    def __init__(self, ahead: dict[DayKey, DayUsage | None]) -> None:
        self._ahead = ahead

    def get(self, owner_id: str, day: date) -> DayUsage | None:
        key = (owner_id, day)
        return self._ahead.pop(key) if key in self._ahead else super().get(owner_id, day)


class _AssetsAhead(DynamoAssets):
    """Kept for the whole batch: a hand-over from now on concerns later readings."""

    def __init__(self, ahead: Mapping[str, Asset]) -> None:
        self._ahead = ahead

    def find(self, asset_id: str) -> Asset | None:
        return self._ahead.get(asset_id) or super().find(asset_id)


class _SubscriptionsAhead(DynamoSubscriptions):
    """Kept for the whole batch: customer, currency, zone and plan are all that is asked for."""

    def __init__(self, ahead: dict[str, Subscription]) -> None:
        self._ahead = ahead

    def get(self, subscription_id: str) -> Subscription:
        if subscription_id not in self._ahead:
            self._ahead[subscription_id] = super().get(subscription_id)
        return self._ahead[subscription_id]
