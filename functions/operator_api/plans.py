"""Putting plans on sale, from the catalog that was reviewed."""

from typing import Any

from pydantic import Field

from groups import PUBLISH
from umlauf.catalog.catalog_file import read_catalog
from umlauf.catalog.use_cases.publish_plan import publish_plan
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.plans import PlanOut, PlansOut
from umlauf_http.wire import In
from wiring import PLANS

routes = Routes(__name__, Access.STAFF, groups=PUBLISH)

MAX_PLANS = 30
"""A plan that changes is two writes and an event: so many fit one transaction."""


class CatalogIn(In):
    """The catalog document: amounts are quoted text in major units, e.g. `{"flat": "59.00"}`."""

    plans: dict[str, Any] = Field(min_length=1, max_length=MAX_PLANS)
    add_ons: dict[str, Any] | None = None


@endpoint(routes, "/v1/operator/plans", method="POST", status=201)
def publish_plans(body: CatalogIn, call: Call) -> PlansOut:
    """Publish plans. One that says what is on sale already stays as it is; no sold one changes."""
    drafts = read_catalog(body.model_dump(exclude_none=True))
    published = [publish_plan(draft, work=call.work, plans=PLANS) for draft in drafts]
    return PlansOut(items=[PlanOut.of(plan) for plan in published], next_cursor=None)
