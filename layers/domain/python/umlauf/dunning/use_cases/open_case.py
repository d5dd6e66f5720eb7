"""Open a case for what was not paid, or note on the open one that another payment failed."""

from dataclasses import replace

from umlauf.dunning.errors import UnknownDebt
from umlauf.dunning.events import CaseOpened, FeeCharged
from umlauf.dunning.model import Case, Debt, Dossier
from umlauf.dunning.plans import plan_for
from umlauf.dunning.ports import DunningDesk
from umlauf.dunning.triggers import Trigger
from umlauf.kernel.events import Event
from umlauf.kernel.work import Work


def open_case(trigger: Trigger, *, work: Work, desk: DunningDesk) -> Case | None:
    """The open case of the invoice, new or known; None if there is nothing to dun (any more).

    An invoice has at most one open case; one that is reopened after it was paid gets its next.
    Raises UnknownDebt, BooksBehind.
    """
    debt = desk.debts.get(trigger.invoice_id)
    if debt is None:
        raise UnknownDebt(f"there is no invoice {trigger.invoice_id}", field="invoice_id")
    trigger.require_booked(debt)
    if debt.is_paid or debt.is_processing:
        return None

    dossier = desk.dossiers.get(debt.invoice_id) or Dossier(debt.invoice_id)
    known = desk.cases.get(dossier.open_case_id) if dossier.open_case_id else None
    if known is not None:
        return _note(trigger, known, debt, dossier, work)
    plan = plan_for(debt.country, is_business=debt.is_business)
    if not plan.is_worth_it(debt.open):
        return None
    opened = dossier.with_new_case()
    case = _new_case(trigger, debt, opened, plan.id, work)
    told = CaseOpened(
        case.id,
        case.invoice_id,
        case.subscription_id,
        case.customer_id,
        case.plan_id,
        case.number,
        case.reason,
    )
    charged, fee_charged = _pass_cost_on(trigger, case, debt, opened)
    work.put(case, told, *fee_charged)
    work.put(charged)
    return case


def _new_case(trigger: Trigger, debt: Debt, dossier: Dossier, plan_id: str, work: Work) -> Case:
    return Case(
        id=dossier.open_case_id or "",
        invoice_id=debt.invoice_id,
        subscription_id=debt.subscription_id,
        customer_id=debt.customer_id,
        number=dossier.cases,
        plan_id=plan_id,
        time_zone=debt.time_zone,
        due_on=debt.due_on,
        reason=trigger.reason,
        opened_at=work.now,
        advice=trigger.advice,
    )


def _note(trigger: Trigger, case: Case, debt: Debt, dossier: Dossier, work: Work) -> Case:
    """Keep the latest failure's advice; the case goes on as it is."""
    noted = replace(case, advice=trigger.advice) if trigger.advice else case
    charged, fee_charged = _pass_cost_on(trigger, case, debt, dossier)
    if noted != case or fee_charged:
        work.put(noted, *fee_charged)
    if charged != dossier:
        work.put(charged)
    return noted


def _pass_cost_on(
    trigger: Trigger, case: Case, debt: Debt, dossier: Dossier
) -> tuple[Dossier, tuple[Event, ...]]:
    """Charge what the bank took for the failed debit, once for each attempt."""
    fee = trigger.fee()
    if fee is None or trigger.advice is None or trigger.advice.attempt_id in dossier.charged_for:
        return dossier, ()
    event = FeeCharged(
        case.id,
        case.invoice_id,
        debt.legal_entity,
        case.customer_id,
        fee.amount,
        fee.documented_cost,
        trigger.reason,
    )
    return dossier.charging_for(trigger.advice.attempt_id), (event,)
