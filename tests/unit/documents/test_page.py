"""The page says what the document says, in the reader's language, and is fit for an archive."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import fromstring

import facturx
import pytest
from pypdf import PdfReader

from tests.functions.render_documents.test_render_documents import ADA, NOTE
from tests.unit.documents.samples import CONSUMER, SAMPLES
from umlauf.billing.documenting import view_of_note
from umlauf.billing.documents import Address, DocumentView, PaymentMeans
from umlauf.billing.model import LineDetail
from umlauf.billing.terms import UMLAUF
from umlauf.customers.model import Language
from umlauf.kernel.money import Money
from umlauf_integrations.documents.cii_xml import invoice_xml
from umlauf_integrations.documents.giro_code import giro_code, giro_code_text
from umlauf_integrations.documents.letterhead import address_lines
from umlauf_integrations.documents.payment_terms import has_giro_code
from umlauf_integrations.documents.pdf import invoice_pdf


@cache
def rendered(sample: str) -> bytes:
    return invoice_pdf(SAMPLES[sample]())


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf), strict=True)  # strict: a wrong offset in the table is an error


def pages(pdf: bytes) -> list[str]:
    plain = [page.extract_text().replace("\u00a0", " ") for page in read(pdf).pages]
    return [text.replace("\u2212", "-") for text in plain]


def text(view: DocumentView) -> str:
    return "\n".join(pages(invoice_pdf(view)))


SAID = {
    Language.GERMAN: [
        *("Rechnung RE-2026-000123", "03.11.2026", "01.11.2026 \u2013 30.11.2026", "247 Min."),
        *("119,64 €", "141,86 €", "7 %", "Seite 1 von 1", "UML-7Q2M9X-01"),
    ],
    Language.DUTCH: [
        *("Factuur RE-2026-000123", "03-11-2026", "01-11-2026 \u2013 30-11-2026", "247 min."),
        *("€ 119,64", "€ 141,86", "7%", "Pagina 1 van 1"),
    ],
    Language.ENGLISH: [
        *("Invoice RE-2026-000123", "3 Nov 2026", "1 Nov 2026 \u2013 30 Nov 2026", "247 min"),
        *("€119.64", "€141.86", "7%", "Page 1 of 1"),
    ],
}


@pytest.mark.parametrize("language", Language)
def test_a_page_speaks_its_readers_language(language: Language) -> None:
    shown = text(replace(SAMPLES["multi_rate"](), language=language))
    assert [said for said in SAID[language] if said not in shown] == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.GERMAN, "boost 3 Min., eco 12,5 Min., 17 Transaktionen"),
        (Language.ENGLISH, "boost 3 min, eco 12.5 min, 17 transactions"),
    ],
)
def test_a_quantity_is_told_in_parts_on_the_page_and_in_the_data(
    language: Language, said: str
) -> None:
    sample = SAMPLES["multi_rate"]()
    details = (
        LineDetail("boost", Decimal(3), "minute"),
        LineDetail("eco", Decimal("12.500"), "minute"),
        LineDetail("", Decimal(17), "transaction"),
    )
    first, *others = sample.lines
    view = replace(sample, language=language, lines=(replace(first, details=details), *others))
    assert said in " ".join(text(view).split())
    told = invoice_xml(view).decode().replace("\u00a0", " ")
    assert re.search(rf"<ram:Description>[^<]*{re.escape(said)}</ram:Description>", told)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_page_names_everything_an_invoice_must_name(sample: str) -> None:
    """§ 14 (4) UStG: both parties, number, date, VAT id, what, when, net, rate and tax."""
    view, shown = SAMPLES[sample](), " ".join("\n".join(pages(rendered(sample))).split())
    amounts = re.sub(r"[.,]", "", shown)
    must = [view.seller.name, view.seller.vat_id, view.seller.address.city, view.number]
    must += [view.buyer.address.city, *(one.number for one in view.corrects)]
    assert [one for one in must if one not in shown] == []
    minor = [view.gross, *(one.tax for one in view.taxes), *(one.net for one in view.taxes)]
    assert [one for one in minor if not re.search(rf"(?<!\d)0*{one.amount_minor}\b", amounts)] == []


def test_what_corrects_an_invoice_names_it_and_says_why() -> None:
    shown = "\n".join(pages(rendered("credit_note")))
    assert "bij de facturen RE-2026-000098 van 01-10-2026, RE-2026-000099 van" in shown
    assert "Reden: Fiets was twee weken stuk <&> niet te gebruiken" in shown


def test_of_many_corrected_invoices_each_is_named() -> None:
    view = SAMPLES["credit_of_many_invoices"]()
    shown = " ".join("\n".join(pages(rendered("credit_of_many_invoices"))).split())
    assert [one.number for one in view.corrects if one.number not in shown] == []
    assert view.reason in shown


@pytest.mark.parametrize("language", Language)
def test_what_billing_gives_back_by_itself_has_a_reason_to_read(language: Language) -> None:
    shown = text(view_of_note(NOTE, entity=UMLAUF, customer=replace(ADA, language=language)))
    assert "contract_changed" not in shown
    said = {
        Language.GERMAN: "Grund: Änderung des Vertrags",
        Language.DUTCH: "Reden: wijziging van het contract",
        Language.ENGLISH: "Reason: change of the contract",
    }
    assert said[language] in shown


# --- The address window ---


@pytest.mark.parametrize(
    ("language", "country", "own"),
    [
        (Language.GERMAN, "SCHWEIZ", "Deutschland"),
        (Language.DUTCH, "ZWITSERLAND", "Duitsland"),
        (Language.ENGLISH, "SWITZERLAND", "Germany"),
    ],
)
def test_a_letter_abroad_ends_with_the_country_in_the_readers_language(
    language: Language, country: str, own: str
) -> None:
    view = SAMPLES["export"]()
    [page] = pages(invoice_pdf(replace(view, language=language)))
    assert f"Seeweg 3\n6300 Zug\n{country}" in page
    assert f"10999 Berlin\n{own}" in page  # the sender's, in the foot


@pytest.mark.parametrize("address", [CONSUMER.address, Address("DE")], ids=["known", "not known"])
def test_a_letter_at_home_names_no_country(address: Address) -> None:
    view = replace(SAMPLES["multi_rate"](), buyer=replace(CONSUMER, address=address))
    shown = text(view)
    assert not re.search("germany|deutschland", shown, re.IGNORECASE)


def test_an_american_town_stands_before_its_code() -> None:
    assert list(address_lines(Address("US", "1 Main St", "", "94105", "San Francisco"))) == [
        "1 Main St",
        "San Francisco 94105",
    ]


def test_a_table_that_goes_on_carries_its_sum() -> None:
    view = SAMPLES["forty_lines"]()
    carried = [
        re.findall(r"Übertrag\s*\n?\s*([\d.,]+)", page) for page in pages(rendered("forty_lines"))
    ]
    assert len(carried) > 2
    assert [len(sums) for sums in carried] == [1, *[2] * (len(carried) - 2), 1]
    # What one page hands over the next one takes, and it is the sum of the lines above.
    handed, taken = [sums[-1] for sums in carried[:-1]], [sums[0] for sums in carried[1:]]
    assert handed == taken
    running, sums = 0, set()
    for line in view.lines:
        running += line.amount.amount_minor
        sums.add(f"{running // 100:,}".replace(",", ".") + f",{running % 100:02}")
    assert set(handed) <= sums


def test_every_line_is_on_exactly_one_page() -> None:
    shown = "\n".join(pages(rendered("forty_lines")))
    assert [shown.count(f"E-Bike {place:02} im") for place in range(1, 41)] == [1] * 40


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_file_carries_its_xml_unchanged(sample: str) -> None:
    pdf = rendered(sample)
    name, xml = facturx.get_xml_from_pdf(pdf, check_xsd=True)
    assert name == "factur-x.xml"
    assert xml == invoice_xml(SAMPLES[sample]())
    root: Any = read(pdf).trailer["/Root"]
    [attached] = root["/AF"]
    assert attached.get_object()["/AFRelationship"] == "/Alternative"
    assert attached.get_object()["/EF"]["/F"]["/Subtype"] == "/text/xml"


@pytest.mark.parametrize("sample", SAMPLES)
def test_all_typefaces_are_embedded_and_no_glyph_is_missing(sample: str) -> None:
    for page in read(rendered(sample)).pages:
        resources: Any = page["/Resources"]
        fonts = resources["/Font"]
        assert fonts
        for font in fonts.values():
            descriptor = font.get_object()["/FontDescriptor"]
            assert "/FontFile2" in descriptor
            # ISO 19005-3, 6.2.11.6: a symbolic TrueType font has no encoding but its own.
            assert descriptor["/Flags"] & 4
            assert "/Encoding" not in font.get_object()
            assert "/ToUnicode" in font.get_object()
            assert re.match(r"/[A-Z]{6}\+IBMPlexSans", font.get_object()["/BaseFont"])
    assert "\x00" not in "".join(pages(rendered(sample)))


def test_a_character_without_a_glyph_is_marked() -> None:
    view = SAMPLES["long_names"]()
    assert "Παπαδόπουλος �� de" in " ".join(text(view).split())


@pytest.mark.parametrize("language", Language)
def test_a_page_says_so_where_characters_are_missing_and_the_xml_has_them(
    language: Language,
) -> None:
    view = replace(SAMPLES["names_of_all_scripts"](), language=language)
    shown = " ".join(text(view).split())
    assert "��� / ��� ��� / ����" in shown
    assert {Language.GERMAN: "Zeichen", Language.DUTCH: "Tekens", Language.ENGLISH: "Characters"}[
        language
    ] in shown
    assert view.buyer.name in invoice_xml(view).decode()
    plain = text(replace(SAMPLES["multi_rate"](), language=language))
    assert "XML" not in plain


def test_characters_that_steer_are_left_out() -> None:
    shown = "\n".join(pages(rendered("names_of_all_scripts")))
    assert "& Co. XELF" in shown
    assert "Ride [31mtime\n1 Oct 2026" in shown
    assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e\ufeff]", shown)


def test_html_in_a_name_is_only_a_name() -> None:
    shown = "\n".join(pages(rendered("names_of_all_scripts")))
    assert "E-Bike <b>Flex</b> & Co." in shown
    assert "Łódzka & Söhne-Straße 5 <script>" in shown


def test_the_sender_is_whole_on_a_letter_abroad() -> None:
    shown = "\n".join(pages(rendered("export")))
    assert "Umlauf Mobilität GmbH · Oranienstraße 24 · 10999 Berlin · Deutschland" in shown


def test_the_file_says_that_it_is_an_archive_with_an_e_invoice() -> None:
    reader = read(rendered("multi_rate"))
    root: Any = reader.trailer["/Root"]
    assert "/Filter" not in root["/Metadata"].get_object()
    xmp = fromstring(root["/Metadata"].get_object().get_data())  # noqa: S314
    said = {element.tag.rpartition("}")[2]: element.text for element in xmp.iter()}
    assert (said["part"], said["conformance"]) == ("3", "B")
    assert (said["DocumentType"], said["ConformanceLevel"]) == ("INVOICE", "EN 16931")
    assert said["DocumentFileName"] == "factur-x.xml"
    assert said["CreateDate"] == "2026-11-02T00:00:00+00:00"
    [intent] = root["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    assert intent.get_object()["/DestOutputProfile"].get_data()[36:40] == b"acsp"  # an ICC profile
    assert root["/Lang"] == "de"
    assert reader.metadata is not None
    assert reader.metadata.title == "Rechnung RE-2026-000123"
    assert "/Encrypt" not in reader.trailer


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_stream_runs_into_its_end(sample: str) -> None:
    pdf = rendered(sample)
    ends = [found.start() for found in re.finditer(rb"endstream\nendobj", pdf)]
    assert len(ends) >= 6
    assert {pdf[end - 1 : end] for end in ends} == {b"\n"}


def test_the_same_document_is_the_same_bytes_whatever_was_rendered_before() -> None:
    first = invoice_pdf(SAMPLES["multi_rate"]())
    invoice_pdf(SAMPLES["forty_lines"]())
    assert invoice_pdf(SAMPLES["multi_rate"]()) == first
    assert invoice_pdf(replace(SAMPLES["multi_rate"](), number="RE-2026-000124")) != first


def test_each_document_has_an_identity_of_its_own() -> None:
    trailers: list[Any] = [read(rendered(sample)).trailer for sample in SAMPLES]
    identities = {trailer["/ID"][0].original_bytes for trailer in trailers}
    assert len(identities) == len(SAMPLES)


# --- Paying by code ---


def test_the_giro_code_says_what_a_banking_app_needs() -> None:
    assert giro_code_text(SAMPLES["gross_prices"]()).split("\n") == [
        *("BCD", "002", "1", "SCT", "COBADEFFXXX", "Umlauf Mobilität GmbH"),
        *("DE89370400440532013000", "EUR135.04", "", "", "RE-2026-000123"),
    ]


def test_the_giro_code_asks_for_what_is_left_to_pay() -> None:
    assert "EUR70.08" in giro_code_text(SAMPLES["discounts"]())


def test_the_longest_giro_code_is_still_one_that_apps_read() -> None:
    """EPC069-12: version 13 at most, that is 69 modules a side."""
    view = SAMPLES["gross_prices"]()
    longest = replace(
        view,
        seller=replace(view.seller, name="Ä" * 100),
        payment=replace(view.payment, reference="Ü" * 200),
    )
    assert len(giro_code(longest)) <= 69


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        pytest.param("gross_prices", True, id="transfer of euros"),
        pytest.param("multi_rate", False, id="direct debit"),
        pytest.param("foreign_currency", False, id="not euros"),
        pytest.param("credit_note", False, id="nothing to be paid"),
    ],
)
def test_only_a_transfer_of_euros_has_a_code(sample: str, *, expected: bool) -> None:
    assert has_giro_code(SAMPLES[sample]()) is expected


def test_what_is_paid_already_asks_for_nothing() -> None:
    view = SAMPLES["gross_prices"]()
    paid = replace(view, prepaid=view.gross)
    assert not has_giro_code(paid)
    shown = text(paid)
    assert "Der Betrag ist aus Ihrem Guthaben bezahlt" in shown
    assert "Bitte überweisen" not in shown


@pytest.mark.parametrize("means", PaymentMeans)
@pytest.mark.parametrize("language", Language)
def test_every_way_to_pay_can_be_said_in_every_language(
    means: PaymentMeans, language: Language
) -> None:
    view = SAMPLES["multi_rate"]()
    shown = text(replace(view, payment=replace(view.payment, means=means), language=language))
    assert "{" not in shown
    assert view.payable == Money(14186, "EUR")
