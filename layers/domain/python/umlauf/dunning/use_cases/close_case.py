"""Close an invoice's case because the invoice is paid, and lift what it restricted.

A fee that came too late for the payment stays open, but nobody is dunned for a fee alone.
"""

from umlauf.dunning.events import CaseClosed, RestrictionReleased
from umlauf.dunning.model import Case, Outcome
from umlauf.dunning.ports import DunningDesk
from umlauf.kernel.work import Work


def close_case(invoice_id: str, *, work: Work, desk: DunningDesk) -> Case | None:
    """The invoice's last case, closed now or before; None if there is none, or the debt is open.

    The receivable is asked, not the message that said it was paid: that may be old.
    """
    dossier = desk.dossiers.get(invoice_id)
    if dossier is None or dossier.last_case_id is None:
        return None
    debt = desk.debts.get(invoice_id)
    case = desk.cases.get(dossier.last_case_id)
    if case is None or debt is None or not debt.is_paid:
        return None
    if case.is_over:
        return case

    released = tuple(
        RestrictionReleased(case.id, case.subscription_id, case.customer_id, restriction)
        for restriction in case.restrictions
    )
    told = CaseClosed(
        case.id, case.invoice_id, case.subscription_id, case.customer_id, Outcome.PAID
    )
    closed = case.closed(Outcome.PAID, work.now)
    work.put(closed, *released, told)
    work.put(dossier.without_case())
    return closed
