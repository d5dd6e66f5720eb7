"""From an issued invoice or credit note to the document that is printed of it.

What an invoice does not know of itself is added here: who sold, who bought, how it is paid.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from umlauf.billing.adjusting import COMMITMENT
from umlauf.billing.credit_notes import CONTRACT_CHANGED, CreditNote
from umlauf.billing.documents import (
    Address,
    Buyer,
    Discount,
    DocumentKind,
    DocumentLine,
    DocumentView,
    Payment,
    PaymentMeans,
    PrecedingDocument,
    Seller,
    ServiceDays,
    Taxation,
    TaxLine,
)
from umlauf.billing.model import (
    Invoice,
    InvoiceLine,
    LineDiscount,
    LineKind,
    TaxAmount,
    TaxTreatment,
)
from umlauf.billing.reconciling import GIVEN_BEFORE
from umlauf.billing.terms import LegalEntity
from umlauf.billing.vat_codes import exemption_of, vat_code
from umlauf.customers.billing_details import PostalAddress
from umlauf.customers.model import Customer, Language
from umlauf.kernel.money import Money

_NONE: Final[Mapping[int, str]] = MappingProxyType({})
_REASONS: Final[Mapping[str, Mapping[Language, str]]] = MappingProxyType(
    {
        CONTRACT_CHANGED: MappingProxyType(
            {
                Language.GERMAN: "Änderung des Vertrags oder seiner Abrechnung",
                Language.DUTCH: "wijziging van het contract of de afrekening ervan",
                Language.ENGLISH: "change of the contract or of what it was billed",
            }
        )
    }
)
"""The reasons that billing gives by itself; what staff wrote is printed as they wrote it."""
_LINES: Final[Mapping[tuple[LineKind, str], Mapping[Language, str]]] = MappingProxyType(
    {
        (LineKind.TRUE_UP, COMMITMENT): MappingProxyType(
            {
                Language.GERMAN: "Ausgleich zum vereinbarten Mindest- oder Höchstbetrag",
                Language.DUTCH: "Verrekening tot het afgesproken minimum- of maximumbedrag",
                Language.ENGLISH: "Adjustment to the agreed minimum or maximum",
            }
        )
    }
)
"""The lines that billing names by itself, by kind; plan items are printed as they were named."""
_DISCOUNTS: Final[Mapping[str, Mapping[Language, str]]] = MappingProxyType(
    {
        GIVEN_BEFORE: MappingProxyType(
            {
                Language.GERMAN: "Kulanz",
                Language.DUTCH: "Coulance",
                Language.ENGLISH: "Goodwill",
            }
        )
    }
)
"""What comes off without a coupon; coupons are printed as they were named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What an invoice does not know of itself, but its document says."""

    payment: Payment
    prepaid: Money | None = None
    descriptions: Mapping[int, str] = field(default_factory=dict)
    """By line number, the text below that line's name."""
    notes: tuple[str, ...] = ()


def view_of_invoice(
    invoice: Invoice, *, entity: LegalEntity, customer: Customer, particulars: Particulars
) -> DocumentView:
    """The document of an issued invoice, in a language of both parties. Raises UnsoundDocument."""
    language = entity.language_for(customer.language)
    is_deposit = all(line.kind is LineKind.DEPOSIT for line in invoice.lines)
    lines = document_lines(invoice.lines, language, particulars.descriptions)
    return DocumentView(
        kind=DocumentKind.DEPOSIT_REQUEST if is_deposit else DocumentKind.INVOICE,
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        language=language,
        currency=invoice.currency,
        price_basis=invoice.price_basis,
        seller=seller_of(entity, invoice.taxes),
        buyer=buyer_of(customer),
        lines=lines,
        taxes=tax_lines(invoice.taxes, language),
        payment=particulars.payment,
        subscription_id="" if any(line.contract for line in lines) else invoice.subscription_id,
        prepaid=particulars.prepaid,
        notes=particulars.notes,
    )


