"""The XML of every kind of document passes the official schema and rules of EN 16931."""

from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest
from lxml import etree

from tests.unit.documents.rules import Schematron
from tests.unit.documents.samples import SAMPLES
from umlauf.billing.documents import DocumentView
from umlauf.kernel.money import minor_digits
from umlauf_integrations.documents.cii_xml import NAMESPACES, invoice_xml


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_document_is_valid_by_schema_and_by_rule(
    sample: str, schema: etree.XMLSchema, schematron: Schematron
) -> None:
    xml = invoice_xml(SAMPLES[sample]())
    schema.assertValid(etree.fromstring(xml))
    assert schematron.violations(xml) == []


NAMES = {prefix: uri for prefix, uri in NAMESPACES.items() if prefix in {"ram", "udt"}}
SPOILT = {
    "a total that is not its sum": (b"<ram:GrandTotalAmount>", b"<ram:GrandTotalAmount>1", "CO-15"),
    "lines that do not add up": (b"<ram:LineTotalAmount>", b"<ram:LineTotalAmount>1", "CO-10"),
    "a negative price": (b"<ram:ChargeAmount>", b"<ram:ChargeAmount>-", "BR-27"),
    "no VAT id": (b"DE136695976", b"136695976", "CO-09"),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_the_rules_would_notice(fault: str, schematron: Schematron) -> None:
    before, after, rule = SPOILT[fault]
    xml = invoice_xml(SAMPLES["discounts"]())
    assert before in xml
    assert any(rule in found for found in schematron.violations(xml.replace(before, after, 1)))


def number(element: Element, path: str) -> Decimal:
    found = element.findtext(path, namespaces=NAMES)
    assert found is not None, path
    return Decimal(found)


@pytest.mark.parametrize("sample", SAMPLES)
def test_quantity_times_price_less_discounts_is_exactly_the_line(sample: str) -> None:
    view = SAMPLES[sample]()
    root = fromstring(invoice_xml(view))  # noqa: S314
    lines = root.findall(".//ram:IncludedSupplyChainTradeLineItem", NAMES)
    assert len(lines) == len(view.lines)
    for line, printed in zip(lines, view.lines, strict=True):
        price = number(line, ".//ram:ChargeAmount")
        quantity, per = number(line, ".//ram:BilledQuantity"), number(line, ".//ram:BasisQuantity")
        paths = line.findall(".//ram:SpecifiedTradeAllowanceCharge", NAMES)
        discounts = sum((number(one, "ram:ActualAmount") for one in paths), Decimal(0))
        net = number(line, ".//ram:LineTotalAmount")
        assert price * quantity / per - discounts == net
        assert net == Decimal(printed.net.amount_minor).scaleb(-minor_digits(view.currency))
        assert price >= 0


@pytest.mark.parametrize(
    ("sample", "code"),
    [
        pytest.param("multi_rate", "380", id="invoice"),
        pytest.param("credit_note", "381", id="credit note"),
        pytest.param("cancellation", "381", id="cancellation"),
    ],
)
def test_machines_can_tell_what_is_owed_from_what_is_given_back(sample: str, code: str) -> None:
    root = fromstring(invoice_xml(SAMPLES[sample]()))  # noqa: S314
    assert root.findtext(".//ram:TypeCode", namespaces=NAMES) == code
    assert number(root, ".//ram:DuePayableAmount") > 0


def test_a_credit_note_names_what_it_corrects_and_why() -> None:
    """BG-3: each invoice by number (BT-25) and date (BT-26); BT-22: the reason."""
    root = fromstring(invoice_xml(SAMPLES["credit_note"]()))  # noqa: S314
    referenced = root.findall(".//ram:InvoiceReferencedDocument", NAMES)
    assert [["".join(part.itertext()) for part in one] for one in referenced] == [
        ["RE-2026-000098", "20261001"],
        ["RE-2026-000099", "20261002"],
    ]
    notes = [one.text for one in root.findall(".//ram:IncludedNote/ram:Content", NAMES)]
    assert notes == ["Creditnota", "Reden: Fiets was twee weken stuk <&> niet te gebruiken"]


def test_what_xml_cannot_hold_is_left_out() -> None:
    view = SAMPLES["multi_rate"]()
    odd = replace(view, notes=("vor\x00\x0b\ufffenach <&>",))
    assert "<ram:Content>vornach &lt;&amp;&gt;</ram:Content>" in invoice_xml(odd).decode()


MEANS = "ram:SpecifiedTradeSettlementPaymentMeans"


def settlement(view: DocumentView) -> Element:
    root = fromstring(invoice_xml(view))  # noqa: S314
    found = root.find(".//ram:ApplicableHeaderTradeSettlement", NAMES)
    assert found is not None
    return found


def test_a_debit_names_mandate_and_creditor() -> None:
    """BT-81 59, BT-89, BT-90. The debited account (BT-91) is one that only the provider knows."""
    found = settlement(SAMPLES["multi_rate"]())
    assert found.findtext(f"{MEANS}/ram:TypeCode", namespaces=NAMES) == "59"
    assert found.findtext(".//ram:DirectDebitMandateID", namespaces=NAMES) == "UML-7Q2M9X-01"
    assert found.findtext("ram:CreditorReferenceID", namespaces=NAMES) == "DE98ZZZ09999999999"


def test_a_card_is_named_by_its_last_digits() -> None:
    """BT-81 48, BT-87."""
    found = settlement(SAMPLES["no_decimals"]())
    assert found.findtext(f"{MEANS}/ram:TypeCode", namespaces=NAMES) == "48"
    assert found.findtext(".//ram:ApplicableTradeSettlementFinancialCard/ram:ID", None, NAMES) == (
        "4242"
    )


def test_a_transfer_names_the_account_to_pay_to() -> None:
    """BT-81 58, BT-84; euros only, else 30."""
    found = settlement(SAMPLES["month_of_a_consumer"]())
    assert found.findtext(f"{MEANS}/ram:TypeCode", namespaces=NAMES) == "58"
    assert found.findtext(".//ram:IBANID", namespaces=NAMES) == "DE89370400440532013000"
    abroad = settlement(SAMPLES["foreign_currency"]())
    assert abroad.findtext(f"{MEANS}/ram:TypeCode", namespaces=NAMES) == "30"


@pytest.mark.parametrize("sample", ["multi_rate", "no_decimals", "month_of_a_consumer"])
def test_what_credit_paid_asks_for_nothing_by_any_means(
    sample: str, schema: etree.XMLSchema, schematron: Schematron
) -> None:
    """BT-113 is the whole, BT-115 zero, and no means of payment are named."""
    view = SAMPLES[sample]()
    paid = replace(view, prepaid=view.gross)
    found = settlement(paid)
    assert found.find(MEANS, NAMES) is None
    assert found.find("ram:CreditorReferenceID", NAMES) is None
    assert found.find(".//ram:DirectDebitMandateID", NAMES) is None
    assert number(found, ".//ram:TotalPrepaidAmount") == number(found, ".//ram:GrandTotalAmount")
    assert number(found, ".//ram:DuePayableAmount") == 0
    xml = invoice_xml(paid)
    schema.assertValid(etree.fromstring(xml))
    assert schematron.violations(xml) == []
