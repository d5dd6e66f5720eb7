"""Invoices on the wire: the issued document, and what became of it."""

from datetime import date, datetime

from umlauf.billing.documents import DocumentKind
from umlauf.billing.finding import InvoiceState, OwedInvoice, kind_of
from umlauf.billing.model import (
    Invoice,
    InvoiceLine,
    LineDetail,
    LineDiscount,
    Receivable,
    TaxAmount,
)
from umlauf.kernel.work import Page
from umlauf_http.wire import Exact, MoneyOut, Out, PageOut


class DiscountOut(Out):
    coupon: str
    name: str
    amount: MoneyOut

    @classmethod
    def of(cls, discount: LineDiscount) -> "DiscountOut":
        return cls(coupon=discount.coupon, name=discount.name, amount=MoneyOut.of(discount.amount))


class LineDetailOut(Out):
    """Part of what a quantity is made of: a level or limit by name, or the transactions in it."""

    name: str | None
    quantity: Exact
    unit: str

    @classmethod
    def of(cls, detail: LineDetail) -> "LineDetailOut":
        return cls(name=detail.name or None, quantity=detail.quantity, unit=detail.unit)


class InvoiceLineOut(Out):
    """The service period is half-open: `service_end` is the first day no longer covered.

    `amount` is after `discounts`. `charge_id` names the charge that explains it; below zero it
    gives back a part of that, and `corrects_*` name the line that was charged.
    """

    number: int
    item: str
    kind: str
    name: str
    service_start: date
    service_end: date
    quantity: Exact
    unit: str
    details: list[LineDetailOut]
    amount: MoneyOut
    discounts: list[DiscountOut]
    tax_rate: Exact
    charge_id: str
    subscription_id: str
    corrects_invoice_id: str | None
    corrects_line: int | None

    @classmethod
    def of(cls, line: InvoiceLine) -> "InvoiceLineOut":
        return cls(
            number=line.number,
            item=line.item,
            kind=line.kind.value,
            name=line.name,
            service_start=line.service_period.start,
            service_end=line.service_period.end,
            quantity=line.quantity,
            unit=line.unit,
            details=[LineDetailOut.of(one) for one in line.details],
            amount=MoneyOut.of(line.amount),
            discounts=[DiscountOut.of(one) for one in line.discounts],
            tax_rate=line.treatment.rate,
            charge_id=line.charge_id,
            subscription_id=line.subscription_id,
            corrects_invoice_id=line.corrects.invoice_id if line.corrects else None,
            corrects_line=line.corrects.line if line.corrects else None,
        )


class TaxOut(Out):
    country: str
    category: str
    rate: Exact
    net: MoneyOut
    tax: MoneyOut

    @classmethod
    def of(cls, tax: TaxAmount) -> "TaxOut":
        return cls(
            country=tax.treatment.country,
            category=tax.treatment.category,
            rate=tax.treatment.rate,
            net=MoneyOut.of(tax.net),
            tax=MoneyOut.of(tax.tax),
        )


class InvoiceSummaryOut(Out):
    """`legal_entity` is the company that issued it; `kind` is invoice or deposit_request."""

    id: str
    number: str
    kind: DocumentKind
    legal_entity: str
    customer_id: str
    subscription_id: str
    issued_on: date
    due_on: date
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, invoice: Invoice) -> "InvoiceSummaryOut":
        return cls(
            id=invoice.id,
            number=invoice.number,
            kind=kind_of(invoice),
            legal_entity=invoice.legal_entity,
            customer_id=invoice.customer_id,
            subscription_id=invoice.subscription_id,
            issued_on=invoice.issued_on,
            due_on=invoice.due_on,
            net=MoneyOut.of(invoice.net),
            tax=MoneyOut.of(invoice.tax),
            gross=MoneyOut.of(invoice.gross),
        )


class InvoiceRowOut(InvoiceSummaryOut):
    """An invoice as it stands today: `status` is exactly one, `open` what is still to be paid."""

    status: InvoiceState
    open: MoneyOut

    @classmethod
    def showing(cls, owed: OwedInvoice, now: datetime) -> "InvoiceRowOut":
        summary = InvoiceSummaryOut.of(owed.invoice)
        is_open = MoneyOut.of(owed.receivable.open)
        return cls(**dict(summary), status=owed.state(now), open=is_open)


class ReceivableOut(Out):
    """`processing` is neither paid nor unpaid: a slow debit is under way.

    `status` is the invoice's own. `open` is what is still to be paid, `open_fees` of it fees.
    `fees` is all that was charged for collecting the invoice, without tax. Credit notes took
    `credited` off, and the customer's credit balance paid `from_balance`. `cancelled_by` is the
    document that cancelled the invoice.
    """

    status: str
    cancelled_by: str | None
    open: MoneyOut
    fees: MoneyOut
    open_fees: MoneyOut
    paid: MoneyOut
    credited: MoneyOut
    from_balance: MoneyOut
    processing: MoneyOut

    @classmethod
    def of(cls, receivable: Receivable) -> "ReceivableOut":
        return cls(
            status=receivable.status.value,
            cancelled_by=receivable.cancelled_by or None,
            open=MoneyOut.of(receivable.open),
            fees=MoneyOut.of(receivable.fees),
            open_fees=MoneyOut.of(receivable.open_fees),
            paid=MoneyOut.of(receivable.paid),
            credited=MoneyOut.of(receivable.credited),
            from_balance=MoneyOut.of(receivable.from_balance),
            processing=MoneyOut.of(receivable.processing),
        )


class InvoiceOut(Out):
    """The issued document never changes; `receivable` does."""

    invoice: InvoiceSummaryOut
    price_basis: str
    lines: list[InvoiceLineOut]
    taxes: list[TaxOut]
    receivable: ReceivableOut

    @classmethod
    def of(cls, invoice: Invoice, receivable: Receivable) -> "InvoiceOut":
        return cls(
            invoice=InvoiceSummaryOut.of(invoice),
            price_basis=invoice.price_basis.value,
            lines=[InvoiceLineOut.of(line) for line in invoice.lines],
            taxes=[TaxOut.of(tax) for tax in invoice.taxes],
            receivable=ReceivableOut.of(receivable),
        )


class InvoicesOut(PageOut[InvoiceRowOut]):
    """Invoices, the newest first."""

    @classmethod
    def showing(cls, page: Page[OwedInvoice], now: datetime) -> "InvoicesOut":
        return cls.of(page, lambda owed: InvoiceRowOut.showing(owed, now))
