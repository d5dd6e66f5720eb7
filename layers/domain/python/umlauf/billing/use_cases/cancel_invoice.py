"""Cancel an invoice that should not have been: a document that mirrors all of it."""

from datetime import date

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.giving_back import Cancellation, propose_cancellation, put_proposal
from umlauf.billing.ports import CreditDesk
from umlauf.billing.terms import entity_of
from umlauf.kernel.work import Work
from umlauf.subscriptions.pointer import to_be_repaired


def cancel_invoice(
    order: Cancellation, *, command_id: str, work: Work, desk: CreditDesk
) -> CreditNote:
    """Issue the cancellation; what was paid on the invoice becomes the customer's credit.

    Billed again, each contract on it is due at once. Raises what `propose_cancellation` raises.
    """
    proposal = propose_cancellation(order, desk)
    entity = entity_of(proposal.draft.header.legal_entity)
    note = put_proposal(proposal, entity.series.cancellations, command_id, work=work, desk=desk)
    if order.is_billed_again:
        earliest: dict[str, date] = {}
        for charge in proposal.charges:
            known = earliest.get(charge.subscription_id, charge.period.start)
            earliest[charge.subscription_id] = min(known, charge.period.start)
        for subscription_id, day in earliest.items():
            subscription = desk.subscriptions.get(subscription_id)
            work.put(to_be_repaired(subscription, day, work.now))
    return note
