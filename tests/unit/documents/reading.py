"""What a machine reads in a document's file."""

from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import fromstring

import facturx

from umlauf.kernel.money import Money


def xml_in(pdf: bytes) -> bytes:
    """The e-invoice that a file carries."""
    _, xml = facturx.get_xml_from_pdf(pdf, check_xsd=False)
    return bytes(xml)


def number_in(xml: bytes) -> str:
    return _parsed(xml).findtext("{*}ExchangedDocument/{*}ID") or ""


def totals_in(xml: bytes) -> tuple[Money, ...]:
    """Net, tax and gross, in euros."""
    found = _parsed(xml).find(".//{*}SpecifiedTradeSettlementHeaderMonetarySummation")
    assert found is not None
    names = ("TaxBasisTotalAmount", "TaxTotalAmount", "GrandTotalAmount")
    texts = [found.findtext(f"{{*}}{name}") or "" for name in names]
    return tuple(Money(int(Decimal(text).scaleb(2)), "EUR") for text in texts)


def _parsed(xml: bytes) -> Any:
    return fromstring(xml)  # noqa: S314 - our own
