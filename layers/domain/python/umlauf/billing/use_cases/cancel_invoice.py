"""Cancel an invoice that should not have been: a document that mirrors all of it."""

from datetime import date

from umlauf.billing.credit_notes import CreditNote, Proposal
from umlauf.billing.giving_back import Cancellation, propose_cancellation, put_proposal
from umlauf.billing.once_amounts import given_again
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
        _bill_again(order.invoice_id, proposal, work, desk)
    return note


def _bill_again(invoice_id: str, proposal: Proposal, work: Work, desk: CreditDesk) -> None:
    """Each contract is due at once, from its first charge on and with the coupons it had."""
    invoice = desk.invoices.get(invoice_id)
    lines = invoice.lines if invoice else ()
    earliest: dict[str, date] = {}
    for charge in proposal.charges:
        known = earliest.get(charge.subscription_id, charge.period.start)
        earliest[charge.subscription_id] = min(known, charge.period.start)
    for subscription_id, day in earliest.items():
        of_contract = [one for one in lines if one.subscription_id == subscription_id]
        subscription = given_again(desk.subscriptions.get(subscription_id), of_contract)
        work.put(to_be_repaired(subscription, day, work.now))
