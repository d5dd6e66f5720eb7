"""Put a plan on sale, as a new version."""

from dataclasses import replace

from umlauf.catalog.events import PlanPublished
from umlauf.catalog.model import Listing, Plan
from umlauf.catalog.ports import Plans
from umlauf.kernel.work import Work


def publish_plan(draft: Plan, *, work: Work, plans: Plans) -> Plan:
    """Number the draft and put it on sale; who bought an earlier version keeps it.

    A draft that says what is on sale already changes nothing, so a whole catalog can be applied
    again and again. Two publishers at once: one gets StaleVersion and numbers anew.
    """
    draft = draft.as_draft()
    listing = plans.listing(draft.plan_id)
    if listing is None:
        listing = Listing(draft.plan_id, plan_version=0)
    else:
        current = plans.get(draft.plan_id, listing.plan_version)
        if current.as_draft() == draft:
            return current
    plan = replace(draft, plan_version=listing.plan_version + 1, published_at=work.now)
    work.put(plan)
    work.put(
        replace(listing, plan_version=plan.plan_version),
        PlanPublished(plan.plan_id, plan.plan_version),
    )
    return plan
