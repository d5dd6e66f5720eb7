"""Credit notes and cancellations: documents that give back what invoices charged.

Pure. An invoice is never edited; a further document corrects it, line by line, under the invoice's
own tax. Amounts on a note are what it gives: above zero where it credits, below zero where a
plan change charged something new against it.

**How much.** Each line of an invoice is one `BilledCharge`, which counts what was given back of it
by whatever document. A proposal never takes more than is left, of a line or of the invoice, so
over-crediting is impossible.

**Tax.** Cumulative over all documents that correct one invoice (`document_tax`). So what gives back
a whole invoice, on however many documents, gives back exactly its tax.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from umlauf.billing.charges import BilledCharge
from umlauf.billing.document_tax import taxes_of
from umlauf.billing.errors import NotCancellable, NothingToCredit, OverCredited, UnknownLine
from umlauf.billing.freeing import freed
from umlauf.billing.model import (
    Invoice,
    InvoiceLine,
    LineRef,
    PriceBasis,
    TaxAmount,
)
from umlauf.kernel.money import CurrencyMismatch, Money, split, total

CONTRACT_CHANGED: Final = "contract_changed"
"""The reason of a note that a contract's own bill gives rise to."""
_ONE: Final = Decimal(1)
_AS_A_WHOLE: Final = "period"
"""The unit of a credit for a part of a line: no quantity of the original's explains it."""


class NoteKind(StrEnum):
    CREDIT_NOTE = "credit_note"
    CANCELLATION = "cancellation"
    """The whole invoice was wrong: it counts as if never issued."""


@dataclass(frozen=True, slots=True)
class CorrectedInvoice:
    """An invoice as the documents that correct it name it."""

    invoice_id: str
    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a note took off the open amount of one invoice."""

    invoice_id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class NoteEffect:
    """Where a note's gross amount goes."""

    reductions: tuple[Reduction, ...]
    to_balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHeader:
    """What is settled about a note before its lines are."""

    kind: NoteKind
    reason: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    currency: str
    price_basis: PriceBasis
    is_business: bool
    corrects: tuple[CorrectedInvoice, ...]


@dataclass(frozen=True, slots=True)
class NoteDraft:
    """A note but for its number and its effect on money. Its lines may be previewed."""

    header: NoteHeader
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote:
    """An issued credit note or cancellation. Immutable, as the invoices it corrects.

    Its gross amount is what `reductions` took off open invoices and what went `to_balance`.
    """

    KIND: ClassVar[str] = "credit_note"

    id: str
    number: str
    kind: NoteKind
    reason: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    currency: str
    price_basis: PriceBasis
    is_business: bool
    corrects: tuple[CorrectedInvoice, ...]
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    gross: Money
    reductions: tuple[Reduction, ...]
    to_balance: Money
    issued_on: date
    issued_at: datetime
    version: int = 0


