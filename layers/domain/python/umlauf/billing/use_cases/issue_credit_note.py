"""Give something of an invoice back, by hand: all that is left, an amount, or line by line."""

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.errors import CreditShort
from umlauf.billing.giving_back import CreditOrder, propose_credit, put_proposal
from umlauf.billing.ports import CreditDesk
from umlauf.billing.terms import entity_of
from umlauf.kernel.work import Work


def issue_credit_note(
    order: CreditOrder, *, command_id: str, work: Work, desk: CreditDesk
) -> CreditNote:
    """Issue the note: counters, open amount, balance and books follow in the same work.

    Raises what `propose_credit` raises, and CreditShort for a refund above what is left over.
    """
    proposal = propose_credit(order, desk)
    entity = entity_of(proposal.draft.header.legal_entity)
    note = put_proposal(proposal, entity.series.credit_notes, command_id, work=work, desk=desk)
    if order.refund is not None:
        if order.refund > note.to_balance:
            raise CreditShort(
                f"the note leaves {note.to_balance} to the customer; refund at most that",
                field="refund",
            )
        accounts = CustomerAccounts(work, desk)
        balance = accounts.balance(note.customer_id, note.legal_entity, note.currency)
        accounts.pay_out(balance, order.refund, note.number, note.issued_on)
    return note
