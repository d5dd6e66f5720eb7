"""Go on with a case whose dispute is settled."""

from umlauf.dunning.errors import UnknownCase
from umlauf.dunning.model import Case
from umlauf.dunning.ports import Cases
from umlauf.kernel.work import Work


def thaw_case(case_id: str, *, work: Work, cases: Cases) -> Case:
    """The case, going on where it stopped. Raises UnknownCase."""
    case = cases.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}", field="case_id")
    thawed = case.thawed(work.now)
    if thawed != case:
        work.put(thawed)
    return thawed