class ChargingDocument(Protocol):
    """What can be credited: an invoice, or a note with what a change charged (`as_charging`).

    Its lines have an invoice's signs: what is charged is above zero.
    """

    @property
    def id(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def legal_entity(self) -> str: ...
    @property
    def customer_id(self) -> str: ...
    @property
    def subscription_id(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def price_basis(self) -> PriceBasis: ...
    @property
    def is_business(self) -> bool: ...
    @property
    def lines(self) -> tuple[InvoiceLine, ...]: ...
    @property
    def issued_on(self) -> date: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingNote:
    """A credit note seen as a document that charges. No receivable stands behind it."""

    id: str
    number: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    currency: str
    price_basis: PriceBasis
    is_business: bool
    lines: tuple[InvoiceLine, ...]
    issued_on: date


def as_charging(note: CreditNote) -> ChargingNote:
    return ChargingNote(
        id=note.id,
        number=note.number,
        legal_entity=note.legal_entity,
        customer_id=note.customer_id,
        subscription_id=note.subscription_id,
        currency=note.currency,
        price_basis=note.price_basis,
        is_business=note.is_business,
        lines=tuple(replace(one, amount=-one.amount, net=-one.net) for one in note.lines),
        issued_on=note.issued_on,
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that is left to be credited."""


@dataclass(frozen=True, slots=True)
class PartOf:
    """An amount in the invoice's price basis, spread over its lines by what is left of each."""

    amount: Money


@dataclass(frozen=True, slots=True)
class ByLine:
    """An amount per line number, in the invoice's price basis; None takes what is left of it."""

    amounts: Mapping[int, Money | None]


Wanted = Whole | PartOf | ByLine


@dataclass(frozen=True, slots=True)
class Proposal:
    """A note to be, and the charges with their counters moved on by it."""

    draft: NoteDraft
    charges: tuple[BilledCharge, ...]


def header_of(
    invoice: ChargingDocument, reason: str, kind: NoteKind = NoteKind.CREDIT_NOTE
) -> NoteHeader:
    """The header of a note that corrects one invoice."""
    return NoteHeader(
        kind=kind,
        reason=reason,
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        currency=invoice.currency,
        price_basis=invoice.price_basis,
        is_business=invoice.is_business,
        corrects=(corrected(invoice),),
    )


def corrected(invoice: ChargingDocument) -> CorrectedInvoice:
    return CorrectedInvoice(invoice.id, invoice.number, invoice.issued_on)


def compose_credit_note(
    lines: Sequence[InvoiceLine], header: NoteHeader, before: Iterable[BilledCharge]
) -> NoteDraft:
    """The note for lines whose signs are an invoice's: what is given back is below zero there.

    Credits carry the tax treatment of the lines they correct. `before` are the charges of the
    corrected invoices as they stood before this note. Raises NothingToCredit when the total is not
    one that is given back.
    """
    turned = [
        replace(line, number=number, amount=-line.amount, discounts=())
        for number, line in enumerate(lines, start=1)
    ]
    parts = taxes_of(lines, before, header.price_basis, header.currency)
    taxes = tuple(TaxAmount(one.treatment, -one.net, -one.tax) for one in parts.taxes)
    draft = NoteDraft(
        header,
        tuple(replace(line, net=-net) for line, net in zip(turned, parts.nets, strict=True)),
        taxes,
        total((one.net for one in taxes), header.currency),
        total((one.tax for one in taxes), header.currency),
    )
    if draft.gross.amount_minor <= 0:
        raise NothingToCredit(
            f"a note over {draft.gross} gives nothing back; issue an invoice", field="lines"
        )
    return draft


def credit_invoice(
    invoice: ChargingDocument, charges: Sequence[BilledCharge], wanted: Wanted, reason: str
) -> Proposal:
    """Propose a credit note over what is wanted of an invoice, or of what a note charges.

    `charges` are all of the document's. Time that is credited so stays paid: nothing bills it
    again.
    Raises OverCredited, NothingToCredit, UnknownLine, CurrencyMismatch.
    """
    left = _charged(invoice, charges)
    amounts = {number: minor for number, minor in _amounts(left, wanted, invoice) if minor}
    given = total(amounts.values(), invoice.currency)
    if not given:
        raise NothingToCredit(f"nothing is left to be credited of {invoice.number}", field="lines")
    _require_at_most(given, _left_of_all(left, invoice), invoice.number, "lines")
    after = [
        charge.give_back(amounts[number]) for number, charge in left.items() if number in amounts
    ]
    lines = [_credit_line(invoice, number, amount) for number, amount in sorted(amounts.items())]
    draft = compose_credit_note(lines, header_of(invoice, reason), charges)
    return Proposal(draft, tuple(after))


def cancel_whole(
    invoice: Invoice,
    charges: Sequence[BilledCharge],
    reason: str,
    *,
    is_billed_again: bool,
    of_stretches: Sequence[BilledCharge] = (),
) -> Proposal:
    """Propose the cancellation of an invoice: the mirror of all its lines.

    Billed again, its time counts as not paid for, and the next bill charges what is wanted then;
    `of_stretches` are the charges that rate the late usage on it. Raises NotCancellable once
    something of it was credited, when it holds credits itself, or comes to nothing.
    """
    if any(line.corrects for line in invoice.lines):
        raise NotCancellable(
            f"invoice {invoice.number} gives back what another charged; credit its charges instead",
            field="invoice_id",
        )
    left = _charged(invoice, charges)
    if any(charge.credited for charge in left.values()):
        raise NotCancellable(
            f"something of invoice {invoice.number} was credited already; credit what is left",
            field="invoice_id",
        )
    if not invoice.gross:
        raise NotCancellable(
            f"invoice {invoice.number} comes to nothing; there is nothing to cancel",
            field="invoice_id",
        )
    lines = [_credit_line(invoice, number, charge.amount) for number, charge in left.items()]
    header = header_of(invoice, reason, NoteKind.CANCELLATION)
    draft = compose_credit_note(lines, header, charges)
    if is_billed_again:
        return Proposal(draft, freed(invoice, left, of_stretches))
    return Proposal(draft, tuple(one.give_back(one.amount) for one in left.values()))


def remaining(invoice: ChargingDocument, charges: Sequence[BilledCharge]) -> dict[int, Money]:
    """What is left to be credited, by line number. Lines below zero have nothing."""
    charged = _charged(invoice, charges).items()
    return {number: one.creditable for number, one in charged if one.amount.amount_minor >= 0}


def _charged(invoice: ChargingDocument, charges: Sequence[BilledCharge]) -> dict[int, BilledCharge]:
    by_id = {charge.id: charge for charge in charges if charge.invoice_id == invoice.id}
    found = {}
    for line in invoice.lines:
        if line.corrects is not None:
            continue
        charge = by_id.get(line.charge_id)
        if charge is None:
            raise UnknownLine(
                f"nothing on record says what was billed on line {line.number} of {invoice.number}",
                field="lines",
            )
        found[line.number] = charge
    return found


def _amounts(
    left: Mapping[int, BilledCharge], wanted: Wanted, invoice: ChargingDocument
) -> Iterator[tuple[int, Money]]:
    match wanted:
        case Whole():
            yield from ((number, charge.left) for number, charge in left.items())
        case PartOf(amount):
            yield from _spread(amount, left, invoice)
        case ByLine(amounts):
            for number, chosen in sorted(amounts.items()):
                yield number, _of_line(number, chosen, left, invoice)


def _spread(
    amount: Money, left: Mapping[int, BilledCharge], invoice: ChargingDocument
) -> Iterator[tuple[int, Money]]:
    _require_at_most(amount, _left_of_all(left, invoice), invoice.number, "amount")
    weights = [Decimal(charge.creditable.amount_minor) for charge in left.values()]
    yield from zip(left, split(amount, weights), strict=True)


def _of_line(
    number: int, chosen: Money | None, left: Mapping[int, BilledCharge], invoice: ChargingDocument
) -> Money:
    above_zero = {each: one for each, one in left.items() if one.amount.amount_minor >= 0}
    charge = above_zero.get(number)
    if charge is None:
        raise UnknownLine(
            f"{invoice.number} has no line {number} that can be credited; choose one of "
            f"{', '.join(str(each) for each in above_zero)}",
            field=f"lines.{number}",
        )
    if chosen is None:
        return charge.creditable
    _require_at_most(chosen, charge.creditable, f"line {number}", f"lines.{number}")
    return chosen


def _left_of_all(left: Mapping[int, BilledCharge], invoice: ChargingDocument) -> Money:
    """What a document still comes to: less than its charges where a maximum took something off."""
    return total((charge.left for charge in left.values()), invoice.currency)


def _require_at_most(amount: Money, available: Money, of: str, field: str) -> None:
    if amount.currency != available.currency:
        raise CurrencyMismatch(
            f"{of} is in {available.currency}, so {amount} cannot be credited of it", field=field
        )
    if not 0 < amount.amount_minor <= available.amount_minor:
        raise OverCredited(
            f"{available} is left to be credited of {of}, so {amount} cannot be; "
            "credit above zero and at most that",
            field=field,
        )


def _credit_line(invoice: ChargingDocument, number: int, amount: Money) -> InvoiceLine:
    """The credit as an invoice would show it: below zero, and pointing at the original."""
    original = invoice.lines[number - 1]
    is_all = amount == original.amount
    return replace(
        original,
        amount=-amount,
        quantity=original.quantity if is_all else _ONE,
        unit=original.unit if is_all else _AS_A_WHOLE,
        corrects=LineRef(invoice.id, number),
    )


def issue_note(
    draft: NoteDraft,
    effect: NoteEffect,
    *,
    note_id: str,
    number: str,
    issued_on: date,
    now: datetime,
) -> CreditNote:
    """The draft as an issued note, for ever."""
    header = draft.header
    return CreditNote(
        id=note_id,
        number=number,
        kind=header.kind,
        reason=header.reason,
        legal_entity=header.legal_entity,
        customer_id=header.customer_id,
        subscription_id=header.subscription_id,
        currency=header.currency,
        price_basis=header.price_basis,
        is_business=header.is_business,
        corrects=header.corrects,
        lines=draft.lines,
        taxes=draft.taxes,
        net=draft.net,
        tax=draft.tax,
        gross=draft.gross,
        reductions=effect.reductions,
        to_balance=effect.to_balance,
        issued_on=issued_on,
        issued_at=now,
    )
