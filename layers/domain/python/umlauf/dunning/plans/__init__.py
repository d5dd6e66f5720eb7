"""Dunning plans as data.

Which country and segment follows which steps, and every plan there ever was.

A plan is never edited once a case follows it. To change one, add the next version and point
`_IN_FORCE` to it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from umlauf.dunning.errors import UnknownPlan
from umlauf.dunning.model import Plan
from umlauf.dunning.plans.elsewhere import ELSEWHERE
from umlauf.dunning.plans.germany import GERMAN_BUSINESS, GERMAN_CONSUMER
from umlauf.dunning.plans.netherlands import DUTCH_BUSINESS, DUTCH_CONSUMER

_ALL: Final[Mapping[str, Plan]] = MappingProxyType(
    {
        plan.id: plan
        for plan in (GERMAN_CONSUMER, GERMAN_BUSINESS, DUTCH_CONSUMER, DUTCH_BUSINESS, ELSEWHERE)
    }
)

_IN_FORCE: Final[Mapping[tuple[str, bool], Plan]] = MappingProxyType(
    {
        ("DE", False): GERMAN_CONSUMER,
        ("DE", True): GERMAN_BUSINESS,
        ("NL", False): DUTCH_CONSUMER,
        ("NL", True): DUTCH_BUSINESS,
    }
)


def plan_for(country: str, *, is_business: bool) -> Plan:
    """The plan in force; where we know no law, one that only asks and then leaves it to people."""
    return _IN_FORCE.get((country, is_business), ELSEWHERE)


def plan(plan_id: str) -> Plan:
    """The plan a case follows. Raises UnknownPlan."""
    try:
        return _ALL[plan_id]
    except KeyError:
        raise UnknownPlan(f"there is no dunning plan {plan_id}", field="plan_id") from None
