"""Take a station on record."""

from umlauf.inventory.errors import BadStation
from umlauf.inventory.events import StationRegistered
from umlauf.inventory.model import Station
from umlauf.inventory.ports import Stations
from umlauf.kernel.identifiers import require_identifier
from umlauf.kernel.work import Work


def register_station(station: Station, *, work: Work, stations: Stations) -> Station:
    """Register it under the id it comes with; the same again changes nothing.

    Raises BadStation when the id names another station already.
    """
    require_identifier(station.id, "station_id")
    existing = stations.find(station.id)
    if existing is None:
        work.put(station, StationRegistered(station.id, station.country))
        return station
    same = Station(
        id=station.id,
        name=station.name,
        country=station.country,
        time_zone=station.time_zone,
        latitude=station.latitude,
        longitude=station.longitude,
        version=existing.version,
    )
    if same != existing:
        raise BadStation(f"{station.id} is {existing.name} already; use another id", field="id")
    return existing
