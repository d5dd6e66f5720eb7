"""Where assets, their history and stations are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from umlauf.inventory.model import Asset, EndedAssignment, Station
from umlauf.inventory.states import AssetState
from umlauf.kernel.work import Page


class Assets(Protocol):
    def get(self, asset_id: str) -> Asset:
        """Raises UnknownAsset."""

    def find(self, asset_id: str) -> Asset | None:
        """The asset, if there is one."""

    def list_by_state(
        self, state: AssetState, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Asset]:
        """By id, from an index that may lag behind."""

    def list_at_station(
        self, station_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Asset]:
        """By state and id, from an index that may lag behind."""


class Holders(Protocol):
    """Who held an asset when: the open assignment and the ended ones as one story."""

    def holder_at(self, asset_id: str, instant: datetime) -> str | None:
        """The subscription that held the asset at the instant, if one did. Raises UnknownAsset."""

    def history(self, asset_id: str) -> Sequence[EndedAssignment]:
        """The ended assignments, oldest first."""


class Stations(Protocol):
    def get(self, station_id: str) -> Station:
        """Raises UnknownStation."""

    def find(self, station_id: str) -> Station | None:
        """The station, if there is one."""

    def list_all(self, *, limit: int = 50, cursor: str | None = None) -> Page[Station]:
        """By id."""
