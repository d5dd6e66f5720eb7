"""Plans in DynamoDB: each version an item of its own, and one list of what is on sale."""

from collections.abc import Sequence
from typing import Final

from umlauf.catalog.errors import UnknownPlan
from umlauf.catalog.model import Listing, Plan
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Layout

_TABLE = context_table("catalog")
_LISTINGS: Final = "LISTINGS"
_MOST_REMEMBERED: Final = 256


def _plan_key(plan_id: str, plan_version: int) -> tuple[str, str]:
    return f"PLAN#{plan_id}", f"VERSION#{plan_version:06d}"


def _listing_key(plan_id: str) -> str:
    return f"PLAN#{plan_id}"


PLANS: Final = Layout(Plan, _TABLE, key=lambda plan: _plan_key(plan.plan_id, plan.plan_version))
LISTINGS: Final = Layout(Listing, _TABLE, key=lambda listing: (_LISTINGS, _listing_key(listing.id)))


class DynamoPlans:
    """Implements umlauf.catalog.ports.Plans.

    A published version never changes, so it is read once and remembered.
    """

    def __init__(self) -> None:
        self._remembered: dict[tuple[str, int], Plan] = {}

    def get(self, plan_id: str, plan_version: int) -> Plan:
        remembered = self._remembered.get((plan_id, plan_version))
        if remembered is not None:
            return remembered
        plan = PLANS.get(*_plan_key(plan_id, plan_version))
        if plan is None:
            raise UnknownPlan(
                f"there is no version {plan_version} of plan {plan_id!r}; see what is on sale",
                field="plan_version",
            )
        if len(self._remembered) < _MOST_REMEMBERED:
            self._remembered[plan_id, plan_version] = plan
        return plan

    def listing(self, plan_id: str) -> Listing | None:
        return LISTINGS.get(_LISTINGS, _listing_key(plan_id))

    def on_sale(self, plan_id: str) -> Plan:
        listing = self.listing(plan_id)
        if listing is None:
            raise UnknownPlan(f"there is no plan {plan_id!r}; list the plans", field="plan_id")
        return self.get(plan_id, listing.plan_version)

    def list_on_sale(self) -> Sequence[Plan]:
        return [self.get(listing.id, listing.plan_version) for listing in LISTINGS.all(_LISTINGS)]
