"""Leave a case to people because a step failed for good.

The plan's own end is a step of its own.
"""

from dataclasses import replace

from umlauf.dunning.errors import UnknownCase
from umlauf.dunning.events import HandedToPeople
from umlauf.dunning.model import Case, CaseState
from umlauf.dunning.ports import Cases
from umlauf.kernel.work import Work


def hand_to_people(case_id: str, reason: str, *, work: Work, cases: Cases) -> Case:
    """The case, with people from now on unless it is already, or closed. Raises UnknownCase."""
    case = cases.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}", field="case_id")
    if case.state is not CaseState.OPEN:
        return case
    handed = replace(case, state=CaseState.WITH_PEOPLE)
    told = HandedToPeople(case.id, case.invoice_id, case.subscription_id, case.customer_id, reason)
    work.put(handed, told)
    return handed
