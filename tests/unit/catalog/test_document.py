"""The document says everything a catalog holds, both ways, and compares two of them."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given

from tests.catalog_samples import TWO_YEARS, catalogs, models, plans
from tests.offer_fakes import CITY_FLAT, THEFT_COVER, euros
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.differences import Difference, diff_coupons, diff_plans
from umlauf.catalog.document.catalog import Catalog, read_catalog, write_catalog
from umlauf.catalog.document.nodes import Node
from umlauf.catalog.document.prices import read_prices, write_prices
from umlauf.catalog.errors import BadCatalogFile
from umlauf.catalog.meters import Aggregation
from umlauf.catalog.model import Plan, Terms
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf_adapters.kernel.documents import decode, encode

WELCOME = Coupon(id="welcome", name="Welcome", percent=Decimal(10), periods=3)


@given(catalog=catalogs())
def test_what_is_written_reads_back_as_it_was(catalog: Catalog) -> None:
    written = write_catalog(catalog)
    assert read_catalog(written) == catalog
    assert read_catalog(json.loads(json.dumps(written))) == catalog
    assert read_catalog(yaml.safe_load(yaml.safe_dump(written, allow_unicode=True))) == catalog


@given(model=models)
def test_a_price_of_any_model_reads_back_as_it_was(model: PriceModel) -> None:
    price = Price("EUR", model)
    assert read_prices(Node(write_prices([price]), "")) == (price,)
    assert decode(Price, json.loads(json.dumps(encode(price)))) == price


@given(plan=plans())
def test_a_plan_comes_back_from_its_stored_document(plan: Plan) -> None:
    assert decode(Plan, json.loads(json.dumps(encode(plan)))) == plan


@given(before=plans(), after=plans())
def test_plans_differ_only_where_they_say_something_else(before: Plan, after: Plan) -> None:
    assert diff_plans(before, before) == ()
    assert bool(diff_plans(before, after)) == (before != after)
    backwards = {Difference(one.path, one.after, one.before) for one in diff_plans(after, before)}
    assert backwards == set(diff_plans(before, after))


def test_an_add_on_of_two_wordings_stands_with_the_plan_that_differs() -> None:
    dearer = replace(THEFT_COVER, items=(replace(THEFT_COVER.items[0], prices=euros("5.90")),))
    other = replace(CITY_FLAT, plan_id="city-other", add_ons=(dearer,))
    catalog = Catalog((CITY_FLAT, other))
    written = write_catalog(catalog)
    assert written["plans"]["city-flat"]["add_ons"] == ["theft-cover"]
    assert written["plans"]["city-other"]["add_ons"][0]["id"] == "theft-cover"
    assert read_catalog(written) == catalog


def test_a_difference_is_told_by_its_path_in_the_words_of_the_document() -> None:
    after = replace(
        CITY_FLAT,
        items=(replace(CITY_FLAT.items[0], prices=euros("69.00", usd="64.00")),),
        add_ons=(),
        anchor_day=1,
        pauses=None,
    )
    assert diff_plans(CITY_FLAT, after) == (
        Difference(
            "add_ons",
            '[{"id": "theft-cover", "name": "Theft cover", "items": [{"id": "theft-cover", "kind": '
            '"base_fee", "name": "Theft cover", "supply": "service", "prices": {"EUR": {"flat": '
            '"4.90"}}}]}]',
            None,
        ),
        Difference("items[base-fee].prices.EUR.flat", "59.00", "69.00"),
        Difference("anchor_day", None, "1"),
        Difference("pauses", None, "false"),
    )


def test_a_new_first_item_does_not_change_those_behind_it() -> None:
    deposit = replace(CITY_FLAT.items[0], id="setup", name="Setup")
    after = replace(CITY_FLAT, items=(deposit, *CITY_FLAT.items))
    assert [one.path for one in diff_plans(CITY_FLAT, after)] == ["items[setup]"]


def test_prices_are_told_apart_by_what_narrows_them() -> None:
    usual = Price("EUR", Flat(Decimal(5900)))
    narrow = {
        "24 month": replace(usual, term=TWO_YEARS),
        "hamburg, 2026-01-01, 2027-01-01": replace(
            usual, site="hamburg", valid_from=date(2026, 1, 1), valid_until=date(2027, 1, 1)
        ),
    }
    fee, terms = CITY_FLAT.items[0], Terms(term_options=(TWO_YEARS,))

    def plan(*prices: Price) -> Plan:
        return replace(CITY_FLAT, items=(replace(fee, prices=prices),), terms=terms)

    before = plan(usual, *narrow.values())
    for name, price in narrow.items():
        cheaper = replace(price, model=Flat(Decimal(4900)))
        others = [one for one in narrow.values() if one != price]
        assert diff_plans(before, plan(usual, cheaper, *others)) == (
            Difference(f"items[base-fee].prices.EUR[{name}].flat", "59.00", "49.00"),
        )


def test_coupons_differ_by_field() -> None:
    assert diff_coupons(WELCOME, replace(WELCOME, percent=Decimal("12.5"), periods=None)) == (
        Difference("percent", "10", "12.5"),
        Difference("periods", "3", None),
    )


MONTH = {"unit": "month"}
FEE = {"id": "fee", "kind": "base_fee", "name": "Fee", "supply": "service"}
USE = {
    **FEE,
    "kind": "metered",
    "meter": "ride_seconds",
    "unit": "minute",
    "meter_units_per_unit": 60,
}
SOLD = {**USE, "meter": "sales", "unit": "euro", "meter_units_per_unit": 1}
FIGURES: dict[str, Any] = {
    "percentage": {"rate": "1"},
    "graduated_percentage": [{"rate": "1"}],
    "capacity": [{"limits": {"members": 5}, "price": "1"}, {"price": "2"}],
    "intensity": {"eco": "1"},
}
"""What prices more than one number."""
YEAR = {"unit": "month", "count": 12}


def _plan(**change: Any) -> dict[str, Any]:
    plan = {"name": "Plan", "interval": MONTH, "items": [{**FEE, "prices": {"EUR": {"flat": "1"}}}]}
    return {"plans": {"plan": {**plan, **change}}}


def _priced(*entries: dict[str, Any], item: dict[str, Any] = FEE, **change: Any) -> dict[str, Any]:
    return _plan(items=[{**item, "prices": {"EUR": list(entries)}}], **change)


def _coupon(**change: Any) -> dict[str, Any]:
    return {**_plan(), "coupons": {"welcome": {"name": "Welcome", **change}}}


ITEM = "plans.plan.items[0]"


@pytest.mark.parametrize(
    ("document", "field", "remedy"),
    [
        pytest.param(
            _priced({"flat": "1"}, {"flat": "2"}), ITEM + ".prices", "tell them apart", id="twice"
        ),
        pytest.param(
            _priced({"flat": "1", "phase": "trial"}),
            "plans.plan.items",
            "phases are: none",
            id="a price for a phase that is not there",
        ),
        pytest.param(
            _priced({"flat": "1"}, {"flat": "2", "term": YEAR}),
            "plans.plan.items",
            "add it to term_options",
            id="a price for a term nobody can choose",
        ),
        pytest.param(
            _priced({"flat": "1", "term": YEAR}, terms={"term_options": [YEAR, MONTH]}),
            "plans.plan.items",
            r"no price in EUR, a term of 1 month\(s\): add one",
            id="a term without a price",
        ),
        pytest.param(
            _priced(
                {"flat": "1", "phase": "intro"},
                phases=[{"name": "intro", "length": MONTH}, {"name": "evergreen"}],
            ),
            "plans.plan.items",
            "no price in EUR, phase evergreen",
            id="a phase without a price",
        ),
        pytest.param(
            _plan(phases=[{"name": "intro"}, {"name": "evergreen"}]),
            "plans.plan.phases",
            "give it one",
            id="an open middle phase",
        ),
        pytest.param(
            _plan(phases=[{"name": "intro", "length": MONTH}]),
            "plans.plan.phases",
            "leave its length out",
            id="a last phase that ends",
        ),
        pytest.param(
            _plan(phases=[{"name": "intro", "length": MONTH}, {"name": "intro"}]),
            "plans.plan.phases",
            "more than once",
            id="a phase twice",
        ),
        pytest.param(
            _plan(
                items=[
                    {**FEE, "prices": {"EUR": {"flat": "1"}, "USD": {"flat": "1"}}},
                    {**FEE, "id": "other", "prices": {"EUR": {"flat": "1"}}},
                ]
            ),
            "plans.plan.items",
            "other has no price in USD",
            id="a currency that only another item has",
        ),
        pytest.param(
            _plan(anchor_day=32), "plans.plan.anchor_day", "1 to 31", id="no day of a month"
        ),
        pytest.param(
            _plan(anchor_day=1, interval={"unit": "week"}),
            "plans.plan.anchor_day",
            "leave anchor_day out",
            id="a day of the month for weeks",
        ),
        pytest.param(
            _plan(terms={"minimum_term": MONTH, "term_options": [YEAR]}),
            "plans.plan.terms.minimum_term",
            "leave minimum_term out",
            id="a minimum beside the chosen term",
        ),
        pytest.param(
            _plan(terms={"term_options": [YEAR, YEAR]}),
            "plans.plan.terms.term_options",
            "more than once",
            id="a term twice",
        ),
        pytest.param(
            _plan(terms={"credit_on_end": "some"}),
            "plans.plan.terms.credit_on_end",
            "none, unused, full",
            id="unknown credit",
        ),
        pytest.param(
            _plan(pauses={"most_days": 0}), "plans.plan.pauses.most_days", "1 to", id="no pause"
        ),
        pytest.param(_plan(pauses="no"), "plans.plan.pauses", "mapping", id="text for a policy"),
        pytest.param(
            _plan(commitments={"EUR": {"minimum": "2", "maximum": "1"}}),
            "plans.plan.commitments.EUR",
            "above its maximum",
            id="minimum above maximum",
        ),
        pytest.param(
            _plan(commitments={"EUR": {"minimum": "0.001"}}),
            "plans.plan.commitments.EUR.minimum",
            "2 digits",
            id="a tenth of a cent",
        ),
        pytest.param(
            _plan(commitments={"DEM": {"minimum": "1"}}),
            "plans.plan.commitments.DEM",
            "sell in",
            id="unknown currency",
        ),
        pytest.param(
            _plan(commitments={"USD": {"minimum": "1"}}),
            "plans.plan.commitments",
            "not sold in USD",
            id="a commitment in another currency",
        ),
        pytest.param(
            _coupon(percent="10", items=["fee", "bell"]),
            "coupons.welcome.items[1]",
            "must be the id of an item: fee",
            id="a coupon for what nobody offers",
        ),
        pytest.param(
            _coupon(percent="10", plans=["trailer-of-old"]),
            "coupons.welcome.plans[0]",
            "must be the id of a plan: ",
            id="a coupon for a plan nobody offers",
        ),
        pytest.param(
            _plan(commitments={"EUR": {"minimum": "-1"}}),
            "plans.plan.commitments.EUR",
            "must not be negative",
            id="a negative commitment",
        ),
        pytest.param(
            _priced({"rental": "1"}),
            ITEM + ".prices.EUR[0].rental",
            "is no price model; use one of flat",
            id="unknown price model",
        ),
        pytest.param(
            _priced(*({"flat": "1", "site": f"site-{n}"} for n in range(201))),
            ITEM + ".prices",
            "200 prices",
            id="more prices than a document holds",
        ),
        pytest.param(
            _coupon(percent="3.33333"), "coupons.welcome.percent", "4 digits", id="too fine"
        ),
        pytest.param(
            _priced({"flat": "1", "valid_from": "2026-02-30"}),
            ITEM + ".prices.EUR[0].valid_from",
            "2026-01-31",
            id="no such day",
        ),
        pytest.param(
            _priced({"flat": "1", "valid_from": "2026-02-01", "valid_until": "2026-02-01"}),
            ITEM + ".prices.EUR[0].valid_until",
            "for a day",
            id="valid for no day",
        ),
        pytest.param(
            _priced({"flat": "1", "minimum": "1"}),
            ITEM + ".prices",
            "not metered",
            id="a fee with a minimum",
        ),
        pytest.param(
            _priced({"intensity": {"eco": "1"}}),
            ITEM + ".prices",
            "use one of flat",
            id="levels of a fee",
        ),
        pytest.param(
            _priced({"chosen_amount": {"suggestion": "1"}}, item=USE),
            ITEM + ".prices",
            "use one of flat",
            id="choosing what use costs",
        ),
        *(
            pytest.param(
                _priced({model: written}, item=USE),
                ITEM + ".meter",
                f"cannot be priced {model} by ride_seconds, of which only the sum is known",
                id=f"a register by {model}",
            )
            for model, written in FIGURES.items()
        ),
        *(
            pytest.param(
                _priced({model: written}, item={**SOLD, "aggregation": "latest"}),
                ITEM + ".aggregation",
                "must be max" if model == "capacity" else "must be sum",
                id=f"{model} of the latest",
            )
            for model, written in FIGURES.items()
        ),
        *(
            pytest.param(
                _priced({"per_unit": "1"}, item={**USE, "aggregation": how.value}),
                ITEM + ".aggregation",
                "leave aggregation out, or name a meter of events",
                id=f"a register by {how.value}",
            )
            for how in Aggregation
            if how is not Aggregation.SUM
        ),
        pytest.param(
            _priced(
                {"intensity": {"eco": "1"}},
                {"intensity": {"boost": "1"}, "term": YEAR},
                item=SOLD,
                terms={"term_options": [YEAR]},
            ),
            ITEM + ".prices",
            "one kind of figure, with the same names",
            id="levels that only some prices know",
        ),
        pytest.param(
            _priced(
                {"per_unit": "1"},
                {"percentage": {"rate": "1"}, "term": YEAR},
                item=SOLD,
                terms={"term_options": [YEAR]},
            ),
            ITEM + ".prices",
            "one kind of figure",
            id="a number here, transactions there",
        ),
        pytest.param(
            _priced(
                {"capacity": FIGURES["capacity"]},
                item={**SOLD, "aggregation": "max", "meter_units_per_unit": 60},
            ),
            ITEM + ".meter_units_per_unit",
            "let meter_units_per_unit be 1",
            id="a scaled peak",
        ),
        pytest.param(
            _plan(
                items=[
                    {**SOLD, "id": one, "prices": {"EUR": {"intensity": {level: "1"}}}}
                    for one, level in (("fee", "eco"), ("more", "boost"))
                ]
            ),
            "plans.plan.items",
            "use the same names, or another meter",
            id="other names of the same events",
        ),
        pytest.param(
            _priced({"per_unit": "1"}, item={**SOLD, "kind": "prepaid"}),
            ITEM + ".meter",
            "debited while a device reports its use",
            id="prepaid events",
        ),
        pytest.param(
            _priced({"volume": [{"unit_price": "1"}]}, item={**USE, "kind": "prepaid"}),
            ITEM + ".prices",
            "use one of flat, per_unit, graduated, package",
            id="prepaid use that may get cheaper",
        ),
        pytest.param(
            _priced({"percentage": {"rate": "101"}}, item=USE),
            ITEM + ".prices.EUR[0].percentage",
            "up to 100",
            id="more than everything",
        ),
        pytest.param(
            _priced({"capacity": [{"price": "1"}]}, item=USE),
            ITEM + ".prices.EUR[0].capacity",
            "2 to",
            id="one capacity",
        ),
        pytest.param(
            _priced({"per_unit": "0." + "0" * 30 + "1"}),
            ITEM + ".prices.EUR[0].per_unit",
            "digits",
            id="finer than any price",
        ),
        pytest.param(
            _priced({"flat": "1" * 30}), ITEM + ".prices.EUR[0].flat", "20 digits", id="endless"
        ),
        pytest.param(
            _plan(items=[{**FEE, "skip_notice_days": 3, "prices": {"EUR": {"flat": "1"}}}]),
            ITEM + ".skip_notice_days",
            "not known here",
            id="another kind's field",
        ),
        pytest.param(
            _plan(
                items=[
                    {
                        **FEE,
                        "kind": "deposit",
                        "tax_category": "reduced",
                        "prices": {"EUR": {"flat": "1"}},
                    }
                ]
            ),
            ITEM + ".tax_category",
            "not subject to tax",
            id="a taxed deposit",
        ),
        pytest.param(
            _plan(add_ons=[{"id": "x", "name": "X"}]),
            "plans.plan.add_ons[0]",
            "items is missing",
            id="an add-on without items",
        ),
        pytest.param(_coupon(), "coupons.welcome", "either a percentage", id="nothing off"),
        pytest.param(
            _coupon(percent="10", amounts={"EUR": "1"}),
            "coupons.welcome.percent",
            "either",
            id="both off",
        ),
        pytest.param(
            _coupon(percent="0"), "coupons.welcome.percent", "above 0", id="nothing per cent"
        ),
        pytest.param(
            _coupon(percent="10", once=True),
            "coupons.welcome",
            "cannot be used up",
            id="a percentage that is used up",
        ),
        pytest.param(
            _coupon(amounts={"EUR": "0"}), "coupons.welcome.amounts", "above zero", id="zero off"
        ),
        pytest.param(
            _coupon(percent="10", periods=0), "coupons.welcome.periods", "1 to", id="for no period"
        ),
        pytest.param(
            _coupon(percent="10", items=["fee", "fee"]),
            "coupons.welcome.items",
            "more than once",
            id="an item twice",
        ),
    ],
)
def test_whatever_could_not_be_sold_is_refused_with_place_and_remedy(
    document: dict[str, Any], field: str, remedy: str
) -> None:
    with pytest.raises(BadCatalogFile, match=remedy) as refusal:
        read_catalog(document)
    assert refusal.value.field == field


def test_a_day_may_be_quoted_or_not() -> None:
    quoted = _priced({"flat": "1", "valid_from": "2026-01-01"})
    plain = yaml.safe_load("[2026-01-01]")[0]
    assert read_catalog(_priced({"flat": "1", "valid_from": plain})) == read_catalog(quoted)
