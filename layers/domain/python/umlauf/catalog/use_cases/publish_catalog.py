"""Put a whole catalog on sale: what changed becomes new versions, the rest stays."""

from typing import Final

from umlauf.catalog.document.catalog import Catalog
from umlauf.catalog.errors import TooManyChanges
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Coupons, Plans
from umlauf.catalog.use_cases.publish_coupon import publish_coupon
from umlauf.catalog.use_cases.publish_plan import publish_plan
from umlauf.kernel.work import Work

MOST_WRITES: Final = 90
"""One transaction writes 100 items; the rest is left to whoever answers the command."""


def publish_catalog(
    catalog: Catalog, *, work: Work, plans: Plans, coupons: Coupons
) -> tuple[Plan, ...]:
    """Publish all of it or nothing; gives the plans as they are on sale then.

    Raises TooManyChanges when the changes do not fit one transaction.
    """
    on_sale = tuple(publish_plan(plan, work=work, plans=plans) for plan in catalog.plans)
    for coupon in catalog.coupons:
        publish_coupon(coupon, work=work, coupons=coupons)
    if work.size > MOST_WRITES:
        raise TooManyChanges(
            f"the changes are {work.size} writes, and {MOST_WRITES} fit one transaction: publish "
            "the plans in two documents",
            field="plans",
        )
    return on_sale
