"""Take the step of a case that is due, once."""

from dataclasses import replace

from umlauf.dunning.assessment import StepDue, assess
from umlauf.dunning.errors import UnknownCase, UnknownDebt
from umlauf.dunning.events import HandedToPeople, RestrictionRequested, StepTaken
from umlauf.dunning.model import Case, CaseState, Debt, StepKind, StepOutcome, StepRecord
from umlauf.dunning.plans import plan
from umlauf.dunning.ports import DunningDesk
from umlauf.kernel.events import Event
from umlauf.kernel.work import Claim, Work

PLAN_ENDED = "plan_ended"


def take_step(
    case_id: str,
    step_id: str,
    *,
    work: Work,
    desk: DunningDesk,
    outcome: StepOutcome = StepOutcome.TAKEN,
    note: str | None = None,
) -> Case:
    """The case after the step; unchanged if the step is not due (any more).

    Whether it is due is asked anew in this work, so a payment that arrived meanwhile stops it. What
    the step means for others goes out as events. Raises UnknownCase, UnknownDebt, AlreadyClaimed.
    """
    case, debt = _load(case_id, desk)
    due = assess(case, debt, plan(case.plan_id), work.now)
    if not isinstance(due, StepDue) or due.step.id != step_id:
        return case

    work.claim(Claim(f"DUNNING#{case.id}#{step_id}"))
    taken = case.record(StepRecord(step_id, outcome, work.now, note))
    told = StepTaken(
        case.id,
        case.invoice_id,
        case.customer_id,
        step_id,
        due.number,
        due.step.kind,
        outcome,
        due.step.channel,
        note,
    )
    changed, consequences = _consequences(taken, due)
    work.put(changed, told, *consequences)
    return changed


def _load(case_id: str, desk: DunningDesk) -> tuple[Case, Debt]:
    case = desk.cases.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}", field="case_id")
    debt = desk.debts.get(case.invoice_id)
    if debt is None:
        raise UnknownDebt(f"there is no invoice {case.invoice_id}", field="invoice_id")
    return case, debt


def _consequences(case: Case, due: StepDue) -> tuple[Case, tuple[Event, ...]]:
    """A letter has none yet: it is charged for when it has gone out (`charge_letter`)."""
    match due.step.kind:
        case StepKind.RESTRICT:
            return _restrict(case, due)
        case StepKind.HAND_TO_PEOPLE:
            return _hand_over(case)
        case StepKind.SEND_REMINDER | StepKind.SEND_LETTER | StepKind.RETRY_PAYMENT:
            return case, ()


def _restrict(case: Case, due: StepDue) -> tuple[Case, tuple[Event, ...]]:
    restriction = due.step.restriction
    if restriction is None:
        return case, ()
    event = RestrictionRequested(
        case.id, case.subscription_id, case.customer_id, restriction, "arrears"
    )
    return replace(case, restrictions=(*case.restrictions, restriction)), (event,)


def _hand_over(case: Case) -> tuple[Case, tuple[Event, ...]]:
    event = HandedToPeople(
        case.id, case.invoice_id, case.subscription_id, case.customer_id, PLAN_ENDED
    )
    return replace(case, state=CaseState.WITH_PEOPLE), (event,)
