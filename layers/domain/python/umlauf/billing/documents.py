"""Everything that is printed on a billing document, checked before anything is printed.

A view of an issued document, a credit note, a cancellation or a deposit request: whole, in one
language, and sound by its own rules (those of EN 16931 that are about figures and parties). What
renders it, as a page or as XML, only writes down what stands here; it reckons nothing.

Amounts say what the document says: a credit note over 10.00 is over +10.00, for its kind gives the
direction. A negative line is a credit inside an invoice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from umlauf.billing.errors import NotInvoiceable
from umlauf.billing.model import LineDetail, PriceBasis
from umlauf.billing.vat_codes import VatCode
from umlauf.customers.model import Language
from umlauf.kernel.money import Money, minor_digits, round_to_minor, total

MOST_MINOR_DIGITS: Final = 2
"""EN 16931 writes every amount with at most two decimals (BR-DEC)."""
_HUNDRED: Final = Decimal(100)
_FINEST_UNIT_PRICE: Final = Decimal("0.000001")


class UnsoundDocument(NotInvoiceable):
    """The parts of a document contradict each other, or something it must say is missing."""

    code = "billing.unsound_document"


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    CANCELLATION = "cancellation"
    DEPOSIT_REQUEST = "deposit_request"

    @property
    def is_credit(self) -> bool:
        """Whether the customer gets the total instead of owing it."""
        return self in {DocumentKind.CREDIT_NOTE, DocumentKind.CANCELLATION}


_BETWEEN_BUSINESSES: Final = frozenset({VatCode.REVERSE_CHARGE, VatCode.INTRA_COMMUNITY})
_NAMES_SELLER: Final = frozenset(VatCode) - {VatCode.NOT_SUBJECT}
_NEEDS_NO_REASON: Final = frozenset({VatCode.STANDARD, VatCode.ZERO})


class PaymentMeans(StrEnum):
    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct_debit"
    CARD = "card"
    NONE = "none"
    """Nothing is to be paid: settled, or owed to the customer."""


_COLLECTED: Final = frozenset({PaymentMeans.DIRECT_DEBIT, PaymentMeans.CARD})


@dataclass(frozen=True, slots=True)
class Address:
    """`country` is the ISO 3166 code; of a customer we may know no more than that."""

    country: str
    street: str = ""
    extra: str = ""
    postal_code: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The legal entity as its letterhead shows it."""

    name: str
    address: Address
    register_entry: str
    """Where and under which number it is registered, as it must be printed."""
    register_number: str
    email: str
    vat_id: str = ""
    phone: str = ""
    website: str = ""
    contact: str = ""
    directors: tuple[str, ...] = ()
    bank: str = ""
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Whom the document is for. `reference` is what the buyer wants to read on it (BT-10)."""

    id: str
    name: str
    address: Address
    company: str = ""
    vat_id: str = ""
    reference: str = ""

    @property
    def legal_name(self) -> str:
        return self.company or self.name


@dataclass(frozen=True, slots=True)
class Discount:
    """What a line costs less than its list amount, in the document's price basis."""

    reason: str
    amount: Money


@dataclass(frozen=True, slots=True)
class ServiceDays:
    """The days a line is for. The last one is included, as people read dates."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Taxation:
    """What makes lines be taxed together.

    `country` is whose tax it is; `exemption` says why there is none, where that must be said.
    """

    category: VatCode
    rate: Decimal
    country: str
    exemption: str = ""
    exemption_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One line. `amount` is in the document's price basis, `net` its share of the taxable base."""

    number: int
    item: str
    name: str
    quantity: Decimal
    unit: str
    amount: Money
    net: Money
    taxation: Taxation
    description: str = ""
    contract: str = ""
    """Which contract it is of, where one document is for several."""
    days: ServiceDays | None = None
    discounts: tuple[Discount, ...] = ()
    details: tuple[LineDetail, ...] = ()
    """What its quantity is made of."""
    corrects: str = ""
    """The id of the document it gives something back of."""

    @property
    def discount(self) -> Money:
        return total((one.amount for one in self.discounts), self.amount.currency)

    @property
    def list_amount(self) -> Money:
        """What the line would cost without its discounts."""
        return self.amount + self.discount

    @property
    def unit_price_minor(self) -> Decimal | None:
        """The price of one unit in minor units, if there is one.

        None where no such number exists: tiers and blocks price a quantity, not each unit of it.
        """
        return unit_price(self.list_amount, self.quantity)


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax of all lines that are taxed alike."""

    taxation: Taxation
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How the total is paid.

    `brand` and `digits` say by which card or account of the customer: as much as may be shown.
    `collected_on` is the first day on which it may be debited.
    """

    means: PaymentMeans
    reference: str = ""
    mandate_id: str = ""
    creditor_id: str = ""
    brand: str = ""
    digits: str = ""
    collected_on: date | None = None


