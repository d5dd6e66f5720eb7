"""What happened in the catalog."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class PlanPublished:
    TYPE: ClassVar[str] = "catalog.plan_published.v1"

    plan_id: str
    plan_version: int


@dataclass(frozen=True, slots=True)
class CouponPublished:
    TYPE: ClassVar[str] = "catalog.coupon_published.v1"

    coupon_id: str
