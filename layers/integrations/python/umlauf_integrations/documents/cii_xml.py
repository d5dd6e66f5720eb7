"""A document as UN/CEFACT Cross Industry Invoice, in the profile EN 16931 of ZUGFeRD and Factur-X.

XML is always net. A document in gross prices is written with the nets of its lines, which add up
exactly because they were split that way. Elements stand in the order the schema demands; the
business terms (BT, BG) are those of EN 16931-1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element

from umlauf.billing.documents import (
    Address,
    Buyer,
    Discount,
    DocumentKind,
    DocumentLine,
    DocumentView,
    PaymentMeans,
    PrecedingDocument,
    Seller,
    ServiceDays,
    TaxLine,
    unit_price,
)
from umlauf.billing.model import PriceBasis
from umlauf.billing.vat_codes import VatCode
from umlauf.kernel.money import Money, minor_digits, round_to_minor, total
from umlauf_integrations.documents.payment_terms import payment_terms
from umlauf_integrations.documents.texts import TEXTS, Texts
from umlauf_integrations.documents.units import PIECE, details_text, unit_code
from umlauf_integrations.documents.xml_nodes import node, node_if, serialize

NAMESPACES: Final = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
GUIDELINE: Final = "urn:cen.eu:en16931:2017"
_TYPE_CODES: Final = {  # UNTDID 1001
    DocumentKind.INVOICE: "380",
    DocumentKind.DEPOSIT_REQUEST: "380",
    DocumentKind.CREDIT_NOTE: "381",
    DocumentKind.CANCELLATION: "381",
}
_DISCOUNT: Final = "95"  # UNTDID 5189
_SEPA_TRANSFER: Final = "58"  # UNTDID 4461
_TRANSFER: Final = "30"
_SEPA_DEBIT: Final = "59"
_CARD: Final = "48"


def invoice_xml(view: DocumentView) -> bytes:
    """The XML of a document, the same bytes every time."""
    texts = TEXTS[view.language]
    root = node(
        "rsm:CrossIndustryInvoice",
        node(
            "rsm:ExchangedDocumentContext",
            node("ram:GuidelineSpecifiedDocumentContextParameter", node("ram:ID", GUIDELINE)),
        ),
        _document(view, texts),
        node(
            "rsm:SupplyChainTradeTransaction",
            *(_line(line, view, texts) for line in view.lines),
            _agreement(view),
            _delivery(view),
            _settlement(view),
        ),
    )
    return serialize(root, NAMESPACES)


def _document(view: DocumentView, texts: Texts) -> Element:
    return node(
        "rsm:ExchangedDocument",
        node("ram:ID", view.number),
        node("ram:TypeCode", _TYPE_CODES[view.kind]),
        node("ram:IssueDateTime", _day(view.issued_on)),
        *(node("ram:IncludedNote", node("ram:Content", text)) for text in _notes(view, texts)),
    )


def _notes(view: DocumentView, texts: Texts) -> Iterator[str]:
    yield texts.titles[view.kind]
    if view.reason:
        yield texts.reason.format(reason=view.reason)
    yield from view.notes


def _description(line: DocumentLine, view: DocumentView) -> str:
    """In the words of the page: what it is, and what its quantity is made of."""
    told = line.description, details_text(line.details, view.language)
    return "; ".join(text for text in told if text)


def _line(line: DocumentLine, view: DocumentView, texts: Texts) -> Element:
    price = _price(line, view)
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        node(
            "ram:AssociatedDocumentLineDocument",
            node("ram:LineID", str(line.number)),
            node("ram:IncludedNote", node("ram:Content", f"{texts.contract} {line.contract}"))
            if line.contract
            else None,
        ),
        node(
            "ram:SpecifiedTradeProduct",
            node_if("ram:SellerAssignedID", line.item),
            node("ram:Name", line.name),
            node_if("ram:Description", _description(line, view)),
        ),
        node(
            "ram:SpecifiedLineTradeAgreement",
            node(
                "ram:NetPriceProductTradePrice",
                node("ram:ChargeAmount", _plain(price.amount)),
                node("ram:BasisQuantity", _plain(price.per), unitCode=price.unit),
            ),
        ),
        node(
            "ram:SpecifiedLineTradeDelivery",
            node("ram:BilledQuantity", _plain(price.quantity), unitCode=price.unit),
        ),
        node(
            "ram:SpecifiedLineTradeSettlement",
            node("ram:ApplicableTradeTax", *_category(line.taxation.category, line.taxation.rate)),
            _period(line.days),
            *(_discount(one, amount) for one, amount in price.discounts),
            node(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                node("ram:LineTotalAmount", _amount(line.net)),
            ),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Price:
    """`amount` for `per` units, of which `quantity` are billed; less the discounts it is the net.

    A price must not be negative (BR-27), so a credited line has a negative quantity. What costs
    something without any use (the flat fee of a tier) is billed as one piece.
    """

    amount: Decimal
    per: Decimal
    quantity: Decimal
    unit: str
    discounts: tuple[tuple[Discount, Money], ...]


def _price(line: DocumentLine, view: DocumentView) -> _Price:
    """The net price of a line, such that quantity * price less the discounts is its net.

    Where one unit has no exact price (tiers, blocks, proration, nets of gross prices), it is the
    price of the whole quantity: that is what the base quantity (BT-149) is for.
    """
    discounts = tuple((one, _net(one.amount, line, view)) for one in line.discounts)
    listed = line.net + total((net for _, net in discounts), view.currency)
    quantity = abs(line.quantity) or Decimal(1)
    one = unit_price(Money(abs(listed.amount_minor), view.currency), quantity)
    amount = Decimal(abs(listed.amount_minor)) if one is None else one
    return _Price(
        amount=amount.scaleb(-minor_digits(view.currency)),
        per=quantity if one is None else Decimal(1),
        quantity=-quantity if listed.amount_minor < 0 else quantity,
        unit=unit_code(line.unit) if line.quantity else PIECE,
        discounts=discounts,
    )


def _net(amount: Money, line: DocumentLine, view: DocumentView) -> Money:
    """The net of a part of a line's price."""
    if view.price_basis is PriceBasis.NET:
        return amount
    share = Decimal(100) / (100 + line.taxation.rate)
    return round_to_minor(amount.amount_minor * share, view.currency)


