"""Coupons in DynamoDB: one short list."""

from collections.abc import Sequence
from typing import Final

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.errors import UnknownCoupon
from umlauf_adapters.catalog.plans import PLANS
from umlauf_adapters.kernel.layouts import Layout

_COUPONS: Final = "COUPONS"


def _key(coupon_id: str) -> str:
    return f"COUPON#{coupon_id}"


COUPONS: Final = Layout(Coupon, PLANS.table, key=lambda coupon: (_COUPONS, _key(coupon.id)))


class DynamoCoupons:
    """Implements umlauf.catalog.ports.Coupons."""

    def get(self, coupon_id: str) -> Coupon:
        coupon = self.find(coupon_id)
        if coupon is None:
            raise UnknownCoupon(
                f"there is no coupon {coupon_id!r}; look it up in the catalog", field="coupon_id"
            )
        return coupon

    def find(self, coupon_id: str) -> Coupon | None:
        return COUPONS.get(_COUPONS, _key(coupon_id))

    def list_all(self) -> Sequence[Coupon]:
        return list(COUPONS.all(_COUPONS))