@dataclass(frozen=True, slots=True)
class PrecedingDocument:
    """A document that this one corrects."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentView:
    """A billing document, ready to be printed. Raises UnsoundDocument when it is not."""

    kind: DocumentKind
    number: str
    issued_on: date
    language: Language
    currency: str
    price_basis: PriceBasis
    seller: Seller
    buyer: Buyer
    lines: tuple[DocumentLine, ...]
    taxes: tuple[TaxLine, ...]
    payment: Payment
    due_on: date | None = None
    subscription_id: str = ""
    prepaid: Money | None = None
    corrects: tuple[PrecedingDocument, ...] = ()
    reason: str = ""
    """Why it corrects them."""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise UnsoundDocument(f"document {self.number or '(no number)'}: {fault}")

    @property
    def net(self) -> Money:
        return total((one.net for one in self.taxes), self.currency)

    @property
    def tax(self) -> Money:
        return total((one.tax for one in self.taxes), self.currency)

    @property
    def gross(self) -> Money:
        return self.net + self.tax

    @property
    def paid(self) -> Money:
        """What was paid, or credited from the balance, before the document was issued."""
        return self.prepaid or Money(0, self.currency)

    @property
    def payable(self) -> Money:
        return self.gross - self.paid

    @property
    def is_owed(self) -> bool:
        """Whether the customer is to pay anything."""
        return not self.kind.is_credit and self.payable.amount_minor > 0

    @property
    def days(self) -> ServiceDays | None:
        """The first to the last day that any line is for."""
        spans = [line.days for line in self.lines if line.days]
        if not spans:
            return None
        return ServiceDays(min(one.first for one in spans), max(one.last for one in spans))

    @property
    def categories(self) -> frozenset[VatCode]:
        return frozenset(one.taxation.category for one in self.taxes)


def unit_price(amount: Money, quantity: Decimal) -> Decimal | None:
    """The price of one unit in minor units, if `quantity` of them cost exactly `amount`."""
    if not quantity:
        return None
    price = (amount.amount_minor / quantity).quantize(_FINEST_UNIT_PRICE).normalize() + Decimal(0)
    return price if price * quantity == amount.amount_minor else None


def _faults(view: DocumentView) -> Iterator[str]:
    """What is wrong with a document, in sentences that name the remedy."""
    yield from _faults_of_form(view)
    yield from _faults_of_amounts(view)
    for line in view.lines:
        yield from _faults_of_line(line, view)
    yield from _faults_of_taxes(view)
    yield from _faults_of_parties(view)


def _faults_of_form(view: DocumentView) -> Iterator[str]:
    if not view.number:
        yield "it needs its number"
    if not view.lines:
        yield "it needs a line"
    if [line.number for line in view.lines] != list(range(1, len(view.lines) + 1)):
        yield "its lines must be numbered from 1 without a gap"
    if view.kind is DocumentKind.CANCELLATION and not view.corrects:
        yield "it must name the document that it cancels"
    if view.due_on is None and not view.kind.is_credit:
        yield "it needs the day on which it is due"


def _faults_of_amounts(view: DocumentView) -> Iterator[str]:
    if minor_digits(view.currency) > MOST_MINOR_DIGITS:
        yield f"an e-invoice cannot write {view.currency}, which has three decimals"
    amounts = [view.paid, *(line.amount for line in view.lines), *(one.tax for one in view.taxes)]
    if any(amount.currency != view.currency for amount in amounts):
        yield f"all its amounts must be in {view.currency}"
    elif view.gross.amount_minor < 0:
        yield "a total below zero is a credit note's, with its signs turned"


def _faults_of_line(line: DocumentLine, view: DocumentView) -> Iterator[str]:
    at = f"line {line.number}"
    if not line.name:
        yield f"{at} needs a name"
    if line.days and line.days.last < line.days.first:
        yield f"{at} ends before it begins"
    if any(one.amount.amount_minor <= 0 for one in line.discounts):
        yield f"{at} has a discount that takes nothing off"
    if any(not one.reason for one in line.discounts):
        yield f"{at} has a discount without a reason"
    if view.price_basis is PriceBasis.NET and line.net != line.amount:
        yield f"{at} is net, so {line.amount} must be its share of the base, not {line.net}"


def _faults_of_taxes(view: DocumentView) -> Iterator[str]:
    taxed = [one.taxation for one in view.taxes]
    if len(set(taxed)) != len(taxed):
        yield "each category and rate of a country is summed up once"
    if set(taxed) != {line.taxation for line in view.lines}:
        yield "its taxes must be those of its lines"
    for one in view.taxes:
        name = f"{one.taxation.category.value} {one.taxation.rate} % ({one.taxation.country})"
        lines = [line for line in view.lines if line.taxation == one.taxation]
        net = total((line.net for line in lines), view.currency)
        if net != one.net:
            yield f"the lines of {name} add up to {net}, not {one.net}"
        if (one.taxation.rate > 0) != (one.taxation.category is VatCode.STANDARD):
            yield f"{name}: only the category S has a rate above zero, and always"
        if not one.taxation.exemption and one.taxation.category not in _NEEDS_NO_REASON:
            yield f"{name} needs the reason why there is no tax"
        yield from _faults_of_tax(one, name, lines, view)
    if VatCode.NOT_SUBJECT in view.categories and len(view.categories) > 1:
        yield "what is not subject to VAT goes on a document of its own (BR-O-11)"


def _faults_of_tax(
    one: TaxLine, name: str, lines: Sequence[DocumentLine], view: DocumentView
) -> Iterator[str]:
    exact = round_to_minor(one.net.amount_minor * one.taxation.rate / _HUNDRED, view.currency)
    # A gross price is split after its tax was rounded, and what is given back takes in what was
    # left over when each document that it corrects was rounded (`document_tax`).
    corrected = {line.corrects for line in lines if line.corrects}
    is_split = view.price_basis is PriceBasis.GROSS or view.kind.is_credit or bool(corrected)
    slack = int(is_split) + 2 * len(corrected)
    if abs(exact.amount_minor - one.tax.amount_minor) > slack:
        yield f"{name} of {one.net} is {exact}, not {one.tax}"
    gross = total((line.amount for line in lines), view.currency)
    if view.price_basis is PriceBasis.GROSS and gross != one.net + one.tax:
        yield f"the lines of {name} cost {gross}, not {one.net + one.tax}"


def _faults_of_parties(view: DocumentView) -> Iterator[str]:
    seller, buyer, payment = view.seller, view.buyer, view.payment
    if _NAMES_SELLER & view.categories and not seller.vat_id:
        yield "who sells under VAT needs a VAT id"
    if _BETWEEN_BUSINESSES & view.categories and not buyer.vat_id:
        yield "where the customer owes the tax, their VAT id must be named"
    if payment.means is PaymentMeans.TRANSFER and not seller.iban:
        yield "a transfer needs the seller's IBAN"
    if payment.means in _COLLECTED and view.is_owed and payment.collected_on is None:
        yield "what is collected names the day"
    if bool(payment.mandate_id) != bool(payment.creditor_id):
        yield "a mandate is named with its creditor id"
