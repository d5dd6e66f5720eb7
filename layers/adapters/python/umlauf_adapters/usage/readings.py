"""Meter points and readings in DynamoDB."""

from collections.abc import Iterable, Iterator

from umlauf.usage.model import Correction, MeterPoint, PlacedReading, Position, RejectedReading
from umlauf.usage.ports import Neighbours
from umlauf_adapters.kernel.faults import transient_faults
from umlauf_adapters.usage.layouts import (
    CORRECTIONS,
    METER_POINTS,
    READINGS,
    REJECTED,
    anomalies_partition,
    meter_point_key,
    position_key,
    readings_partition,
)


class DynamoMeterPoints:
    """Implements umlauf.usage.ports.MeterPoints."""

    def get(self, device_id: str) -> MeterPoint | None:
        return METER_POINTS.get(*meter_point_key(device_id))

    def get_many(self, device_ids: Iterable[str]) -> dict[str, MeterPoint]:
        """Those that exist, by device; one call for up to a hundred."""
        found = METER_POINTS.get_many(meter_point_key(device_id) for device_id in device_ids)
        return {point.id: point for point in found}

    def scan(self) -> Iterator[MeterPoint]:
        return METER_POINTS.scan()


class DynamoReadings:
    """Implements umlauf.usage.ports.Readings."""

    def around(self, device_id: str, position: Position) -> Neighbours:
        """Two queries of one item each."""
        before = READINGS.page(
            readings_partition(device_id),
            up_to=position_key(position),
            newest_first=True,
            limit=1,
        ).items
        return Neighbours(before[0].reading if before else None, self._after(device_id, position))

    def rejected(self, rejection_id: str, device_id: str) -> RejectedReading | None:
        return REJECTED.get(anomalies_partition(device_id), f"REJECTED#{rejection_id}")

    def of_device(self, device_id: str) -> Iterator[PlacedReading]:
        """In the order of their positions."""
        return READINGS.all(readings_partition(device_id))

    def corrections_of(self, device_id: str) -> Iterator[Correction]:
        return CORRECTIONS.all(anomalies_partition(device_id), prefix="CORRECTION#")

    def scan(self) -> Iterator[PlacedReading]:
        return READINGS.scan()

    @staticmethod
    def _after(device_id: str, position: Position) -> PlacedReading | None:
        table = READINGS.table
        with transient_faults():
            found = table.query(
                readings_partition(device_id),
                range_key_condition=table.sk > position_key(position),
                limit=1,
                page_size=1,
                consistent_read=True,
            )
            return next((READINGS.from_item(item) for item in found), None)
