"""How documents name a tax treatment: the codes of EN 16931 and the words of the law.

The letters are UNCL 5305, the reasons the VATEX list of the Connecting Europe Facility. Everything
that bears no tax says why (BR-E-10, BR-AE-10, BR-IC-10, BR-G-10, BR-O-10). Category O stands alone:
an invoice that has it has no other (BR-O-11), and names no VAT id of the seller (BR-O-02).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from umlauf.billing.errors import NotInvoiceable
from umlauf.billing.model import TaxTreatment
from umlauf.billing.tax import EXPORT, INTRA_COMMUNITY, OUTSIDE_SCOPE, REVERSE_CHARGE
from umlauf.catalog.model import TaxCategory
from umlauf.customers.model import Language


class VatCode(StrEnum):
    """EN 16931's VAT categories (BT-118, BT-151)."""

    STANDARD = "S"
    """Any rate above zero, reduced ones too."""
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"
    INTRA_COMMUNITY = "K"
    EXPORT = "G"
    NOT_SUBJECT = "O"


@dataclass(frozen=True, slots=True)
class Exemption:
    """Why no tax is charged: the code (BT-121), where there is one, and the text (BT-120)."""

    code: str | None
    texts: Mapping[Language, str]

    def text(self, language: Language) -> str:
        return self.texts[language]


_CODES: Final[Mapping[str, VatCode]] = {
    TaxCategory.STANDARD.value: VatCode.STANDARD,
    TaxCategory.INTERMEDIATE.value: VatCode.STANDARD,
    TaxCategory.REDUCED.value: VatCode.STANDARD,
    TaxCategory.SUPER_REDUCED.value: VatCode.STANDARD,
    TaxCategory.ZERO.value: VatCode.ZERO,
    TaxCategory.EXEMPT.value: VatCode.EXEMPT,
    TaxCategory.NOT_SUBJECT.value: VatCode.NOT_SUBJECT,
    REVERSE_CHARGE: VatCode.REVERSE_CHARGE,
    INTRA_COMMUNITY: VatCode.INTRA_COMMUNITY,
    EXPORT: VatCode.EXPORT,
    OUTSIDE_SCOPE: VatCode.NOT_SUBJECT,
}


def _exemption(code: str | None, german: str, dutch: str, english: str) -> Exemption:
    texts = {Language.GERMAN: german, Language.DUTCH: dutch, Language.ENGLISH: english}
    return Exemption(code, texts)


_EXEMPTIONS: Final[Mapping[str, Exemption]] = {
    REVERSE_CHARGE: _exemption(
        "VATEX-EU-AE",
        "Steuerschuldnerschaft des Leistungsempfängers",
        "Btw verlegd",
        "Reverse charge",
    ),
    INTRA_COMMUNITY: _exemption(
        "VATEX-EU-IC",
        "Steuerfreie innergemeinschaftliche Lieferung",
        "Intracommunautaire levering, 0% btw",
        "Intra-Community supply, exempt from VAT",
    ),
    EXPORT: _exemption(
        "VATEX-EU-G",
        "Steuerfreie Ausfuhrlieferung",
        "Uitvoer buiten de EU, 0% btw",
        "Export outside the EU, exempt from VAT",
    ),
    OUTSIDE_SCOPE: _exemption(
        "VATEX-EU-O",
        "Nicht im Inland steuerbare Leistung",
        "Buiten het toepassingsgebied van de btw",
        "Outside the scope of VAT",
    ),
    TaxCategory.NOT_SUBJECT.value: _exemption(
        "VATEX-EU-O",
        "Kein Entgelt für eine Leistung, nicht umsatzsteuerbar",
        "Geen vergoeding voor een prestatie, niet aan btw onderworpen",
        "Not a payment for a supply, not subject to VAT",
    ),
    TaxCategory.EXEMPT.value: _exemption(
        None, "Steuerfreie Leistung", "Van btw vrijgestelde prestatie", "Exempt from VAT"
    ),
}


def vat_code(treatment: TaxTreatment) -> VatCode:
    """The letter of a treatment. Raises NotInvoiceable for a category that has none."""
    try:
        return _CODES[treatment.category]
    except KeyError:
        raise NotInvoiceable(
            f"{treatment.category!r} has no VAT code; give it one before it is billed",
            field="tax_category",
        ) from None


def exemption_of(treatment: TaxTreatment) -> Exemption | None:
    """Why a treatment bears no tax; None for what is taxed, be it at a rate of zero."""
    return _EXEMPTIONS.get(treatment.category)
