"""Cancel an invoice that should not have been: a document that mirrors all of it."""

from dataclasses import dataclass
from datetime import date

from umlauf.billing.credit_notes import CreditNote, Proposal, cancel_whole
from umlauf.billing.ports import BilledCharges, CreditDesk, Invoices
from umlauf.billing.terms import entity_of
from umlauf.billing.use_cases.issue_credit_note import put_proposal, with_charges
from umlauf.kernel.work import Work
from umlauf.subscriptions.pointer import to_be_repaired


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """`is_billed_again`: the service stays owed, and the next bill charges it as it is then."""

    invoice_id: str
    reason: str
    is_billed_again: bool = False


def propose_cancellation(
    order: Cancellation, *, invoices: Invoices, charges: BilledCharges
) -> Proposal:
    """The cancellation that would be issued now. Raises UnknownInvoice, NotCancellable."""
    invoice, billed = with_charges(order.invoice_id, invoices, charges)
    return cancel_whole(invoice, billed, order.reason, is_billed_again=order.is_billed_again)


def cancel_invoice(
    order: Cancellation, *, command_id: str, work: Work, desk: CreditDesk
) -> CreditNote:
    """Issue the cancellation; what was paid on the invoice becomes the customer's credit.

    Billed again, each contract on it is due at once. Raises what `propose_cancellation` raises.
    """
    proposal = propose_cancellation(order, invoices=desk.invoices, charges=desk.charges)
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
