"""What is on sale."""

from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.plans import PlanOut, PlansOut
from wiring import PLANS

routes = Routes(__name__, Access.PUBLIC)


@endpoint(routes, "/v1/plans")
def list_plans() -> PlansOut:
    """List the plans on sale."""
    # The catalog is short by nature: it is one page.
    return PlansOut(items=[PlanOut.of(plan) for plan in PLANS.list_on_sale()], next_cursor=None)


@endpoint(routes, "/v1/plans/{plan_id}")
def get_plan(plan_id: str) -> PlanOut:
    """Show a plan as it is sold now."""
    return PlanOut.of(PLANS.on_sale(plan_id))
