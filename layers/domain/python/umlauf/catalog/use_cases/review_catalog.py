"""Say what publishing a catalog would change, before it does."""

from typing import Literal

from umlauf.catalog.coupons import Coupon
from umlauf.catalog.differences import diff_coupons, diff_plans
from umlauf.catalog.document.catalog import Catalog
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Coupons, Plans
from umlauf.catalog.reviews import Change, ReviewedEntry


def review_catalog(
    catalog: Catalog, *, plans: Plans, coupons: Coupons
) -> tuple[ReviewedEntry, ...]:
    """Compare the catalog with what is on sale: its own entries first, then what it leaves out.

    What it leaves out stays on sale; it is listed so that nobody believes it gone.
    """
    on_sale = {plan.plan_id: plan for plan in plans.list_on_sale()}
    offered = {coupon.id: coupon for coupon in coupons.list_all()}
    # Each entry of the catalog takes out what it is compared with; what remains was left out.
    return (
        *(_review_plan(plan, on_sale.pop(plan.plan_id, None)) for plan in catalog.plans),
        *(_review_coupon(coupon, offered.pop(coupon.id, None)) for coupon in catalog.coupons),
        *(_left_out("plan", plan.plan_id, plan.plan_version) for plan in on_sale.values()),
        *(_left_out("coupon", coupon.id, coupon.version) for coupon in offered.values()),
    )


def _left_out(kind: Literal["plan", "coupon"], entry_id: str, number: int) -> ReviewedEntry:
    return ReviewedEntry(kind, entry_id, Change.LEFT_OUT, number)


def _review_plan(draft: Plan, current: Plan | None) -> ReviewedEntry:
    if current is None:
        return ReviewedEntry("plan", draft.plan_id, Change.NEW, 1)
    if current.as_draft() == draft.as_draft():
        return ReviewedEntry("plan", draft.plan_id, Change.UNCHANGED, current.plan_version)
    return ReviewedEntry(
        "plan",
        draft.plan_id,
        Change.CHANGED,
        current.plan_version + 1,
        diff_plans(current, draft),
    )


def _review_coupon(draft: Coupon, current: Coupon | None) -> ReviewedEntry:
    if current is None:
        return ReviewedEntry("coupon", draft.id, Change.NEW, 1)
    if current.as_draft() == draft.as_draft():
        return ReviewedEntry("coupon", draft.id, Change.UNCHANGED, current.version)
    return ReviewedEntry(
        "coupon", draft.id, Change.CHANGED, current.version + 1, diff_coupons(current, draft)
    )
