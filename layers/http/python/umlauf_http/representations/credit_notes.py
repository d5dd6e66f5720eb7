"""Credit notes on the wire: what is wanted, what would be issued, and what was."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from umlauf.billing.credit_notes import (
    ByLine,
    CreditNote,
    NoteDraft,
    PartOf,
    Wanted,
    Whole,
)
from umlauf.billing.model import InvoiceLine
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money
from umlauf_http.representations.invoices import TaxOut
from umlauf_http.wire import Exact, In, MoneyOut, Out, PageOut, PositiveMoneyIn, Text

_MOST_LINES = 90


class CreditedLineIn(In):
    """`amount` is in the invoice's price basis; left out, what is left of the line is credited."""

    number: int = Field(ge=1)
    amount: PositiveMoneyIn | None = None


class CreditWishIn(In):
    """Either `amount`, spread over the lines, or `lines`; with neither, all that is left.

    Amounts are in the invoice's price basis: without tax where its prices are.
    """

    reason: Text
    amount: PositiveMoneyIn | None = None
    lines: list[CreditedLineIn] | None = Field(None, min_length=1, max_length=_MOST_LINES)

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.amount is not None and self.lines is not None:
            raise ValueError("give amount or lines, not both")
        return self

    def wanted(self) -> Wanted:
        """Raises InvalidInput, UnknownCurrency."""
        if self.amount is not None:
            return PartOf(self.amount.money())
        if self.lines is None:
            return Whole()
        amounts: dict[int, Money | None] = {}
        for line in self.lines:
            if line.number in amounts:
                raise InvalidInput(
                    f"line {line.number} is given twice; add its amounts up", field="lines"
                )
            amounts[line.number] = None if line.amount is None else line.amount.money()
        return ByLine(amounts)


class CreditNoteIn(CreditWishIn):
    """`refund` is how much of what no open amount takes goes back to the customer's account."""

    refund: PositiveMoneyIn | None = None


class InvoiceCancellationIn(In):
    """`is_billed_again`: the service stays owed and is billed anew, as it is wanted now."""

    reason: Text
    is_billed_again: bool = False


class CreditNoteLineOut(Out):
    """Above zero is given back; below zero, a plan change charged something new against it.

    The service period is half-open. `corrects_*` name the line that was charged.
    """

    number: int
    item: str
    kind: str
    name: str
    service_start: date
    service_end: date
    quantity: Exact
    unit: str
    amount: MoneyOut
    tax_rate: Exact
    corrects_invoice_id: str | None
    corrects_line: int | None

    @classmethod
    def of(cls, line: InvoiceLine) -> "CreditNoteLineOut":
        return cls(
            number=line.number,
            item=line.item,
            kind=line.kind.value,
            name=line.name,
            service_start=line.service_period.start,
            service_end=line.service_period.end,
            quantity=line.quantity,
            unit=line.unit,
            amount=MoneyOut.of(line.amount),
            tax_rate=line.treatment.rate,
            corrects_invoice_id=line.corrects.invoice_id if line.corrects else None,
            corrects_line=line.corrects.line if line.corrects else None,
        )


class CreditPreviewOut(Out):
    """What would be issued now, line by line and to the cent."""

    kind: str
    price_basis: str
    lines: list[CreditNoteLineOut]
    taxes: list[TaxOut]
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, draft: NoteDraft) -> "CreditPreviewOut":
        return cls(
            kind=draft.header.kind.value,
            price_basis=draft.header.price_basis.value,
            lines=[CreditNoteLineOut.of(line) for line in draft.lines],
            taxes=[TaxOut.of(tax) for tax in draft.taxes],
            net=MoneyOut.of(draft.net),
            tax=MoneyOut.of(draft.tax),
            gross=MoneyOut.of(draft.gross),
        )


class CorrectedInvoiceOut(Out):
    invoice_id: str
    number: str


class LoweredInvoiceOut(Out):
    """What a note took off the open amount of one invoice."""

    invoice_id: str
    amount: MoneyOut


class CreditNoteSummaryOut(Out):
    id: str
    number: str
    kind: str
    legal_entity: str
    customer_id: str
    subscription_id: str
    corrects: list[CorrectedInvoiceOut]
    issued_on: date
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, note: CreditNote) -> "CreditNoteSummaryOut":
        return cls(
            id=note.id,
            number=note.number,
            kind=note.kind.value,
            legal_entity=note.legal_entity,
            customer_id=note.customer_id,
            subscription_id=note.subscription_id,
            corrects=[
                CorrectedInvoiceOut(invoice_id=one.invoice_id, number=one.number)
                for one in note.corrects
            ],
            issued_on=note.issued_on,
            net=MoneyOut.of(note.net),
            tax=MoneyOut.of(note.tax),
            gross=MoneyOut.of(note.gross),
        )


class CreditNoteOut(Out):
    """The issued document. Its gross amount is what it took `lowered` by and left `to_balance`."""

    credit_note: CreditNoteSummaryOut
    reason: str
    price_basis: str
    lines: list[CreditNoteLineOut]
    taxes: list[TaxOut]
    lowered: list[LoweredInvoiceOut]
    to_balance: MoneyOut

    @classmethod
    def of(cls, note: CreditNote) -> "CreditNoteOut":
        return cls(
            credit_note=CreditNoteSummaryOut.of(note),
            reason=note.reason,
            price_basis=note.price_basis.value,
            lines=[CreditNoteLineOut.of(line) for line in note.lines],
            taxes=[TaxOut.of(tax) for tax in note.taxes],
            lowered=[
                LoweredInvoiceOut(invoice_id=one.invoice_id, amount=MoneyOut.of(one.amount))
                for one in note.reductions
            ],
            to_balance=MoneyOut.of(note.to_balance),
        )


class CreditNotesOut(PageOut[CreditNoteSummaryOut]):
    """Credit notes and cancellations, the newest first."""
