"""What happened to assets."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from umlauf.inventory.states import AssetState


@dataclass(frozen=True, slots=True)
class StationRegistered:
    TYPE: ClassVar[str] = "inventory.station_registered.v1"

    station_id: str
    country: str


@dataclass(frozen=True, slots=True)
class AssetRegistered:
    TYPE: ClassVar[str] = "inventory.asset_registered.v1"

    asset_id: str
    model: str
    station_id: str


@dataclass(frozen=True, slots=True)
class AssetReserved:
    TYPE: ClassVar[str] = "inventory.asset_reserved.v1"

    asset_id: str
    subscription_id: str


@dataclass(frozen=True, slots=True)
class ReservationReleased:
    TYPE: ClassVar[str] = "inventory.reservation_released.v1"

    asset_id: str
    subscription_id: str


@dataclass(frozen=True, slots=True)
class AssetHandedOver:
    TYPE: ClassVar[str] = "inventory.asset_handed_over.v1"

    asset_id: str
    subscription_id: str
    customer_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssetReturned:
    """`subscription_id` is None when nobody held it: a lost asset that was found."""

    TYPE: ClassVar[str] = "inventory.asset_returned.v1"

    asset_id: str
    subscription_id: str | None
    station_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssetInspected:
    TYPE: ClassVar[str] = "inventory.asset_inspected.v1"

    asset_id: str
    is_fit: bool


@dataclass(frozen=True, slots=True)
class AssetMoved:
    TYPE: ClassVar[str] = "inventory.asset_moved.v1"

    asset_id: str
    from_state: AssetState
    to_state: AssetState
