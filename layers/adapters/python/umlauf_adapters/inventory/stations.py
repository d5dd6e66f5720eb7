"""Stations in DynamoDB."""

from umlauf.inventory.errors import UnknownStation
from umlauf.inventory.model import Station
from umlauf.kernel.work import Page
from umlauf_adapters.inventory.layouts import STATIONS, STATIONS_PARTITION, station_partition


class DynamoStations:
    """Implements umlauf.inventory.ports.Stations."""

    def get(self, station_id: str) -> Station:
        station = self.find(station_id)
        if station is None:
            raise UnknownStation(
                f"there is no station {station_id!r}; list stations to find its id",
                field="station_id",
            )
        return station

    def find(self, station_id: str) -> Station | None:
        return STATIONS.get(STATIONS_PARTITION, station_partition(station_id))

    def list_all(self, *, limit: int = 50, cursor: str | None = None) -> Page[Station]:
        return STATIONS.page(STATIONS_PARTITION, limit=limit, cursor=cursor)
