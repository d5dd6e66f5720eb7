"""Where assets live between rentals."""

from decimal import Decimal

from pydantic import Field

from groups import LOOK_UP, RUN
from umlauf.inventory.model import Station
from umlauf.inventory.use_cases.register_station import register_station
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Country, Exact, Identifier, In, Out, PageOut, PageQuery, ShortText
from wiring import STATIONS

routes = Routes(__name__, Access.STAFF, groups=RUN)


class StationIn(In):
    id: Identifier
    name: ShortText
    country: Country
    time_zone: ShortText
    latitude: Decimal | None = Field(None, ge=-90, le=90, decimal_places=7)
    longitude: Decimal | None = Field(None, ge=-180, le=180, decimal_places=7)


class StationOut(Out):
    id: str
    name: str
    country: str
    time_zone: str
    latitude: Exact | None
    longitude: Exact | None

    @classmethod
    def of(cls, station: Station) -> "StationOut":
        return cls(
            id=station.id,
            name=station.name,
            country=station.country,
            time_zone=station.time_zone,
            latitude=station.latitude,
            longitude=station.longitude,
        )


class StationsOut(PageOut[StationOut]):
    """Stations, by id."""


@endpoint(routes, "/v1/operator/stations", method="POST", status=201)
def add_station(body: StationIn, call: Call) -> StationOut:
    """Register a station."""
    station = Station(
        id=body.id,
        name=body.name,
        country=body.country,
        time_zone=body.time_zone,
        latitude=body.latitude,
        longitude=body.longitude,
    )
    return StationOut.of(register_station(station, work=call.work, stations=STATIONS))


@endpoint(routes, "/v1/operator/stations", groups=LOOK_UP)
def list_stations(query: PageQuery) -> StationsOut:
    """List the stations."""
    page = STATIONS.list_all(limit=query.limit, cursor=query.cursor)
    return StationsOut.of(page, StationOut.of)
