"""Where plans and coupons are kept."""

from collections.abc import Sequence
from typing import Protocol

from umlauf.catalog.coupons import Coupon
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


class Coupons(Protocol):
    def get(self, coupon_id: str) -> Coupon:
        """The coupon as it is offered now. Raises UnknownCoupon."""

    def find(self, coupon_id: str) -> Coupon | None:
        """The coupon, if it was ever published."""

    def list_all(self) -> Sequence[Coupon]:
        """Every coupon, by id."""
