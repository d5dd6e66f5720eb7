"""How documents name a tax treatment."""

from decimal import Decimal

import pytest

from umlauf.billing.errors import NotInvoiceable
from umlauf.billing.model import TaxTreatment
from umlauf.billing.vat_codes import exemption_of, vat_code
from umlauf.catalog.model import TaxCategory
from umlauf.customers.model import Language


def treatment(category: str, rate: int = 0) -> TaxTreatment:
    return TaxTreatment("DE", category, Decimal(rate))


@pytest.mark.parametrize(
    ("category", "rate", "letter", "reason"),
    [
        ("standard", 19, "S", None),
        ("intermediate", 13, "S", None),
        ("reduced", 7, "S", None),
        ("super_reduced", 2, "S", None),
        ("zero", 0, "Z", None),
        ("exempt", 0, "E", None),
        ("reverse_charge", 0, "AE", "VATEX-EU-AE"),
        ("intra_community", 0, "K", "VATEX-EU-IC"),
        ("export", 0, "G", "VATEX-EU-G"),
        ("outside_scope", 0, "O", "VATEX-EU-O"),
        ("not_subject", 0, "O", "VATEX-EU-O"),
    ],
)
def test_each_treatment_has_its_letter_and_reason(
    category: str, rate: int, letter: str, reason: str | None
) -> None:
    one = treatment(category, rate)
    assert vat_code(one) == letter
    exemption = exemption_of(one)
    assert (exemption.code if exemption else None) == reason


def test_what_bears_no_tax_says_why_in_every_language() -> None:
    silent = {"S", "Z"}
    categories = [*TaxCategory, "reverse_charge", "intra_community", "export", "outside_scope"]
    for category in categories:
        exemption = exemption_of(treatment(category))
        if vat_code(treatment(category)).value in silent:
            assert exemption is None
            continue
        assert exemption is not None
        texts = [exemption.text(language) for language in Language]
        assert all(texts)
        assert len(set(texts)) == len(Language)


def test_the_words_that_the_law_prescribes_stand_there() -> None:
    exemption = exemption_of(treatment("reverse_charge"))
    assert exemption is not None
    assert exemption.text(Language.GERMAN) == "Steuerschuldnerschaft des Leistungsempfängers"
    assert exemption.text(Language.DUTCH) == "Btw verlegd"


def test_a_category_without_a_letter_is_not_printed_on_a_guess() -> None:
    with pytest.raises(NotInvoiceable, match="no VAT code"):
        vat_code(treatment("margin_scheme"))
