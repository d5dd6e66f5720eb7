"""Real trips as rides: who rode which bike when, for how long and how far.

The trips were ridden in September 2014; they are played in September 2026 with the same wall-clock
times in Europe/Berlin. See data/ORIGIN.md.
"""

import csv
import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from io import TextIOWrapper
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

DATA: Final = Path(__file__).parent / "data"
ZONE: Final = ZoneInfo("Europe/Berlin")
YEARS_LATER: Final = 12
_EARTH_METRES: Final = 6_371_000


@dataclass(frozen=True, slots=True)
class Ride:
    """One trip.

    Instants are UTC; `seconds` is what the bike measured, not the difference of the rounded
    instants.
    """

    bike: str
    starts_at: datetime
    ends_at: datetime
    seconds: int
    metres: int
    start_station: str
    end_station: str


def read_rides(path: Path = DATA / "trips_2014-09_cc0.csv.gz") -> list[Ride]:
    """All rides in the order in which they end (then by bike), as their readings arrive."""
    places = read_stations()
    with gzip.open(path) as packed:
        rides = [_ride(row, places) for row in csv.DictReader(TextIOWrapper(packed, "utf-8"))]
    return sorted(rides, key=lambda ride: (ride.ends_at, ride.bike, ride.starts_at))


def read_stations(path: Path = DATA / "stations_2014_cc0.csv") -> dict[str, tuple[float, float]]:
    """Latitude and longitude by station id."""
    with path.open(encoding="utf-8") as file:
        return {
            row["station_id"]: (float(row["lat"]), float(row["long"]))
            for row in csv.DictReader(file)
        }


def sample_bikes(rides: Iterable[Ride], count: int) -> list[str]:
    """`count` bikes, spread evenly over all of them by number; the same ones every time."""
    bikes = sorted({ride.bike for ride in rides}, key=int)
    if not 1 <= count <= len(bikes):
        raise ValueError(f"--bikes must be 1 to {len(bikes)}, not {count}")
    return [bikes[index * len(bikes) // count] for index in range(count)]


def distance_metres(one: tuple[float, float], other: tuple[float, float]) -> int:
    """Great-circle distance (haversine), in whole metres."""
    lat_one, lon_one, lat_other, lon_other = map(radians, (*one, *other))
    half = (
        sin((lat_other - lat_one) / 2) ** 2
        + cos(lat_one) * cos(lat_other) * sin((lon_other - lon_one) / 2) ** 2
    )
    return round(2 * _EARTH_METRES * asin(sqrt(half)))


def _ride(row: Mapping[str, str], places: Mapping[str, tuple[float, float]]) -> Ride:
    start, end = places.get(row["start_terminal"]), places.get(row["end_terminal"])
    return Ride(
        bike=row["bike_id"],
        starts_at=_instant(row["start_date"]),
        ends_at=_instant(row["end_date"]),
        seconds=int(row["duration"]),
        metres=distance_metres(start, end) if start and end else 0,
        start_station=row["start_terminal"],
        end_station=row["end_terminal"],
    )


def _instant(wall_clock: str) -> datetime:
    there = datetime.strptime(wall_clock, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZONE)
    return there.replace(year=there.year + YEARS_LATER).astimezone(UTC)
