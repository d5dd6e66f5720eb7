"""From the lines of a bill to a draft document, and from a draft to the issued invoice.

Pure: preview and charge are the same call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from umlauf.billing.bill_lines import BillLine
from umlauf.billing.charges import BilledCharge
from umlauf.billing.errors import NotInvoiceable
from umlauf.billing.model import (
    Invoice,
    InvoiceLine,
    LineRef,
    PriceBasis,
    Receivable,
    TaxAmount,
    TaxTreatment,
)
from umlauf.billing.tax import Parties, TaxableAmount, split_taxes, tax_point_of, treatment_of
from umlauf.billing.terms import LegalEntity
from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import local_date
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.model import Subscription


@dataclass(frozen=True, slots=True)
class BilledContract:
    """The contract as the invoice names it: of several on one invoice, the first."""

    subscription_id: str
    customer_id: str
    currency: str
    time_zone: str
    price_basis: PriceBasis
    parties: Parties

    @classmethod
    def of(cls, subscription: Subscription, plan: Plan, parties: Parties) -> "BilledContract":
        """Priced as the plan is: with tax, or without."""
        return cls(
            subscription_id=subscription.id,
            customer_id=subscription.customer_id,
            currency=subscription.currency,
            time_zone=subscription.time_zone,
            price_basis=PriceBasis.of(plan),
            parties=parties,
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A document but for its number. Below zero it is a credit note's (see `credit_notes`)."""

    contract: BilledContract
    entity: LegalEntity
    lines: tuple[InvoiceLine, ...]
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    composed_at: datetime

    @property
    def gross(self) -> Money:
        return self.net + self.tax

    @property
    def issued_on(self) -> date:
        """The date of issue is one of the issuer's books, whatever day it is for the customer."""
        return local_date(self.composed_at, self.entity.time_zone)

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.entity.payment_days)


def compose(
    lines: Sequence[BillLine], *, contract: BilledContract, entity: LegalEntity, now: datetime
) -> Draft:
    """Lines with their own service periods, taxed per country, category and rate.

    What is given back is taxed as it was when it was charged. Raises TaxRateUnknown, VatIdMissing,
    NotInvoiceable, CurrencyMismatch.
    """
    treatments: dict[tuple[object, ...], TaxTreatment] = {}
    taxable = [
        TaxableAmount(line.amount, _treatment_of(line, contract.parties, treatments))
        for line in lines
    ]
    parts = split_taxes(taxable, contract.price_basis, contract.currency)
    composed = tuple(
        _line(number, line, net, one.treatment)
        for number, (line, net, one) in enumerate(zip(lines, parts.nets, taxable, strict=True), 1)
    )
    net = total((amount.net for amount in parts.taxes), contract.currency)
    tax = total((amount.tax for amount in parts.taxes), contract.currency)
    return Draft(contract, entity, composed, parts.taxes, net, tax, now)


def issue(draft: Draft, *, invoice_id: str, number: str) -> Invoice:
    """The draft as an issued invoice, for ever.

    Raises NotInvoiceable: a total below zero is a credit note's.
    """
    if draft.gross.amount_minor < 0:
        raise NotInvoiceable(f"an invoice over {draft.gross} is not one; issue a credit note")
    contract = draft.contract
    return Invoice(
        id=invoice_id,
        number=number,
        legal_entity=draft.entity.id,
        customer_id=contract.customer_id,
        subscription_id=contract.subscription_id,
        currency=contract.currency,
        price_basis=contract.price_basis,
        is_business=contract.parties.is_business,
        lines=draft.lines,
        taxes=draft.taxes,
        net=draft.net,
        tax=draft.tax,
        gross=draft.gross,
        issued_on=draft.issued_on,
        due_on=draft.due_on,
        issued_at=draft.composed_at,
    )


def record_of(
    line: BillLine, document_id: str, customer_id: str, *, place: int, treatment: TaxTreatment
) -> BilledCharge:
    """The record of one line. A line that no document shows has place 0."""
    return BilledCharge(
        id=line.charge_id,
        subscription_id=line.subscription_id,
        customer_id=customer_id,
        item=line.item,
        kind=line.kind,
        name=line.name,
        plan_id=line.plan_id,
        plan_version=line.plan_version,
        quantity=line.agreed_quantity,
        period=line.period,
        full_period=line.full_period,
        full_minor=line.full_minor,
        amount=line.amount,
        supply=line.supply,
        tax_category=line.tax_category,
        treatment=treatment,
        invoice_id=document_id,
        line=place,
        price_basis=line.price_basis,
        basis=line.basis,
        credited=replace(line.amount, amount_minor=0),
        usage=line.usage,
    )


def receivable_of(invoice: Invoice, time_zone: str) -> Receivable:
    """What is owed on a fresh invoice: all of it."""
    return Receivable(
        id=invoice.id,
        number=invoice.number,
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        amount=invoice.gross,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        time_zone=time_zone,
        watch_on=invoice.due_on + timedelta(days=1),
        is_deposit=invoice.is_deposit,
    )


def _treatment_of(
    line: BillLine, parties: Parties, known: dict[tuple[object, ...], TaxTreatment]
) -> TaxTreatment:
    if line.corrects is not None:
        return line.corrects.treatment
    tax_point = tax_point_of(line.period)
    key = line.supply, line.tax_category, tax_point
    if key not in known:
        known[key] = treatment_of(line.supply, line.tax_category, parties, tax_point)
    return known[key]


def _line(number: int, line: BillLine, net: Money, treatment: TaxTreatment) -> InvoiceLine:
    original = line.corrects
    return InvoiceLine(
        number=number,
        item=line.item,
        kind=line.kind,
        name=line.name,
        service_period=line.period,
        quantity=line.quantity,
        unit=line.unit,
        amount=line.amount,
        net=net,
        treatment=treatment,
        charge_id=line.charge_id,
        subscription_id=line.subscription_id,
        discounts=line.discounts,
        corrects=LineRef(original.invoice_id, original.line) if original else None,
        details=line.usage.details if line.usage else (),
    )