def _discount(discount: Discount, net: Money) -> Element:
    return node(
        "ram:SpecifiedTradeAllowanceCharge",
        node("ram:ChargeIndicator", node("udt:Indicator", "false")),
        node("ram:ActualAmount", _amount(net)),
        node("ram:ReasonCode", _DISCOUNT),
        node("ram:Reason", discount.reason),
    )


def _agreement(view: DocumentView) -> Element:
    # Whoever is outside VAT must not show a VAT id (BR-O-02).
    is_taxed = VatCode.NOT_SUBJECT not in view.categories
    return node(
        "ram:ApplicableHeaderTradeAgreement",
        node_if("ram:BuyerReference", view.buyer.reference),
        _seller(view.seller, is_taxed=is_taxed),
        _buyer(view.buyer, is_taxed=is_taxed),
        node("ram:ContractReferencedDocument", node("ram:IssuerAssignedID", view.subscription_id))
        if view.subscription_id
        else None,
    )


def _seller(seller: Seller, *, is_taxed: bool) -> Element:
    return node(
        "ram:SellerTradeParty",
        node("ram:Name", seller.name),
        node_if("ram:Description", seller.register_entry),
        node("ram:SpecifiedLegalOrganization", node("ram:ID", seller.register_number)),
        node(
            "ram:DefinedTradeContact",
            node("ram:PersonName", seller.contact or seller.name),
            node("ram:TelephoneUniversalCommunication", node("ram:CompleteNumber", seller.phone))
            if seller.phone
            else None,
            node("ram:EmailURIUniversalCommunication", node("ram:URIID", seller.email)),
        ),
        _address(seller.address),
        node("ram:URIUniversalCommunication", node("ram:URIID", seller.email, schemeID="EM")),
        _tax_registration(seller.vat_id if is_taxed else ""),
    )


def _buyer(buyer: Buyer, *, is_taxed: bool) -> Element:
    return node(
        "ram:BuyerTradeParty",
        node_if("ram:ID", buyer.id),
        node("ram:Name", buyer.legal_name),
        node("ram:DefinedTradeContact", node("ram:PersonName", buyer.name))
        if buyer.company
        else None,
        _address(buyer.address),
        _tax_registration(buyer.vat_id if is_taxed else ""),
    )


def _address(address: Address) -> Element:
    return node(
        "ram:PostalTradeAddress",
        node_if("ram:PostcodeCode", address.postal_code),
        node_if("ram:LineOne", address.street),
        node_if("ram:LineTwo", address.extra),
        node_if("ram:CityName", address.city),
        node("ram:CountryID", address.country),
    )


def _tax_registration(vat_id: str) -> Element | None:
    if not vat_id:
        return None
    return node("ram:SpecifiedTaxRegistration", node("ram:ID", vat_id, schemeID="VA"))


def _delivery(view: DocumentView) -> Element:
    """When, and where to if goods crossed a border untaxed (BR-IC-12).

    The schema demands the element and the rules forbid it to be empty; what names no days of its
    own counts as delivered on the day of the document.
    """
    crosses_border = VatCode.INTRA_COMMUNITY in view.categories
    delivered_on = view.days.last if view.days else view.issued_on
    return node(
        "ram:ApplicableHeaderTradeDelivery",
        node("ram:ShipToTradeParty", _address(view.buyer.address)) if crosses_border else None,
        node(
            "ram:ActualDeliverySupplyChainEvent",
            node("ram:OccurrenceDateTime", _day(delivered_on)),
        ),
    )


