"""Putting plans and coupons on sale, from the catalog that was reviewed."""

from typing import Any

from pydantic import Field

from groups import LOOK_UP, PUBLISH
from umlauf.catalog.differences import diff_plans
from umlauf.catalog.document.catalog import Catalog, read_catalog, write_catalog
from umlauf.catalog.use_cases.publish_catalog import publish_catalog
from umlauf.catalog.use_cases.review_catalog import review_catalog
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.catalog import (
    CatalogOut,
    CatalogReviewOut,
    DifferenceOut,
    DifferencesOut,
)
from umlauf_http.representations.plans import PlanOut, PlansOut
from umlauf_http.wire import In, Query
from wiring import COUPONS, PLANS

routes = Routes(__name__, Access.STAFF, groups=PUBLISH)

MAX_PLANS = 100


class CatalogIn(In):
    """The catalog document: amounts are quoted text in major units, e.g. `{"flat": "59.00"}`."""

    plans: dict[str, Any] = Field(min_length=1, max_length=MAX_PLANS)
    add_ons: dict[str, Any] | None = None
    coupons: dict[str, Any] | None = None

    def catalog(self) -> Catalog:
        """Raises BadCatalogFile, which names the field by its path."""
        sections = {"plans": self.plans, "add_ons": self.add_ons, "coupons": self.coupons}
        return read_catalog({name: one for name, one in sections.items() if one})


class ReviewIn(CatalogIn):
    """With `dry_run` nothing is published: the answer says what would be."""

    dry_run: bool = False


class DifferencesQuery(Query):
    """Without `to_version` the version on sale is meant."""

    from_version: int = Field(ge=1)
    to_version: int | None = Field(None, ge=1)


@endpoint(routes, "/v1/operator/plans", method="POST", status=201)
def publish_plans(body: CatalogIn, call: Call) -> PlansOut:
    """Publish plans. One that says what is on sale already stays as it is; no sold one changes."""
    plans = publish_catalog(body.catalog(), work=call.work, plans=PLANS, coupons=COUPONS)
    return PlansOut(items=[PlanOut.of(plan) for plan in plans], next_cursor=None)


@endpoint(routes, "/v1/operator/catalog", groups=LOOK_UP)
def export_catalog() -> CatalogOut:
    """Everything on sale as one document, which can be reviewed, changed and published again."""
    catalog = Catalog(tuple(PLANS.list_on_sale()), tuple(COUPONS.list_all()))
    return CatalogOut.of(write_catalog(catalog))


@endpoint(routes, "/v1/operator/catalog", method="POST")
def apply_catalog(body: ReviewIn, call: Call) -> CatalogReviewOut:
    """Publish a whole catalog, or with `dry_run` say what that would change."""
    catalog = body.catalog()
    reviewed = review_catalog(catalog, plans=PLANS, coupons=COUPONS)
    if not body.dry_run:
        publish_catalog(catalog, work=call.work, plans=PLANS, coupons=COUPONS)
    return CatalogReviewOut.of(reviewed, is_published=not body.dry_run)


@endpoint(routes, "/v1/operator/plans/{plan_id}/differences", groups=LOOK_UP, errors=(404,))
def compare_plan_versions(plan_id: str, query: DifferencesQuery) -> DifferencesOut:
    """What one version of a plan says differently from another."""
    before = PLANS.get(plan_id, query.from_version)
    after = PLANS.get(plan_id, query.to_version) if query.to_version else PLANS.on_sale(plan_id)
    return DifferencesOut(
        plan_id=plan_id,
        from_version=before.plan_version,
        to_version=after.plan_version,
        differences=[DifferenceOut.of(one) for one in diff_plans(before, after)],
    )
