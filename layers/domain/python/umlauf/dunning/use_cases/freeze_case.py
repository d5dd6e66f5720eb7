"""Stop everything in a case because the customer disputes the claim."""

from umlauf.dunning.errors import UnknownCase
from umlauf.dunning.model import Case
from umlauf.dunning.ports import Cases
from umlauf.kernel.work import Work


def freeze_case(case_id: str, *, work: Work, cases: Cases) -> Case:
    """The frozen case: no step is taken and no day counts until it is thawed.

    Raises UnknownCase.
    """
    case = cases.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}", field="case_id")
    frozen = case if case.is_over else case.frozen(work.now)
    if frozen != case:
        work.put(frozen)
    return frozen
