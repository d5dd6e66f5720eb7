"""What a customer owes and has to their credit, as one work sees it.

A work that issues several documents moves one balance and one receivable more than once. So each is
read from the work if it was changed there, and from the store only before that; and whatever makes
an invoice paid says so, in one place.
"""

from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar, cast

from umlauf.billing.credit_notes import CreditNote, NoteDraft, NoteKind, issue_note
from umlauf.billing.credits import (
    CreditBalance,
    CreditEntry,
    EntryKind,
    apply_credit,
    balance_id,
    empty_balance,
    lower_open,
    take_overpayment,
)
from umlauf.billing.documents import DocumentKind
from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.events import (
    CreditApplied,
    CreditedLine,
    CreditNoteIssued,
    CreditPaidOut,
    InvoicePaid,
    IssuedTax,
    OpenAmountLowered,
    OverpaymentCredited,
)
from umlauf.billing.model import InvoiceLine, Receivable, ReceivableStatus
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import CreditBalances, Receivables, SettlementDesk
from umlauf.kernel.events import Event
from umlauf.kernel.money import Money
from umlauf.kernel.work import Work

T = TypeVar("T")


class AccountsDesk(Protocol):
    """Where accounts are kept."""

    @property
    def receivables(self) -> Receivables: ...

    @property
    def balances(self) -> CreditBalances: ...


class CustomerAccounts:
    """Receivables and credit balances within one work."""

    def __init__(self, work: Work, desk: AccountsDesk) -> None:
        self._work = work
        self._receivables = desk.receivables
        self._balances = desk.balances

    def receivable(self, invoice_id: str) -> Receivable | None:
        return self._changed(Receivable, invoice_id) or self._receivables.get(invoice_id)

    def balance(self, customer_id: str, legal_entity: str, currency: str) -> CreditBalance:
        """The customer's balance, empty when there is none yet."""
        id_ = balance_id(customer_id, legal_entity, currency)
        known = self._changed(CreditBalance, id_) or self._balances.get(id_)
        return known or empty_balance(customer_id, legal_entity, currency)

    def put_receivable(self, receivable: Receivable, *, was_paid: bool) -> None:
        """Put what is owed; if it is paid now and was not before, tell so."""
        if receivable.status is ReceivableStatus.PAID and not was_paid:
            self._work.put(receivable, self._paid(receivable))
        else:
            self._work.put(receivable)

    def pay_from_balance(
        self, receivable: Receivable, legal_entity: str, most: Money | None = None
    ) -> Receivable:
        """Let the customer's credit pay what is open, as far as it (and `most`) goes.

        The balance is put, the receivable is the caller's to put: it may change further.
        """
        currency = receivable.amount.currency
        balance = self.balance(receivable.customer_id, legal_entity, currency)
        left, after, entries = apply_credit(balance, receivable, self._work.now, most)
        for entry in entries:
            fact = CreditApplied(
                balance_id=left.id,
                entry_id=entry.id,
                customer_id=left.customer_id,
                invoice_id=receivable.id,
                amount=-entry.amount,
                left=left.amount,
            )
            self.put_movement(left, entry, fact)
        return after

    def keep_overpayment(self, receivable: Receivable, legal_entity: str) -> Receivable:
        """Move what was paid too much to the balance. The receivable is the caller's to put."""
        currency = receivable.amount.currency
        balance = self.balance(receivable.customer_id, legal_entity, currency)
        grown, after, entries = take_overpayment(balance, receivable, self._work.now)
        for entry in entries:
            fact = OverpaymentCredited(
                balance_id=grown.id,
                entry_id=entry.id,
                customer_id=grown.customer_id,
                invoice_id=receivable.id,
                amount=entry.amount,
                left=grown.amount,
            )
            self.put_movement(grown, entry, fact)
        return after

    def pay_out(
        self, balance: CreditBalance, amount: Money, reference: str, paid_on: date
    ) -> CreditEntry:
        """Take what went back to the customer's bank account off the balance.

        Raises CreditShort, CurrencyMismatch.
        """
        left, entry = balance.move(EntryKind.PAID_OUT, -amount, reference, self._work.now)
        fact = CreditPaidOut(
            balance_id=left.id,
            entry_id=entry.id,
            customer_id=left.customer_id,
            legal_entity=left.legal_entity,
            amount=amount,
            reference=reference,
            paid_on=paid_on,
        )
        self.put_movement(left, entry, fact)
        return entry

    def put_movement(self, balance: CreditBalance, entry: CreditEntry, *facts: Event) -> None:
        self._work.put(balance, *facts)
        self._work.put(entry)

    def put_note(
        self, draft: NoteDraft, number: FreeNumber, *, issued_on: date, note_id: str
    ) -> CreditNote:
        """Put an issued note: it lowers what is open, and what is left is the customer's credit.

        The receivables of all invoices it corrects are written even when nothing is open on them:
        two notes over one invoice exclude each other. Its charges are the caller's to put.
        """
        now = self._work.now
        found = [self.receivable(one.invoice_id) for one in draft.header.corrects]
        before = [one for one in found if one is not None]
        lowered, effect = lower_open(before, draft.gross, note_id, now)
        for earlier, later in zip(before, lowered, strict=True):
            after = _cancelled(later, draft, note_id)
            self.put_receivable(after, was_paid=earlier.status is ReceivableStatus.PAID)
        note = issue_note(
            draft,
            effect,
            note_id=note_id,
            number=number.number,
            issued_on=issued_on,
            now=now,
        )
        if note.to_balance:
            self._credit(note)
        self._work.put(note, told(note))
        billed = (line.subscription_id for line in note.lines)
        self._work.put(number.used_on(note_id, DocumentKind(note.kind), note.gross, billed))
        return note

    def _credit(self, note: CreditNote) -> None:
        balance = self.balance(note.customer_id, note.legal_entity, note.currency)
        grown, entry = balance.move(EntryKind.CREDIT_NOTE, note.to_balance, note.id, self._work.now)
        self.put_movement(grown, entry)

    def _changed(self, cls: type[T], id_: str) -> T | None:
        """The aggregate as this work leaves it, if it changed it."""
        for aggregate in self._work.aggregates:
            if isinstance(aggregate, cls) and cast("Any", aggregate).id == id_:
                return aggregate
        return None

    def _paid(self, receivable: Receivable) -> InvoicePaid:
        return InvoicePaid(
            invoice_id=receivable.id,
            number=receivable.number,
            customer_id=receivable.customer_id,
            subscription_id=receivable.subscription_id,
            amount=receivable.amount,
            paid_at=self._work.now,
        )


