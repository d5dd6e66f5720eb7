"""Assets, stations, and who held which asset when.

An asset has one state and one slot for its holder, so it cannot have two. The open assignment is
that slot; closing it puts an `EndedAssignment` on record, in the same work. Assignments are
half-open: the instant of return belongs to nobody, or to the next holder.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final

from umlauf.inventory.errors import (
    BadAsset,
    BadStation,
    HeldByAnother,
    IllegalTransition,
    NotReserved,
)
from umlauf.inventory.states import (
    MAYBE_WITH_HOLDER,
    WITH_HOLDER,
    AssetState,
    is_allowed,
)
from umlauf.kernel.calendar import zone
from umlauf.kernel.identifiers import derive_id, require_identifier

_POLE: Final = 90
_DATE_LINE: Final = 180
_FINEST_DEGREE_DIGITS: Final = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where assets live between rentals. Its zone is the wall clock of whoever works there."""

    KIND: ClassVar[str] = "station"

    id: str
    name: str
    country: str
    time_zone: str
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    version: int = 0

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise BadStation("a station needs a name", field="name")
        zone(self.time_zone)
        if (self.latitude is None) != (self.longitude is None):
            raise BadStation("give both latitude and longitude, or neither", field="latitude")
        _require_degrees(self.latitude, _POLE, "latitude")
        _require_degrees(self.longitude, _DATE_LINE, "longitude")


@dataclass(frozen=True, slots=True)
class Reservation:
    subscription_id: str
    customer_id: str
    reserved_at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """The open assignment: who has the asset, since when."""

    subscription_id: str
    customer_id: str
    start: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedAssignment:
    """Who had the asset during `[start, end)`. Put once, never changed."""

    KIND: ClassVar[str] = "ended_assignment"

    asset_id: str
    subscription_id: str
    customer_id: str
    start: datetime
    end: datetime
    version: int = 0

    @property
    def id(self) -> str:
        return derive_id("asg", self.asset_id, self.start.isoformat())

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    KIND: ClassVar[str] = "asset"

    id: str
    model: str
    serial: str
    station_id: str
    registered_at: datetime
    state: AssetState = AssetState.IN_STOCK
    reservation: Reservation | None = None
    holder: Assignment | None = None
    version: int = 0

    def __post_init__(self) -> None:
        require_identifier(self.model, "model")
        require_identifier(self.serial, "serial")
        if (self.state is AssetState.RESERVED) != (self.reservation is not None):
            raise BadAsset(f"{self.id} must be reserved for somebody in that state only")
        if self.state in MAYBE_WITH_HOLDER:
            return
        if (self.state in WITH_HOLDER) != (self.holder is not None):
            raise BadAsset(f"{self.id} must have a holder on rent, and none in {self.state}")

    def moved_to(self, target: AssetState) -> "Asset":
        """The asset in another state, as far as that alone goes. Raises IllegalTransition."""
        self.require_way_to(target)
        return replace(self, state=target)

    def require_way_to(self, target: AssetState) -> None:
        if not is_allowed(self.state, target):
            raise IllegalTransition(
                f"asset {self.id} is {self.state} and cannot become {target} from there",
                field="asset_id",
            )

    def reserved_for(self, reservation: Reservation) -> "Asset":
        self.require_way_to(AssetState.RESERVED)
        return replace(self, state=AssetState.RESERVED, reservation=reservation)

    def released(self) -> "Asset":
        self.require_way_to(AssetState.IN_STOCK)
        return replace(self, state=AssetState.IN_STOCK, reservation=None)

    def handed_over_to(self, subscription_id: str, at: datetime) -> tuple["Asset", Assignment]:
        """The asset on rent, and the assignment that begins.

        Raises NotReserved unless it is reserved for this subscription.
        """
        reservation = self.reservation
        if reservation is None or reservation.subscription_id != subscription_id:
            raise NotReserved(
                f"asset {self.id} is not reserved for {subscription_id}; reserve it first",
                field="asset_id",
            )
        holder = Assignment(subscription_id, reservation.customer_id, at)
        on_rent = replace(self, state=AssetState.ON_RENT, reservation=None, holder=holder)
        return on_rent, holder

    def taken_back(self, station_id: str, at: datetime) -> tuple["Asset", EndedAssignment | None]:
        """The asset awaiting inspection, and the assignment that ends (if somebody had it)."""
        self.require_way_to(AssetState.RETURN_INSPECTION)
        back = replace(self, state=AssetState.RETURN_INSPECTION, station_id=station_id, holder=None)
        return back, self.ended_assignment(at)

    def ended_assignment(self, at: datetime) -> EndedAssignment | None:
        if self.holder is None:
            return None
        if at <= self.holder.start:
            raise HeldByAnother(
                f"asset {self.id} was handed over at {self.holder.start.isoformat()}, not before "
                "it came back; try again",
                field="asset_id",
            )
        return EndedAssignment(
            asset_id=self.id,
            subscription_id=self.holder.subscription_id,
            customer_id=self.holder.customer_id,
            start=self.holder.start,
            end=at,
        )


def _require_degrees(value: Decimal | None, most: int, field: str) -> None:
    if value is None:
        return
    is_sound = value.is_finite() and abs(value) <= most
    if not is_sound or -int(value.as_tuple().exponent) > _FINEST_DEGREE_DIGITS:
        raise BadStation(
            f"{field} must lie between -{most} and {most}, with at most {_FINEST_DEGREE_DIGITS} "
            "digits after the point",
            field=field,
        )
