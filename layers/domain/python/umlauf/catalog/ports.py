"""Where plans are kept."""

from collections.abc import Sequence
from typing import Protocol

from umlauf.catalog.model import Listing, Plan


class Plans(Protocol):
    def get(self, plan_id: str, plan_version: int) -> Plan:
        """That version, on sale or not. Raises UnknownPlan."""

    def listing(self, plan_id: str) -> Listing | None:
        """Which version is on sale, if the plan was ever published."""

    def on_sale(self, plan_id: str) -> Plan:
        """The version on sale. Raises UnknownPlan."""

    def list_on_sale(self) -> Sequence[Plan]:
        """Every plan on sale, by plan id."""
