"""What would be given back of an invoice, proposed before it is done.

A preview and the act are the same proposal: the act only numbers it and puts it in a work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from umlauf.billing.accounts import CustomerAccounts
from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import (
    ChargingDocument,
    CreditNote,
    Proposal,
    Wanted,
    as_charging,
    cancel_whole,
    credit_invoice,
)
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.model import LineKind
from umlauf.billing.numbering import series_of
from umlauf.billing.ports import BilledCharges, CreditDesk
from umlauf.billing.terms import entity_of
from umlauf.billing.use_cases.take_number import take_number
from umlauf.kernel.calendar import local_date
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditOrder:
    """`invoice_id` may be that of a credit note with something charged on it.

    `refund` is how much of what no open amount takes goes back to the customer's bank account; the
    rest stays on the credit balance.
    """

    invoice_id: str
    wanted: Wanted
    reason: str
    refund: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """`is_billed_again`: the service stays owed, and the next bill charges it as it is then."""

    invoice_id: str
    reason: str
    is_billed_again: bool = False


def propose_credit(order: CreditOrder, desk: CreditDesk) -> Proposal:
    """The note that would be issued now: issuing makes exactly this one.

    Raises UnknownInvoice, OverCredited, NothingToCredit, UnknownLine, CurrencyMismatch.
    """
    document, billed = with_charges(order.invoice_id, desk)
    return credit_invoice(document, billed, order.wanted, order.reason)


def propose_cancellation(order: Cancellation, desk: CreditDesk) -> Proposal:
    """The cancellation that would be issued now. Raises UnknownInvoice, NotCancellable."""
    invoice = desk.invoices.get(order.invoice_id)
    if invoice is None:
        raise UnknownInvoice(
            f"there is no invoice {order.invoice_id}; list invoices to find its id",
            field="invoice_id",
        )
    billed = desk.charges.of_document(invoice)
    return cancel_whole(
        invoice,
        billed,
        order.reason,
        is_billed_again=order.is_billed_again,
        of_stretches=_of_stretches(billed, desk.charges),
    )


def with_charges(
    document_id: str, desk: CreditDesk
) -> tuple[ChargingDocument, Sequence[BilledCharge]]:
    """An invoice, or a note that a change became, and all that was billed on it.

    Raises UnknownInvoice.
    """
    document: ChargingDocument | None = desk.invoices.get(document_id)
    if document is None:
        note = desk.notes.get(document_id)
        if note is None:
            raise UnknownInvoice(
                f"there is no invoice {document_id}; list invoices to find its id",
                field="invoice_id",
            )
        document = as_charging(note)
    return document, desk.charges.of_document(document)


def _of_stretches(billed: Sequence[BilledCharge], charges: BilledCharges) -> list[BilledCharge]:
    """What else was charged for the stretches whose late usage is billed among these."""
    differences = {
        (one.subscription_id, one.period.end)
        for one in billed
        if one.kind is LineKind.USAGE_DIFFERENCE
    }
    found: dict[str, BilledCharge] = {}
    for subscription_id, end in sorted(differences):
        for one in charges.ending_after(subscription_id, end - timedelta(days=1)):
            if one.period.end == end:
                found[one.id] = one
    return list(found.values())


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
