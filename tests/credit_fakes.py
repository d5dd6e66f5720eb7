"""Invoices with their charges, made to be credited."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from umlauf.billing.charges import BilledCharge
from umlauf.billing.model import (
    Invoice,
    InvoiceLine,
    LineKind,
    PriceBasis,
    Receivable,
    TaxTreatment,
)
from umlauf.billing.tax import TaxableAmount, split_taxes
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, total

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
NOVEMBER = Period(date(2026, 11, 1), date(2026, 12, 1))
GERMAN = TaxTreatment("DE", "standard", Decimal(19))
REDUCED = TaxTreatment("DE", "reduced", Decimal(7))


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def invoice_over(
    *amounts: int,
    basis: PriceBasis = PriceBasis.NET,
    treatments: Sequence[TaxTreatment] = (),
    number: str = "RE-2026-000001",
) -> Invoice:
    """An invoice with one line for each amount, taxed at 19 % unless a treatment says otherwise."""
    taxed = treatments or [GERMAN] * len(amounts)
    taxable = [TaxableAmount(euros(minor), one) for minor, one in zip(amounts, taxed, strict=True)]
    parts = split_taxes(taxable, basis, "EUR")
    invoice_id = f"inv_{number.lower().replace('-', '')}"
    net = total((one.net for one in parts.taxes), "EUR")
    tax = total((one.tax for one in parts.taxes), "EUR")
    return Invoice(
        id=invoice_id,
        number=number,
        legal_entity="umlauf-de",
        customer_id="cus_ada",
        subscription_id="sub_bike",
        currency="EUR",
        price_basis=basis,
        is_business=False,
        lines=tuple(
            InvoiceLine(
                number=place,
                item=f"item-{place}",
                kind=LineKind.BASE_FEE,
                name=f"Item {place}",
                service_period=NOVEMBER,
                quantity=Decimal(1),
                unit="period",
                amount=one.amount,
                net=line_net,
                treatment=one.treatment,
                charge_id=f"sub_bike#{invoice_id}#item-{place}",
                subscription_id="sub_bike",
            )
            for place, (one, line_net) in enumerate(zip(taxable, parts.nets, strict=True), 1)
        ),
        taxes=parts.taxes,
        net=net,
        tax=tax,
        gross=net + tax,
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
        issued_at=AT,
    )


def charges_of(invoice: Invoice) -> list[BilledCharge]:
    return [charge_of(line, invoice) for line in invoice.lines]


def charge_of(line: InvoiceLine, invoice: Invoice) -> BilledCharge:
    return BilledCharge(
        id=line.charge_id,
        subscription_id=line.subscription_id,
        customer_id=invoice.customer_id,
        item=line.item,
        kind=line.kind,
        name=line.name,
        plan_id="pln_city",
        plan_version=1,
        quantity=1,
        period=line.service_period,
        full_period=line.service_period,
        full_minor=Decimal(line.amount.amount_minor),
        amount=line.amount,
        supply=Supply.OTHER_HIRE,
        tax_category=TaxCategory.STANDARD,
        treatment=line.treatment,
        price_basis=invoice.price_basis,
        invoice_id=invoice.id,
        line=line.number,
        credited=euros(0),
    )


def owed_on(invoice: Invoice) -> Receivable:
    return Receivable(
        id=invoice.id,
        number=invoice.number,
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        amount=invoice.gross,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        time_zone="Europe/Berlin",
        watch_on=date(2026, 11, 16),
        is_deposit=invoice.is_deposit,
    )


def updated(charges: Sequence[BilledCharge], by: Sequence[BilledCharge]) -> list[BilledCharge]:
    """The charges with those that changed replaced."""
    changed = {charge.id: charge for charge in by}
    return [changed.get(charge.id, charge) for charge in charges]
