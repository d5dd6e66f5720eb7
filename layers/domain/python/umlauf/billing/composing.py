"""From charges to a draft invoice, and from a draft to the issued one.

Pure: preview and charge are the same call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from umlauf.billing.errors import NotInvoiceable
from umlauf.billing.model import (
    Invoice,
    InvoiceLine,
    LineKind,
    PriceBasis,
    Receivable,
    TaxAmount,
)
from umlauf.billing.tax import Parties, TaxableAmount, split_taxes, treatment_of
from umlauf.billing.terms import LegalEntity
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.calendar import Period, local_date
from umlauf.kernel.money import Money, total


@dataclass(frozen=True, slots=True)
class Charge:
    """One priced item of one service period.

    `claim` is the business identity that may be billed only once.
    """

    claim: str
    item: str
    kind: LineKind
    name: str
    period: Period
    quantity: Decimal
    unit: str
    amount: Money
    supply: Supply
    tax_category: TaxCategory


@dataclass(frozen=True, slots=True)
class BilledContract:
    """The contract as the invoice names it."""

    subscription_id: str
    customer_id: str
    currency: str
    time_zone: str
    price_basis: PriceBasis
    parties: Parties


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice but for its number."""

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


def compose_invoice(
    charges: Sequence[Charge], *, contract: BilledContract, entity: LegalEntity, now: datetime
) -> Draft:
    """Lines with their own service periods, taxed per country, category and rate.

    Raises TaxRateUnknown, VatIdMissing, NotInvoiceable (a total below zero is a credit note's),
    CurrencyMismatch.
    """
    taxable = [
        TaxableAmount(
            charge.amount,
            treatment_of(
                charge.supply,
                charge.tax_category,
                contract.parties,
                charge.period.end - timedelta(days=1),
            ),
        )
        for charge in charges
    ]
    split = split_taxes(taxable, contract.price_basis, contract.currency)
    lines = tuple(
        InvoiceLine(
            number=number,
            item=charge.item,
            kind=charge.kind,
            name=charge.name,
            service_period=charge.period,
            quantity=charge.quantity,
            unit=charge.unit,
            amount=charge.amount,
            net=net,
            treatment=one.treatment,
        )
        for number, (charge, net, one) in enumerate(
            zip(charges, split.nets, taxable, strict=True), start=1
        )
    )
    net = total((amount.net for amount in split.taxes), contract.currency)
    tax = total((amount.tax for amount in split.taxes), contract.currency)
    draft = Draft(contract, entity, lines, split.taxes, net, tax, now)
    if draft.gross.amount_minor < 0:
        raise NotInvoiceable(f"an invoice over {draft.gross} is not one; issue a credit note")
    return draft


def issue(draft: Draft, *, invoice_id: str, number: str) -> Invoice:
    """The draft as an issued invoice, for ever."""
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


def receivable_of(invoice: Invoice, time_zone: str) -> Receivable:
    """What is owed on a fresh invoice: all of it."""
    return Receivable(
        id=invoice.id,
        number=invoice.number,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        amount=invoice.gross,
        due_on=invoice.due_on,
        time_zone=time_zone,
        watch_on=invoice.due_on + timedelta(days=1),
    )
