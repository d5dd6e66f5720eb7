"""Tax: which rate, in which country, and rounded where."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.errors import NotInvoiceable, TaxRateUnknown, VatIdMissing
from umlauf.billing.model import PriceBasis, TaxTreatment
from umlauf.billing.tax import (
    FormerHome,
    Parties,
    TaxableAmount,
    rate_on,
    split_taxes,
    tax_point_of,
    treatment_of,
)
from umlauf.billing.tax_rates import DATED_RATES, VAT_AREAS, DatedRate
from umlauf.catalog.model import Supply, TaxCategory
from umlauf.kernel.calendar import Period
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.money import Money, total

STANDARD, REDUCED = TaxCategory.STANDARD, TaxCategory.REDUCED
INTERMEDIATE, SUPER_REDUCED = TaxCategory.INTERMEDIATE, TaxCategory.SUPER_REDUCED
NOT_SUBJECT = TaxCategory.NOT_SUBJECT
HIRE, DRILL = Supply.TRANSPORT_HIRE, Supply.OTHER_HIRE
GOODS, SERVICE = Supply.GOODS, Supply.SERVICE
TODAY = date(2026, 9, 30)
GERMAN = Parties("DE", "DE")
GERMAN_FIRM = Parties("DE", "DE", is_business=True, vat_id="DE136695976")
DUTCH = Parties("DE", "NL")
DUTCH_FIRM = Parties("DE", "NL", is_business=True, vat_id="NL123456782B12")
SWISS_FIRM = Parties("DE", "CH", is_business=True)


@pytest.mark.parametrize(
    ("country", "category", "day", "rate"),
    [
        pytest.param("DE", STANDARD, date(2026, 9, 1), "19", id="Germany"),
        pytest.param("DE", REDUCED, date(2026, 9, 1), "7", id="Germany, reduced"),
        pytest.param("DE", TaxCategory.ZERO, date(2026, 9, 1), "0", id="Germany, zero"),
        pytest.param("DE", STANDARD, date(2020, 6, 30), "19", id="last day before the cut"),
        pytest.param("DE", STANDARD, date(2020, 7, 1), "16", id="first day of the cut"),
        pytest.param("DE", REDUCED, date(2020, 12, 31), "5", id="last day of the cut, reduced"),
        pytest.param("DE", STANDARD, date(2020, 12, 31), "16", id="last day of the cut"),
        pytest.param("DE", STANDARD, date(2021, 1, 1), "19", id="first day after the cut"),
        pytest.param("NL", STANDARD, date(2012, 9, 30), "19", id="the Netherlands until 2012"),
        pytest.param("NL", STANDARD, date(2012, 10, 1), "21", id="the Netherlands since 2012"),
        pytest.param("NL", REDUCED, date(2018, 12, 31), "6", id="the Netherlands, until 2018"),
        pytest.param("NL", REDUCED, date(2019, 1, 1), "9", id="the Netherlands, since 2019"),
        pytest.param("AT", STANDARD, date(2026, 9, 1), "20", id="Austria"),
        pytest.param("AT", INTERMEDIATE, date(2026, 9, 1), "13", id="Austria, intermediate"),
        pytest.param("AT", REDUCED, date(2026, 9, 1), "10", id="Austria, reduced"),
        pytest.param("FR", STANDARD, date(2013, 12, 31), "19.6", id="France until 2013"),
        pytest.param("FR", STANDARD, date(2014, 1, 1), "20", id="France since 2014"),
        pytest.param("FR", INTERMEDIATE, date(2026, 9, 1), "10", id="France, intermediate"),
        pytest.param("FR", REDUCED, date(2026, 9, 1), "5.5", id="France, reduced"),
        pytest.param("FR", SUPER_REDUCED, date(2026, 9, 1), "2.1", id="France, super reduced"),
        pytest.param("BE", STANDARD, date(2026, 9, 1), "21", id="Belgium"),
        pytest.param("BE", INTERMEDIATE, date(2026, 9, 1), "12", id="Belgium, intermediate"),
        pytest.param("BE", REDUCED, date(2026, 9, 1), "6", id="Belgium, reduced"),
    ],
)
def test_the_rate_is_the_one_in_force_on_the_day(
    country: str, category: TaxCategory, day: date, rate: str
) -> None:
    assert rate_on(country, category, day) == Decimal(rate)


def test_no_two_entries_disagree_about_a_day() -> None:
    known = [(entry.country, entry.category, entry.starts_on) for entry in DATED_RATES]
    assert len(known) == len(set(known))
    assert {entry.country for entry in DATED_RATES} <= set(VAT_AREAS)


@pytest.mark.parametrize(
    ("country", "category", "day"),
    [
        pytest.param("CH", STANDARD, TODAY, id="a country without rates"),
        pytest.param("US", STANDARD, TODAY, id="no VAT is no rate of zero"),
        pytest.param("DE", INTERMEDIATE, TODAY, id="a category the country does not have"),
        pytest.param("NL", STANDARD, date(2000, 12, 31), id="the day before the first rate"),
        pytest.param("XA", STANDARD, date(2024, 1, 1), id="an abolished rate"),
    ],
)
def test_an_unknown_rate_is_refused_and_never_guessed(
    country: str, category: TaxCategory, day: date
) -> None:
    abolished = (
        DatedRate("XA", STANDARD, date(2020, 1, 1), Decimal(5)),
        DatedRate("XA", STANDARD, date(2024, 1, 1), None),
    )
    with pytest.raises(TaxRateUnknown) as refused:
        rate_on(country, category, day, (*DATED_RATES, *abolished))
    assert refused.value.field == "tax_category"
    for named in (country, category.value, str(day), "add it to the dated rates"):
        assert named in refused.value.message


def test_a_country_nobody_entered_is_not_a_country_without_tax() -> None:
    with pytest.raises(TaxRateUnknown) as refused:
        treatment_of(Supply.GOODS, STANDARD, Parties("DE", "BR"), TODAY)
    assert refused.value.field == "country"
    assert "'BR'" in refused.value.message


def test_what_is_no_supply_bears_no_tax_wherever_it_goes() -> None:
    """Deposits, damages, fees: nobody needs a VAT id, a registration or a rate for them."""
    for parties in (GERMAN, DUTCH, DUTCH_FIRM, Parties("DE", "BR"), Parties("US", "US")):
        treatment = treatment_of(Supply.SERVICE, NOT_SUBJECT, parties, TODAY)
        assert treatment == TaxTreatment(parties.seller_country, "not_subject", Decimal(0))


@pytest.mark.parametrize(
    ("supply", "parties", "taxed"),
    [
        # A consumer in the EU.
        pytest.param(HIRE, GERMAN, "DE standard 19", id="hire at home"),
        pytest.param(HIRE, DUTCH, "NL standard 21", id="long hire of a bike: where they live"),
        pytest.param(
            HIRE,
            replace(DUTCH, handed_over_in="DE"),
            "DE standard 19",
            id="short hire of a bike: at the hand-over",
        ),
        pytest.param(
            HIRE,
            replace(GERMAN, handed_over_in="NL"),
            "NL standard 21",
            id="short hire of a bike on holiday",
        ),
        pytest.param(
            HIRE,
            replace(GERMAN, handed_over_in="US"),
            "US outside_scope 0",
            id="short hire of a bike where there is no VAT",
        ),
        pytest.param(
            HIRE,
            replace(GERMAN_FIRM, handed_over_in="US"),
            "US outside_scope 0",
            id="short hire there to a business: nobody needs to be registered",
        ),
        pytest.param(DRILL, DUTCH, "DE standard 19", id="a drill is no means of transport"),
        pytest.param(SERVICE, DUTCH, "DE standard 19", id="a service: at the seller"),
        pytest.param(GOODS, DUTCH, "NL standard 21", id="goods: at the delivery"),
        # The seller may not be able to declare the tax abroad through OSS.
        pytest.param(
            GOODS,
            replace(DUTCH, seller_uses_oss=False),
            "DE standard 19",
            id="goods below the threshold: the seller's country",
        ),
        pytest.param(
            GOODS,
            replace(DUTCH, seller_uses_oss=False, seller_registered_in=("NL",)),
            "NL standard 21",
            id="goods to where the seller is registered",
        ),
        pytest.param(
            HIRE,
            replace(DUTCH, seller_uses_oss=False, seller_registered_in=("NL",)),
            "NL standard 21",
            id="hire to where the seller is registered",
        ),
        # A business.
        pytest.param(SERVICE, GERMAN_FIRM, "DE standard 19", id="a business at home"),
        pytest.param(GOODS, GERMAN_FIRM, "DE standard 19", id="goods to a business at home"),
        pytest.param(HIRE, DUTCH_FIRM, "NL reverse_charge 0", id="hire to a business abroad"),
        pytest.param(DRILL, DUTCH_FIRM, "NL reverse_charge 0", id="a drill to a business abroad"),
        pytest.param(SERVICE, DUTCH_FIRM, "NL reverse_charge 0", id="a service to one"),
        pytest.param(GOODS, DUTCH_FIRM, "NL intra_community 0", id="goods to a business abroad"),
        pytest.param(
            HIRE,
            replace(DUTCH_FIRM, vat_id=None, handed_over_in="NL", seller_registered_in=("NL",)),
            "NL standard 21",
            id="a business on short hire pays where it rides",
        ),
        # Outside the EU.
        pytest.param(GOODS, Parties("DE", "US"), "US export 0", id="goods to America"),
        pytest.param(GOODS, SWISS_FIRM, "CH export 0", id="goods to a business in Switzerland"),
        pytest.param(SERVICE, SWISS_FIRM, "CH outside_scope 0", id="a service to one"),
        pytest.param(HIRE, Parties("DE", "CH"), "CH outside_scope 0", id="hire to a Swiss"),
        pytest.param(DRILL, Parties("DE", "CH"), "CH outside_scope 0", id="a drill to a Swiss"),
        pytest.param(
            SERVICE, Parties("DE", "US"), "DE standard 19", id="a service to a consumer in America"
        ),
        pytest.param(SERVICE, Parties("US", "US"), "US outside_scope 0", id="where there is none"),
    ],
)
def test_who_is_supplied_what_and_where_decides_the_tax(
    supply: Supply, parties: Parties, taxed: str
) -> None:
    treatment = treatment_of(supply, STANDARD, parties, TODAY)
    assert f"{treatment.country} {treatment.category} {treatment.rate}" == taxed


@pytest.mark.parametrize("category", [REDUCED, TaxCategory.ZERO, TaxCategory.EXEMPT])
def test_a_plan_names_the_category_and_the_country_the_rate(category: TaxCategory) -> None:
    treatment = treatment_of(Supply.SERVICE, category, GERMAN, TODAY)
    rates = {REDUCED: 7, TaxCategory.ZERO: 0, TaxCategory.EXEMPT: 0}
    assert treatment == TaxTreatment("DE", category.value, Decimal(rates[category]))


@pytest.mark.parametrize(
    ("supply", "parties", "kind", "field", "remedy"),
    [
        pytest.param(
            SERVICE,
            replace(DUTCH_FIRM, vat_id=None),
            VatIdMissing,
            "vat_id",
            "needs a checked VAT id",
            id="a business abroad without a VAT id",
        ),
        pytest.param(
            HIRE,
            replace(DUTCH, seller_uses_oss=False),
            NotInvoiceable,
            "legal_entity",
            "register the legal entity",
            id="hire of a bike knows no threshold",
        ),
        pytest.param(
            HIRE,
            replace(DUTCH_FIRM, handed_over_in="NL"),
            NotInvoiceable,
            "legal_entity",
            "not registered",
            id="OSS is for consumers",
        ),
        pytest.param(
            SERVICE,
            Parties("US", "DE"),
            NotInvoiceable,
            "country",
            "an entity that serves DE",
            id="an American seller in Europe",
        ),
    ],
)
def test_what_cannot_be_taxed_right_is_refused_with_the_remedy(
    supply: Supply, parties: Parties, kind: type[UmlaufError], field: str, remedy: str
) -> None:
    with pytest.raises(kind) as refused:
        treatment_of(supply, STANDARD, parties, TODAY)
    assert refused.value.field == field
    assert remedy in refused.value.message


@pytest.mark.parametrize(
    ("start", "end", "rate"),
    [
        pytest.param(date(2020, 6, 1), date(2020, 7, 1), 19, id="ends before the cut"),
        pytest.param(date(2020, 6, 15), date(2020, 7, 15), 16, id="into the cut: all of it"),
        pytest.param(date(2020, 1, 1), date(2021, 1, 1), 16, id="a year that ends within it"),
        pytest.param(date(2020, 12, 2), date(2021, 1, 2), 19, id="out of the cut: all of it"),
        pytest.param(date(2020, 7, 10), date(2021, 7, 10), 19, id="a year that spans the end"),
    ],
)
def test_a_period_across_a_change_bears_the_rate_at_its_end(
    start: date, end: date, rate: int
) -> None:
    tax_point = tax_point_of(Period(start, end))
    assert treatment_of(HIRE, STANDARD, GERMAN, tax_point).rate == rate


def test_a_period_is_taxed_where_the_customer_lived_at_its_end() -> None:
    """Moved from Germany to the Netherlands, and as a firm on to Belgium."""
    mover = Parties(
        "DE",
        "BE",
        is_business=True,
        vat_id="BE0428759497",
        former_homes=(
            FormerHome(date(2026, 3, 15), "DE"),
            FormerHome(date(2026, 6, 1), "NL", "NL123456782B12"),
        ),
    )
    ends = {date(2026, 3, 15): "DE", date(2026, 3, 16): "NL", date(2026, 6, 1): "NL"}
    ends[date(2026, 6, 2)] = "BE"
    for end, country in ends.items():
        tax_point = tax_point_of(Period(date(2026, 2, 15), end))
        assert treatment_of(HIRE, STANDARD, mover, tax_point).country == country

    consumer = replace(mover, is_business=False)
    assert treatment_of(HIRE, STANDARD, consumer, date(2026, 4, 1)).rate == 21
    without = replace(mover, former_homes=(FormerHome(date(2026, 6, 1), "NL"),))
    with pytest.raises(VatIdMissing):
        treatment_of(HIRE, STANDARD, without, date(2026, 4, 1))


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


@given(st.permutations(range(6)), st.sampled_from(PriceBasis))
def test_the_order_of_lines_changes_no_tax(order: list[int], basis: PriceBasis) -> None:
    minors = [3361, -1999, 5, 7990, 101, -1]
    lines = [TaxableAmount(Money(minors[n], "EUR"), RATES[n % len(RATES)]) for n in range(6)]
    usual = split_taxes(lines, basis, "EUR").taxes
    shuffled = split_taxes([lines[n] for n in order], basis, "EUR").taxes
    assert sorted(usual, key=str) == sorted(shuffled, key=str)


@given(st.integers(-1_000_000, 1_000_000), st.sampled_from(RATES))
def test_what_the_customer_pays_by_a_gross_price_never_changes(
    minor: int, treatment: TaxTreatment
) -> None:
    """A move or a change of rate shifts the tax within the price, never the price."""
    split = split_taxes(
        [TaxableAmount(Money(minor, "EUR"), treatment)], PriceBasis.GROSS, "EUR"
    ).taxes
    assert [one.net + one.tax for one in split] == [Money(minor, "EUR")]
