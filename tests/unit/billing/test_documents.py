"""What a document must be before anybody prints it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.credit_fakes import invoice_over
from tests.unit.documents.samples import (
    CONSUMER,
    DUTCH,
    REDUCED,
    SAMPLES,
    SELLER,
    STANDARD,
    document,
    sold,
)
from umlauf.billing.adjusting import COMMITMENT
from umlauf.billing.documenting import line_of, seller_of, taxation_of
from umlauf.billing.documents import (
    Discount,
    DocumentView,
    ServiceDays,
    UnsoundDocument,
    unit_price,
)
from umlauf.billing.model import LineDiscount, LineKind, PriceBasis, TaxAmount, TaxTreatment
from umlauf.billing.reconciling import GIVEN_BEFORE
from umlauf.billing.stored_documents import storage_key
from umlauf.billing.terms import UMLAUF, UMLAUF_NL
from umlauf.customers.model import Language
from umlauf.kernel.money import Money


def eur(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


def plain() -> DocumentView:
    return document(sold("E-Bike Flex", 7990), sold("Zeitschrift", 420, REDUCED))


def with_first_line(view: DocumentView, **changes: object) -> DocumentView:
    first, *others = view.lines
    return replace(view, lines=(replace(first, **changes), *others))  # type: ignore[arg-type]


def with_first_tax(view: DocumentView, **changes: object) -> DocumentView:
    first, *others = view.taxes
    return replace(view, taxes=(replace(first, **changes), *others))  # type: ignore[arg-type]


REFUSED: dict[str, tuple[Callable[[], DocumentView], str]] = {
    "no number": (lambda: replace(plain(), number=""), "needs its number"),
    "no lines": (lambda: replace(plain(), lines=(), taxes=()), "needs a line"),
    "a gap in the line numbers": (lambda: with_first_line(plain(), number=3), "without a gap"),
    "an unnamed line": (lambda: with_first_line(plain(), name=""), "line 1 needs a name"),
    "days that run backwards": (
        lambda: with_first_line(plain(), days=ServiceDays(date(2026, 11, 2), date(2026, 11, 1))),
        "ends before it begins",
    ),
    "a net that is not the amount": (
        lambda: with_first_line(plain(), net=eur(7989)),
        "must be its share of the base",
    ),
    "a discount of nothing": (
        lambda: with_first_line(plain(), discounts=(Discount("Nichts", eur(0)),)),
        "takes nothing off",
    ),
    "a discount without reason": (
        lambda: with_first_line(plain(), discounts=(Discount("", eur(1)),)),
        "without a reason",
    ),
    "a base that is not its lines": (
        lambda: with_first_tax(plain(), net=eur(7991)),
        "add up to 79.90 EUR, not 79.91 EUR",
    ),
    "a tax that is a cent off": (
        lambda: with_first_tax(plain(), tax=eur(1519)),
        "is 15.18 EUR, not 15.19 EUR",
    ),
    "a rate that is summed up twice": (
        lambda: replace(plain(), taxes=(plain().taxes[0], *plain().taxes)),
        "summed up once",
    ),
    "a tax of no line": (
        lambda: replace(plain(), taxes=plain().taxes[:1]),
        "those of its lines",
    ),
    "two currencies": (
        lambda: replace(plain(), prepaid=Money(100, "GBP")),
        "must be in EUR",
    ),
    "three decimals": (lambda: document(sold("Ride", 1500, currency="KWD")), "three decimals"),
    "a total below zero": (lambda: document(sold("Gutschrift", -100)), "is a credit note's"),
    "no due date": (lambda: replace(plain(), due_on=None), "on which it is due"),
    "a cancellation of nothing": (
        lambda: replace(SAMPLES["cancellation"](), corrects=()),
        "name the document that it cancels",
    ),
    "tax without a VAT id": (
        lambda: replace(plain(), seller=replace(SELLER, vat_id="")),
        "needs a VAT id",
    ),
    "reverse charge to nobody's VAT id": (
        lambda: replace(SAMPLES["reverse_charge"](), buyer=CONSUMER),
        "their VAT id must be named",
    ),
    "a transfer to nowhere": (
        lambda: replace(plain(), seller=replace(SELLER, iban="")),
        "needs the seller's IBAN",
    ),
    "half a mandate": (
        lambda: replace(plain(), payment=replace(plain().payment, mandate_id="M-1")),
        "with its creditor id",
    ),
    "a deposit among taxed lines": (
        lambda: document(
            sold("E-Bike", 7990),
            sold("Kaution", 100, TaxTreatment("DE", "not_subject", Decimal(0))),
        ),
        "goes on a document of its own",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_contradicts_itself_is_never_printed(case: str) -> None:
    make, reason = REFUSED[case]
    with pytest.raises(UnsoundDocument, match=reason):
        make()


def test_what_is_sound_stays_as_it_is() -> None:
    view = plain()
    assert (view.net, view.tax, view.gross) == (eur(8410), eur(1547), eur(9957))
    assert replace(view, prepaid=eur(957)).payable == eur(9000)


@given(
    amounts=st.lists(st.integers(1, 500_000), min_size=1, max_size=8),
    rates=st.lists(st.sampled_from((STANDARD, REDUCED, DUTCH)), min_size=8, max_size=8),
    basis=st.sampled_from(PriceBasis),
)
def test_whatever_billing_splits_is_sound_and_adds_up(
    amounts: list[int], rates: list[TaxTreatment], basis: PriceBasis
) -> None:
    lines = (sold("Etwas", amount, rate) for amount, rate in zip(amounts, rates, strict=False))
    view = document(*lines, basis=basis)
    assert view.net == eur(sum(line.net.amount_minor for line in view.lines))
    if basis is PriceBasis.GROSS:
        assert view.gross == eur(sum(amounts))


@pytest.mark.parametrize(
    ("minor", "quantity", "expected"),
    [
        pytest.param(2964, "247", "12", id="a price there is"),
        pytest.param(1299, "100", "12.99", id="parts of a cent"),
        pytest.param(1000, "3", None, id="no price of one: tiers, blocks"),
        pytest.param(-5327, "1", "-5327", id="given back"),
        pytest.param(100, "0", None, id="of nothing"),
    ],
)
def test_a_unit_price_is_shown_only_if_it_is_exact(
    minor: int, quantity: str, expected: str | None
) -> None:
    price = unit_price(eur(minor), Decimal(quantity))
    assert price == (None if expected is None else Decimal(expected))


def test_the_seller_names_the_vat_id_of_whose_tax_they_charge() -> None:
    home = TaxAmount(STANDARD, eur(100), eur(19))
    foreign = replace(UMLAUF.details, vat_ids=("DE136695976", "NL123456782B90"))
    entity = replace(UMLAUF, details=foreign)
    assert seller_of(entity, (home,)).vat_id == "DE136695976"
    assert seller_of(entity, (TaxAmount(DUTCH, eur(100), eur(21)),)).vat_id == "NL123456782B90"
    assert seller_of(UMLAUF, (TaxAmount(DUTCH, eur(100), eur(21)),)).vat_id == "DE136695976"


def test_a_reason_is_told_in_the_readers_language() -> None:
    told = {
        language: taxation_of(TaxTreatment("NL", "reverse_charge", Decimal(0)), language)
        for language in Language
    }
    assert told[Language.DUTCH].exemption == "Btw verlegd"
    assert {one.exemption_code for one in told.values()} == {"VATEX-EU-AE"}


@pytest.mark.parametrize(
    ("language", "line", "discount"),
    [
        (Language.GERMAN, "Ausgleich zum vereinbarten Mindest- oder Höchstbetrag", "Kulanz"),
        (Language.DUTCH, "Verrekening tot het afgesproken minimum- of maximumbedrag", "Coulance"),
        (Language.ENGLISH, "Adjustment to the agreed minimum or maximum", "Goodwill"),
    ],
)
def test_what_billing_names_by_itself_is_told_in_the_readers_language(
    language: Language, line: str, discount: str
) -> None:
    first = invoice_over(1_000).lines[0]
    limit = replace(first, kind=LineKind.TRUE_UP, name=COMMITMENT)
    given = replace(first, discounts=(LineDiscount(GIVEN_BEFORE, "Goodwill", eur(5)),))
    coupon = replace(first, discounts=(LineDiscount("may", "May only", eur(5)),))
    assert line_of(limit, language).name == line
    assert line_of(given, language).name == given.name
    assert [one.reason for one in line_of(given, language).discounts] == [discount]
    assert [one.reason for one in line_of(coupon, language).discounts] == ["May only"]


def test_a_tax_makes_good_what_each_corrected_document_left_over_and_no_more() -> None:
    correcting = with_first_line(plain(), corrects="inv_before")
    for tax in (1515, 1521):
        assert with_first_tax(correcting, tax=eur(tax)).taxes[0].tax == eur(tax)
    for tax in (1514, 1522):
        with pytest.raises(UnsoundDocument, match=r"is 15\.18 EUR"):
            with_first_tax(correcting, tax=eur(tax))


def test_a_document_speaks_the_readers_language_if_its_company_does() -> None:
    """A company that writes German alone answers everybody in German."""
    german_alone = replace(UMLAUF, languages=(Language.GERMAN,))
    assert [german_alone.language_for(one) for one in Language] == [Language.GERMAN] * 3
    assert [UMLAUF_NL.language_for(one) for one in Language] == list(Language)
    assert UMLAUF_NL.languages[0] is Language.DUTCH


def test_a_number_has_one_place_in_the_archive() -> None:
    assert storage_key("umlauf-nl", date(2026, 12, 31), "NL-FA-2026-000009") == (
        "umlauf-nl/2026/NL-FA-2026-000009.pdf"
    )
