"""Tax: which rate, in which country, and rounded where."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.errors import NotInvoiceable, TaxRateUnknown, VatIdMissing
from umlauf.billing.model import PriceBasis, TaxTreatment
from umlauf.billing.tax import Parties, TaxableAmount, rate_on, split_taxes, treatment_of
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.money import Money, total

STANDARD, REDUCED = TaxCategory.STANDARD, TaxCategory.REDUCED
TODAY = date(2026, 9, 30)
GERMAN = Parties("DE", "DE")
DUTCH = Parties("DE", "NL")


@pytest.mark.parametrize(
    ("country", "category", "day", "rate"),
    [
        pytest.param("DE", STANDARD, date(2026, 9, 1), 19, id="Germany"),
        pytest.param("DE", REDUCED, date(2026, 9, 1), 7, id="Germany, reduced"),
        pytest.param("NL", STANDARD, date(2026, 9, 1), 21, id="the Netherlands"),
        pytest.param("NL", REDUCED, date(2026, 9, 1), 9, id="the Netherlands, reduced"),
        pytest.param("DE", STANDARD, date(2020, 6, 30), 19, id="last day before the cut"),
        pytest.param("DE", STANDARD, date(2020, 7, 1), 16, id="first day of the cut"),
        pytest.param("DE", STANDARD, date(2020, 12, 31), 16, id="last day of the cut"),
        pytest.param("DE", STANDARD, date(2021, 1, 1), 19, id="first day after the cut"),
    ],
)
def test_the_rate_is_the_one_in_force_on_the_day(
    country: str, category: TaxCategory, day: date, rate: int
) -> None:
    assert rate_on(country, category, day) == rate


@pytest.mark.parametrize(
    ("country", "day"),
    [
        pytest.param("CH", TODAY, id="a country without rates"),
        pytest.param("NL", date(2012, 9, 30), id="the day before the first rate"),
    ],
)
def test_an_unknown_rate_is_refused_and_never_guessed(country: str, day: date) -> None:
    with pytest.raises(TaxRateUnknown) as refused:
        rate_on(country, STANDARD, day)
    assert refused.value.field == "tax_category"
    assert country in refused.value.message


@pytest.mark.parametrize(
    ("supply", "parties", "country"),
    [
        pytest.param(Supply.TRANSPORT_HIRE, DUTCH, "NL", id="long hire of a bike: at home"),
        pytest.param(
            Supply.TRANSPORT_HIRE,
            Parties("DE", "NL", handed_over_in="DE"),
            "DE",
            id="short hire of a bike: at the hand-over",
        ),
        pytest.param(Supply.OTHER_HIRE, DUTCH, "DE", id="a drill is no means of transport"),
        pytest.param(Supply.SERVICE, DUTCH, "DE", id="a service to a consumer: at the seller"),
        pytest.param(Supply.GOODS, DUTCH, "NL", id="goods: at the delivery"),
        pytest.param(Supply.SERVICE, Parties("DE", "DE", is_business=True), "DE", id="at home"),
    ],
)
def test_the_place_of_supply_decides_whose_rate_it_is(
    supply: Supply, parties: Parties, country: str
) -> None:
    assert treatment_of(supply, STANDARD, parties, TODAY).country == country


def test_a_business_abroad_owes_the_tax_itself() -> None:
    parties = Parties("DE", "NL", is_business=True, vat_id="NL123456789B01")
    treatment = treatment_of(Supply.TRANSPORT_HIRE, STANDARD, parties, TODAY)
    assert treatment == TaxTreatment("NL", "reverse_charge", Decimal(0))


def test_a_business_abroad_without_a_vat_id_is_not_billed_on_a_guess() -> None:
    with pytest.raises(VatIdMissing):
        treatment_of(Supply.SERVICE, STANDARD, Parties("DE", "NL", is_business=True), TODAY)


def test_a_business_on_short_hire_pays_where_it_rides() -> None:
    parties = Parties("DE", "NL", is_business=True, handed_over_in="NL")
    treatment = treatment_of(Supply.TRANSPORT_HIRE, STANDARD, parties, TODAY)
    assert treatment == TaxTreatment("NL", "standard", Decimal(21))


def test_goods_to_a_business_abroad_need_another_document() -> None:
    parties = Parties("DE", "NL", is_business=True, vat_id="NL123456789B01")
    with pytest.raises(NotInvoiceable):
        treatment_of(Supply.GOODS, STANDARD, parties, TODAY)


RATES = [
    TaxTreatment("DE", "standard", Decimal(19)),
    TaxTreatment("DE", "reduced", Decimal(7)),
    TaxTreatment("NL", "standard", Decimal(21)),
    TaxTreatment("XX", "standard", Decimal("5.5")),
]
AMOUNTS = st.lists(
    st.builds(
        TaxableAmount,
        st.integers(-100_000, 1_000_000).map(lambda minor: Money(minor, "EUR")),
        st.sampled_from(RATES),
    ),
    max_size=12,
)


@given(AMOUNTS, st.sampled_from(PriceBasis))
def test_lines_and_taxes_add_up_to_the_cent(
    amounts: list[TaxableAmount], basis: PriceBasis
) -> None:
    split = split_taxes(amounts, basis, "EUR")
    net = total((tax.net for tax in split.taxes), "EUR")
    tax = total((tax.tax for tax in split.taxes), "EUR")
    assert total(split.nets, "EUR") == net
    given_in_all = total((one.amount for one in amounts), "EUR")
    assert given_in_all == (net if basis is PriceBasis.NET else net + tax)


@given(AMOUNTS, st.sampled_from(PriceBasis))
def test_tax_is_rounded_once_for_each_rate(amounts: list[TaxableAmount], basis: PriceBasis) -> None:
    """However many lines there are, the tax is never more than half a cent from the exact one."""
    for tax in split_taxes(amounts, basis, "EUR").taxes:
        whole = sum(one.amount.amount_minor for one in amounts if one.treatment == tax.treatment)
        base = 100 if basis is PriceBasis.NET else 100 + tax.treatment.rate
        exact = whole * tax.treatment.rate / Decimal(base)
        assert abs(tax.tax.amount_minor - exact) <= Decimal("0.5")


@given(AMOUNTS)
def test_a_line_s_net_is_within_a_cent_of_its_own_share(amounts: list[TaxableAmount]) -> None:
    split = split_taxes(amounts, PriceBasis.GROSS, "EUR")
    for one, net in zip(amounts, split.nets, strict=True):
        exact = one.amount.amount_minor * 100 / (100 + one.treatment.rate)
        assert abs(net.amount_minor - exact) < 2
