"""Offer a coupon, or say it anew."""

from dataclasses import replace

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.events import CouponPublished
from umlauf.catalog.ports import Coupons
from umlauf.kernel.work import Work


def publish_coupon(draft: Coupon, *, work: Work, coupons: Coupons) -> Coupon:
    """Store the coupon unless it already says the same.

    Who was granted it keeps it as it was: subscriptions hold their own copy.
    """
    current = coupons.find(draft.id)
    if current is not None and current.as_draft() == draft.as_draft():
        return current
    coupon = replace(draft, version=0 if current is None else current.version)
    work.put(coupon, CouponPublished(coupon.id))
    return coupon