def _settlement(view: DocumentView) -> Element:
    return node(
        "ram:ApplicableHeaderTradeSettlement",
        node_if("ram:CreditorReferenceID", view.payment.creditor_id if view.is_owed else ""),
        node_if("ram:PaymentReference", view.payment.reference),
        node("ram:InvoiceCurrencyCode", view.currency),
        _payment_means(view),
        *(_tax(taxes, view) for taxes in _by_category_and_rate(view)),
        _period(view.days),
        _payment_terms(view),
        _totals(view),
        *(_preceding(one) for one in view.corrects),
    )


def _payment_means(view: DocumentView) -> Element | None:
    seller = view.seller
    if not view.is_owed:
        return None
    match view.payment.means:
        case PaymentMeans.TRANSFER:
            return node(
                "ram:SpecifiedTradeSettlementPaymentMeans",
                node("ram:TypeCode", _SEPA_TRANSFER if view.currency == "EUR" else _TRANSFER),
                node(
                    "ram:PayeePartyCreditorFinancialAccount",
                    node("ram:IBANID", seller.iban),
                    node("ram:AccountName", seller.name),
                ),
                node(
                    "ram:PayeeSpecifiedCreditorFinancialInstitution", node("ram:BICID", seller.bic)
                )
                if seller.bic
                else None,
            )
        case PaymentMeans.DIRECT_DEBIT:
            return node(
                "ram:SpecifiedTradeSettlementPaymentMeans", node("ram:TypeCode", _SEPA_DEBIT)
            )
        case PaymentMeans.CARD:
            digits = view.payment.digits
            return node(
                "ram:SpecifiedTradeSettlementPaymentMeans",
                node("ram:TypeCode", _CARD),
                node("ram:ApplicableTradeSettlementFinancialCard", node("ram:ID", digits))
                if digits
                else None,
            )
        case PaymentMeans.NONE:
            return None


def _by_category_and_rate(view: DocumentView) -> Iterator[tuple[TaxLine, ...]]:
    """The taxes of all countries together: the XML cannot tell them apart (BG-23)."""

    def sort_key(one: TaxLine) -> tuple[str, Decimal]:
        return one.taxation.category.value, one.taxation.rate

    for _, taxes in groupby(sorted(view.taxes, key=sort_key), key=sort_key):
        yield tuple(taxes)


def _tax(taxes: tuple[TaxLine, ...], view: DocumentView) -> Element:
    first = taxes[0].taxation
    reasons = dict.fromkeys(one.taxation.exemption for one in taxes)
    kind, code, percent = _category(first.category, first.rate)
    return node(
        "ram:ApplicableTradeTax",
        node("ram:CalculatedAmount", _amount(total((one.tax for one in taxes), view.currency))),
        kind,
        node_if("ram:ExemptionReason", "; ".join(reasons)),
        node("ram:BasisAmount", _amount(total((one.net for one in taxes), view.currency))),
        code,
        node_if("ram:ExemptionReasonCode", first.exemption_code),
        percent,
    )


def _category(category: VatCode, rate: Decimal) -> tuple[Element, Element, Element | None]:
    """Type, category and rate; what is not subject to VAT has no rate (BR-O-05)."""
    has_rate = category is not VatCode.NOT_SUBJECT
    return (
        node("ram:TypeCode", "VAT"),
        node("ram:CategoryCode", category.value),
        node("ram:RateApplicablePercent", _plain(rate)) if has_rate else None,
    )


def _payment_terms(view: DocumentView) -> Element:
    return node(
        "ram:SpecifiedTradePaymentTerms",
        node("ram:Description", payment_terms(view)),
        node("ram:DueDateDateTime", _day(view.due_on)) if view.due_on else None,
        node_if("ram:DirectDebitMandateID", view.payment.mandate_id if view.is_owed else ""),
    )


def _totals(view: DocumentView) -> Element:
    return node(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        node("ram:LineTotalAmount", _amount(view.net)),
        node("ram:TaxBasisTotalAmount", _amount(view.net)),
        node("ram:TaxTotalAmount", _amount(view.tax), currencyID=view.currency),
        node("ram:GrandTotalAmount", _amount(view.gross)),
        node("ram:TotalPrepaidAmount", _amount(view.paid)) if view.paid else None,
        node("ram:DuePayableAmount", _amount(view.payable)),
    )


def _preceding(document: PrecedingDocument) -> Element:
    return node(
        "ram:InvoiceReferencedDocument",
        node("ram:IssuerAssignedID", document.number),
        node("ram:FormattedIssueDateTime", _day(document.issued_on, "qdt")),
    )


def _period(days: ServiceDays | None) -> Element | None:
    if days is None:
        return None
    return node(
        "ram:BillingSpecifiedPeriod",
        node("ram:StartDateTime", _day(days.first)),
        node("ram:EndDateTime", _day(days.last)),
    )


def _day(day: date, prefix: str = "udt") -> Element:
    return node(f"{prefix}:DateTimeString", f"{day:%Y%m%d}", format="102")


def _amount(money: Money) -> str:
    digits = minor_digits(money.currency)
    return f"{Decimal(money.amount_minor).scaleb(-digits):.{digits}f}"


def _plain(number: Decimal) -> str:
    """Without exponent, and without the zeros that say nothing."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