def view_of_note(note: CreditNote, *, entity: LegalEntity, customer: Customer) -> DocumentView:
    """The document of a credit note or a cancellation. Raises UnsoundDocument."""
    language = entity.language_for(customer.language)
    lines = document_lines(note.lines, language)
    return DocumentView(
        kind=DocumentKind(note.kind.value),
        number=note.number,
        issued_on=note.issued_on,
        language=language,
        currency=note.currency,
        price_basis=note.price_basis,
        seller=seller_of(entity, note.taxes),
        buyer=buyer_of(customer),
        lines=lines,
        taxes=tax_lines(note.taxes, language),
        payment=Payment(means=PaymentMeans.NONE),
        subscription_id="" if any(line.contract for line in lines) else note.subscription_id,
        corrects=tuple(PrecedingDocument(one.number, one.issued_on) for one in note.corrects),
        reason=_REASONS[note.reason][language] if note.reason in _REASONS else note.reason,
    )


def seller_of(entity: LegalEntity, taxes: Sequence[TaxAmount] = ()) -> Seller:
    """The letterhead of an entity; its VAT id is of the country whose tax it charges."""
    details, bank, contact = entity.details, entity.bank_account, entity.contact
    own = (details.vat_id_in(one.treatment.country) for one in taxes if one.tax)
    home = details.vat_ids[0] if details.vat_ids else ""
    return Seller(
        name=entity.name,
        address=_address(entity.address),
        register_entry=details.register_entry,
        register_number=details.register_entry.rpartition(", ")[2],
        email=contact.email,
        phone=contact.phone,
        website=contact.website,
        directors=details.directors,
        vat_id=next((vat_id for vat_id in own if vat_id), home),
        iban=bank.iban,
        bic=bank.bic,
    )


def buyer_of(customer: Customer) -> Buyer:
    billing = customer.billing
    known = _address(billing.address) if billing.address else Address(customer.country)
    return Buyer(
        id=customer.id,
        name=customer.name,
        company=billing.company_name or "",
        address=known,
        vat_id=billing.valid_vat_id or "",
    )


def document_lines(
    lines: Sequence[InvoiceLine], language: Language, descriptions: Mapping[int, str] = _NONE
) -> tuple[DocumentLine, ...]:
    """The lines as they are printed; each names its contract where they are of several."""
    contracts = {line.subscription_id for line in lines if line.subscription_id}
    printed = (line_of(line, language, descriptions.get(line.number, "")) for line in lines)
    if len(contracts) <= 1:
        return tuple(printed)
    return tuple(
        replace(shown, contract=line.subscription_id)
        for shown, line in zip(printed, lines, strict=True)
    )


def line_of(line: InvoiceLine, language: Language, description: str = "") -> DocumentLine:
    """A line as it is printed; what is given back is told as it is, without old discounts."""
    period, is_credit = line.service_period, line.amount.amount_minor < 0
    is_timed, kind = line.kind is not LineKind.DEPOSIT, (line.kind, line.name)
    return DocumentLine(
        number=line.number,
        item=line.item,
        name=_LINES[kind][language] if kind in _LINES else line.name,
        description=description,
        days=ServiceDays(period.start, period.end - timedelta(days=1)) if is_timed else None,
        quantity=line.quantity,
        unit=line.unit,
        discounts=()
        if is_credit
        else tuple(Discount(_reason_of(one, language), one.amount) for one in line.discounts),
        amount=line.amount,
        net=line.net,
        taxation=taxation_of(line.treatment, language),
        details=line.details,
        corrects=line.corrects.invoice_id if line.corrects else "",
    )


def _reason_of(discount: LineDiscount, language: Language) -> str:
    words = _DISCOUNTS.get(discount.coupon)
    return words[language] if words else discount.name


def tax_lines(taxes: Sequence[TaxAmount], language: Language) -> tuple[TaxLine, ...]:
    """One for each way of being taxed that documents can tell apart."""
    sums: dict[Taxation, TaxLine] = {}
    for one in taxes:
        key = taxation_of(one.treatment, language)
        known = sums.get(key)
        net, tax = (known.net + one.net, known.tax + one.tax) if known else (one.net, one.tax)
        sums[key] = TaxLine(key, net, tax)
    return tuple(sums.values())


def taxation_of(treatment: TaxTreatment, language: Language) -> Taxation:
    exemption = exemption_of(treatment)
    return Taxation(
        category=vat_code(treatment),
        rate=treatment.rate,
        country=treatment.country,
        exemption=exemption.text(language) if exemption else "",
        exemption_code=(exemption.code or "") if exemption else "",
    )


def _address(address: PostalAddress) -> Address:
    return Address(
        country=address.country,
        street=address.street,
        extra=address.extra or "",
        postal_code=address.postal_code,
        city=address.city,
    )
