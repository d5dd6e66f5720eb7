"""Charge what a letter cost once it went out; one that was overtaken and not sent cost nothing."""

from umlauf.dunning.errors import UnknownCase, UnknownDebt
from umlauf.dunning.events import FeeCharged
from umlauf.dunning.model import Fee
from umlauf.dunning.plans import plan
from umlauf.dunning.ports import DunningDesk
from umlauf.kernel.work import Claim, Work


def charge_letter(case_id: str, step_id: str, *, work: Work, desk: DunningDesk) -> Fee | None:
    """The fee of the step's letter, charged once; None if it is free.

    Also for a case that is closed by now: the letter was on its way. Raises UnknownCase,
    UnknownDebt, AlreadyClaimed.
    """
    case = desk.cases.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}", field="case_id")
    debt = desk.debts.get(case.invoice_id)
    if debt is None:
        raise UnknownDebt(f"there is no invoice {case.invoice_id}", field="invoice_id")
    step = plan(case.plan_id).step(step_id)
    fee = step.fee(debt.open.currency) if step else None
    if fee is None:
        return None

    work.claim(Claim(f"DUNNING_FEE#{case.id}#{step_id}"))
    told = FeeCharged(
        case.id,
        case.invoice_id,
        debt.legal_entity,
        case.customer_id,
        fee.amount,
        fee.documented_cost,
        step_id,
    )
    work.put(case, told)
    return fee
