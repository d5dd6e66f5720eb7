"""Who bills whom: the entity of a contract, and the parties of everything on its bills."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.offer_fakes import MONTHLY, NOW
from umlauf.billing.errors import NotInvoiceable, VatIdMissing
from umlauf.billing.model import PriceBasis
from umlauf.billing.parties import parties_of
from umlauf.billing.tax import (
    Parties,
    TaxableAmount,
    rate_on,
    split_taxes,
    tax_point_of,
    treatment_of,
)
from umlauf.billing.tax_rates import VAT_AREAS, VatArea
from umlauf.billing.terms import ENTITIES, UMLAUF, UMLAUF_NL, entity_for, entity_of
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.customers.billing_details import BillingDetails, CheckedVatId, FormerHome
from umlauf.customers.model import COUNTRIES, Customer, Language
from umlauf.kernel.calendar import nth_period
from umlauf.kernel.money import Money

STANDARD, HIRE = TaxCategory.STANDARD, Supply.TRANSPORT_HIRE
ADA = Customer(
    id="cus_1",
    email="ada@example.org",
    name="Ada Lovelace",
    country="NL",
    language=Language.DUTCH,
    time_zone="Europe/Berlin",
    signed_up_at=NOW,
)
DUTCH_ID = CheckedVatId("NL123456782B12", "NL", NOW, is_valid=True)
GERMAN_ID = CheckedVatId("DE136695976", "DE", NOW, is_valid=True)


@pytest.mark.parametrize(
    ("customer", "site", "entity"),
    [
        pytest.param("DE", None, "umlauf-de", id="at home"),
        pytest.param("AT", None, "umlauf-de", id="served from Germany"),
        pytest.param("US", None, "umlauf-de", id="from overseas"),
        pytest.param("NL", None, "umlauf-de", id="a Dutch customer without a site: by OSS"),
        pytest.param("DE", "NL", "umlauf-nl", id="the Dutch company's own site"),
        pytest.param("NL", "DE", "umlauf-de", id="a German site, whoever comes"),
        pytest.param("NL", "FR", "umlauf-de", id="a site in a country that is only served"),
    ],
)
def test_a_contract_is_billed_by_who_serves_its_site_or_else_the_customer(
    customer: str, site: str | None, entity: str
) -> None:
    assert entity_for(customer, site_country=site).id == entity
    assert entity_of(entity).id == entity


def test_of_two_that_serve_a_country_the_first_bills() -> None:
    assert entity_for("NL", entities=(UMLAUF_NL, UMLAUF)) is UMLAUF_NL


def test_a_country_that_nobody_serves_is_refused() -> None:
    with pytest.raises(NotInvoiceable) as refused:
        entity_for("BR")
    assert (refused.value.field, "no legal entity serves 'BR'" in refused.value.message) == (
        "country",
        True,
    )
    with pytest.raises(NotInvoiceable) as unknown:
        entity_of("umlauf-xx")
    assert unknown.value.field == "legal_entity"
    assert "umlauf-de, umlauf-nl" in unknown.value.message


def test_no_two_kinds_of_document_share_a_series() -> None:
    prefixes = [prefix for entity in ENTITIES for prefix in entity.series.prefixes]
    assert len(prefixes) == len(set(prefixes))
    assert len({entity.id for entity in ENTITIES}) == len(ENTITIES)


def test_an_entity_says_of_itself_what_documents_and_tax_need() -> None:
    for entity in ENTITIES:
        assert entity.address.country == entity.country
        assert entity.registered_in[0] == entity.country
        assert entity.details.vat_id_in(entity.country)
        assert entity.details.vat_id_in("XX") is None
        assert entity.bank_account.iban.startswith(entity.country)


def test_whoever_may_sign_up_can_be_billed() -> None:
    """A country that is opened needs its area, an entity, and in the EU a rate."""
    for country in COUNTRIES:
        assert country in entity_for(country).serves
        if VAT_AREAS[country] is VatArea.EU:
            assert rate_on(country, STANDARD, NOW.date()) > 0


def test_the_parties_carry_what_the_entity_can_declare() -> None:
    assert parties_of(ADA, UMLAUF, handed_over_in="NL") == Parties(
        "DE", "NL", handed_over_in="NL", seller_uses_oss=True, seller_registered_in=("DE",)
    )


def test_a_checked_vat_id_shifts_the_tax_to_the_business() -> None:
    firm = replace(ADA, is_business=True, billing=BillingDetails(vat_id=DUTCH_ID))
    treatment = treatment_of(HIRE, STANDARD, parties_of(firm, UMLAUF), NOW.date())
    assert (treatment.category, treatment.rate) == ("reverse_charge", Decimal(0))


@pytest.mark.parametrize("vat_id", [None, replace(DUTCH_ID, is_valid=False)])
def test_a_vat_id_counts_only_while_its_check_stands(vat_id: CheckedVatId | None) -> None:
    firm = replace(ADA, is_business=True, billing=BillingDetails(vat_id=vat_id))
    with pytest.raises(VatIdMissing):
        treatment_of(HIRE, STANDARD, parties_of(firm, UMLAUF), NOW.date())


def test_a_german_who_moves_to_the_netherlands_pays_dutch_tax_from_then_on() -> None:
    """Six months of a monthly fee at one gross price, with a move on 15 March."""
    mover = replace(ADA, former_homes=(FormerHome(date(2026, 3, 15), "DE"),))
    entity = entity_for(mover.country_on(date(2026, 1, 1)))
    parties = parties_of(mover, entity)
    taxed = []
    for n in range(6):
        tax_point = tax_point_of(nth_period(date(2026, 1, 1), MONTHLY, n))
        treatment = treatment_of(HIRE, STANDARD, parties, tax_point)
        taxed.append((treatment.country, treatment.rate))
    german, dutch = ("DE", Decimal(19)), ("NL", Decimal(21))
    assert entity is UMLAUF
    assert taxed == [german, german, dutch, dutch, dutch, dutch]
    # What is no means of transport stays with the seller.
    at_seller = treatment_of(Supply.SERVICE, STANDARD, parties, date(2026, 6, 30))
    assert (at_seller.country, at_seller.rate) == german


def test_a_firm_that_moves_is_billed_by_the_vat_id_it_had_then() -> None:
    firm = replace(
        ADA,
        is_business=True,
        billing=BillingDetails(vat_id=DUTCH_ID),
        former_homes=(FormerHome(date(2026, 3, 15), "DE", GERMAN_ID),),
    )
    parties = parties_of(firm, UMLAUF_NL)
    before = treatment_of(HIRE, STANDARD, parties, date(2026, 3, 14))
    after = treatment_of(HIRE, STANDARD, parties, date(2026, 3, 15))
    assert (before.country, before.category) == ("DE", "reverse_charge")
    assert (after.country, after.category, after.rate) == ("NL", "standard", Decimal(21))


def test_a_price_with_tax_is_what_is_paid_also_by_a_business_that_owes_the_tax_itself() -> None:
    """Of a consumer at home, one abroad, and a business abroad only the tax inside differs."""
    price = Money(5900, "EUR")
    firm = replace(ADA, is_business=True, billing=BillingDetails(vat_id=DUTCH_ID))
    shown = []
    for customer in (replace(ADA, country="DE"), ADA, firm):
        treatment = treatment_of(HIRE, STANDARD, parties_of(customer, UMLAUF), NOW.date())
        parts = split_taxes([TaxableAmount(price, treatment)], PriceBasis.GROSS, "EUR")
        (one,) = parts.taxes
        shown.append((one.net + one.tax, one.tax.amount_minor))
    assert shown == [(price, 942), (price, 1024), (price, 0)]
    # A plan with net prices charges all three the same net amount.
    treatment = treatment_of(HIRE, STANDARD, parties_of(firm, UMLAUF), NOW.date())
    (one,) = split_taxes([TaxableAmount(price, treatment)], PriceBasis.NET, "EUR").taxes
    assert (one.net, one.tax.amount_minor) == (price, 0)
