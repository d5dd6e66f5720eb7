"""Whether a choice is ever charged on an invoice, or settled from the wallet alone."""

from umlauf.catalog.model import Plan, PrepaidItem


def has_charges(plan: Plan, add_ons: tuple[str, ...]) -> bool:
    return any(not isinstance(item, PrepaidItem) for item in plan.items_with(add_ons))