def _cancelled(receivable: Receivable, draft: NoteDraft, note_id: str) -> Receivable:
    is_cancelled = draft.header.kind is NoteKind.CANCELLATION
    return replace(receivable, cancelled_by=note_id) if is_cancelled else receivable


def balanced(receivable: Receivable, *, work: Work, desk: SettlementDesk) -> Receivable:
    """Keep what is too much as credit; once it was, take it back before anything is owed again.

    So news may come in any order: what was paid too much at first covers a fee that is told later.
    The receivable is the caller's to put. Raises UnknownInvoice.
    """
    is_owed_again = bool(receivable.open and receivable.moved)
    if not (receivable.overpaid or is_owed_again):
        return receivable
    invoice = desk.invoices.get(receivable.id)
    if invoice is None:
        raise UnknownInvoice(
            f"there is no invoice {receivable.id}; list invoices to find its id", field="invoice_id"
        )
    accounts = CustomerAccounts(work, desk)
    if is_owed_again:
        return accounts.pay_from_balance(receivable, invoice.legal_entity, receivable.moved)
    return accounts.keep_overpayment(receivable, invoice.legal_entity)


def told(note: CreditNote) -> CreditNoteIssued:
    """The event that tells of a fresh note."""
    return CreditNoteIssued(
        credit_note_id=note.id,
        number=note.number,
        kind=note.kind.value,
        legal_entity=note.legal_entity,
        customer_id=note.customer_id,
        subscription_id=note.subscription_id,
        currency=note.currency,
        net=note.net,
        tax=note.tax,
        gross=note.gross,
        taxes=tuple(
            IssuedTax(
                country=one.treatment.country,
                category=one.treatment.category,
                rate=one.treatment.rate,
                net=one.net,
                tax=one.tax,
            )
            for one in note.taxes
        ),
        lines=tuple(_line(line) for line in note.lines),
        lowered=tuple(OpenAmountLowered(one.invoice_id, one.amount) for one in note.reductions),
        to_balance=note.to_balance,
        issued_on=note.issued_on,
        is_business=note.is_business,
    )


def _line(line: InvoiceLine) -> CreditedLine:
    return CreditedLine(
        item=line.item,
        kind=line.kind,
        net=line.net,
        starts_on=line.service_period.start,
        ends_on=line.service_period.end,
        corrects_invoice_id=line.corrects.invoice_id if line.corrects else None,
        corrects_line=line.corrects.line if line.corrects else None,
    )
