"""How a fresh invoice is told to the other contexts."""

from umlauf.billing.events import InvoiceIssued, IssuedLine, IssuedTax
from umlauf.billing.model import Invoice, InvoiceLine, TaxAmount


def issued(invoice: Invoice) -> InvoiceIssued:
    """The event that tells of a fresh invoice."""
    return InvoiceIssued(
        invoice_id=invoice.id,
        number=invoice.number,
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        currency=invoice.currency,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        taxes=tuple(_tax(amount) for amount in invoice.taxes),
        lines=tuple(_line(line) for line in invoice.lines),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        is_business=invoice.is_business,
    )


def _tax(amount: TaxAmount) -> IssuedTax:
    return IssuedTax(
        country=amount.treatment.country,
        category=amount.treatment.category,
        rate=amount.treatment.rate,
        net=amount.net,
        tax=amount.tax,
    )


def _line(line: InvoiceLine) -> IssuedLine:
    return IssuedLine(
        item=line.item,
        kind=line.kind,
        net=line.net,
        quantity=line.quantity,
        unit=line.unit,
        starts_on=line.service_period.start,
        ends_on=line.service_period.end,
    )
