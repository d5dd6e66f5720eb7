"""Give something of an invoice back, by hand: all that is left, an amount, or line by line."""

from collections.abc import Sequence
from dataclasses import dataclass

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote, Proposal, Wanted, credit_invoice
from umlauf.billing.errors import CreditShort, UnknownInvoice
from umlauf.billing.model import Invoice
from umlauf.billing.numbering import series_of
from umlauf.billing.ports import BilledCharges, CreditDesk, Invoices
from umlauf.billing.terms import entity_of
from umlauf.billing.use_cases.take_number import take_number
from umlauf.kernel.calendar import local_date
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOrder:
    """`refund` is how much of what no open amount takes goes back to the customer's bank account.

    The rest stays on the credit balance.
    """

    invoice_id: str
    wanted: Wanted
    reason: str
    refund: Money | None = None


def propose_credit(order: CreditOrder, *, invoices: Invoices, charges: BilledCharges) -> Proposal:
    """The note that would be issued now: issuing makes exactly this one.

    Raises UnknownInvoice, OverCredited, NothingToCredit, UnknownLine, CurrencyMismatch.
    """
    invoice, billed = with_charges(order.invoice_id, invoices, charges)
    return credit_invoice(invoice, billed, order.wanted, order.reason)


def issue_credit_note(
    order: CreditOrder, *, command_id: str, work: Work, desk: CreditDesk
) -> CreditNote:
    """Issue the note: counters, open amount, balance and books follow in the same work.

    Raises what `propose_credit` raises, and CreditShort for a refund above what is left over.
    """
    proposal = propose_credit(order, invoices=desk.invoices, charges=desk.charges)
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


def put_proposal(
    proposal: Proposal, prefix: str, command_id: str, *, work: Work, desk: CreditDesk
) -> CreditNote:
    """Number and put a proposed note, with the counters of the charges it gives back."""
    for charge in proposal.charges:
        work.put(charge)
    issued_on = local_date(work.now, entity_of(proposal.draft.header.legal_entity).time_zone)
    series = series_of(prefix, issued_on.year)
    number = take_number(series, command_id, work=work, numbers=desk.numbers)
    return CustomerAccounts(work, desk).put_note(
        proposal.draft, number, issued_on=issued_on, note_id=derive_id("cn", number.number)
    )


def with_charges(
    invoice_id: str, invoices: Invoices, charges: BilledCharges
) -> tuple[Invoice, Sequence[BilledCharge]]:
    """Raises UnknownInvoice."""
    invoice = invoices.get(invoice_id)
    if invoice is None:
        raise UnknownInvoice(f"there is no invoice {invoice_id}", field="invoice_id")
    return invoice, charges.of_invoice(invoice)
