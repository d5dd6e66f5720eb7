"""The catalog file: the real one is sound, and whatever is wrong is named."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.offer_fakes import OfferWorld
from umlauf.catalog.document.catalog import read_catalog
from umlauf.catalog.errors import BadCatalogFile, UnknownTerm
from umlauf.catalog.model import MeteredItem, Supply, TaxCategory, price_for, price_in
from umlauf.catalog.price_books import PriceChoice
from umlauf.catalog.price_models.rating import rate
from umlauf.kernel.money import Money

FILE = Path(__file__).resolve().parents[3] / "catalog" / "plans.yaml"


@pytest.fixture
def document() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text()))


def test_the_catalog_we_ship_is_sold_in_euros_and_dollars(document: dict[str, Any]) -> None:
    for plan in read_catalog(document).plans:
        for currency, term in product(("EUR", "USD"), plan.terms.term_options or (None,)):
            choice = PriceChoice(currency, term=term)
            plan.require_priced(choice, [add_on.id for add_on in plan.add_ons])


def test_the_catalog_we_ship_has_every_kind_of_plan(document: dict[str, Any]) -> None:
    plans = read_catalog(document).plans
    kinds = {item.KIND for plan in plans for item in plan.items}
    assert kinds == {"base_fee", "one_off_fee", "delivery", "deposit", "metered", "prepaid"}
    assert {plan.product_id for plan in plans} == {
        *("city-bike", "surprise-box", "drill", "workshop", "marketplace")
    }
    metered = [item for plan in plans for item in plan.items if isinstance(item, MeteredItem)]
    assert {price.model.KIND for item in metered for price in item.prices} == {
        *("per_unit", "graduated", "package", "percentage", "graduated_percentage"),
        *("capacity", "intensity"),
    }
    assert {item.aggregation.value for item in metered} == {
        *("sum", "max", "unique", "time_weighted_sum")
    }


def test_the_catalog_we_ship_says_what_it_costs(document: dict[str, Any]) -> None:
    flat, metered, prepaid, *_ = read_catalog(document).plans
    assert rate(price_in(flat.items[0], "EUR"), 1) == Money(5900, "EUR")
    assert rate(price_in(flat.items[0], "USD"), 1) == Money(6400, "USD")
    assert rate(price_in(metered.items[0], "EUR"), 1) == Money(990, "EUR")
    # 1,000 minutes: 300 free, 600 at 8.5 ct, 100 at 4.25 ct.
    assert rate(price_in(metered.items[1], "EUR"), 60_000, per=60) == Money(5_525, "EUR")
    assert prepaid.prepaid_item is not None
    assert rate(price_in(prepaid.prepaid_item, "EUR"), 90, per=60) == Money(29, "EUR")
    assert flat.prepaid_item is None


def test_the_longer_the_term_the_lower_the_price(document: dict[str, Any]) -> None:
    plan = next(one for one in read_catalog(document).plans if one.plan_id == "city-term")
    year, two_years = plan.terms.term_options
    fee = plan.items[0]
    assert rate(price_for(fee, PriceChoice("EUR", term=year)), 1) == Money(5900, "EUR")
    assert rate(price_for(fee, PriceChoice("EUR", term=two_years)), 1) == Money(4900, "EUR")
    plan.require_priced(PriceChoice("EUR", term=year))
    for term in (None, replace(year, count=6)):
        with pytest.raises(UnknownTerm, match=r"12 month\(s\), 24 month\(s\)"):
            plan.require_priced(PriceChoice("EUR", term=term))


def test_each_phase_has_its_price_and_a_trial_needs_none(document: dict[str, Any]) -> None:
    plan = next(one for one in read_catalog(document).plans if one.plan_id == "city-intro")
    prices = [
        rate(price_for(plan.items[0], PriceChoice("EUR", phase=phase.name)), 1)
        for phase in plan.phases
        if not phase.is_free
    ]
    assert prices == [Money(2900, "EUR"), Money(5900, "EUR")]
    plan.require_priced(PriceChoice("EUR"))


def test_a_guide_is_goods_at_the_reduced_rate(document: dict[str, Any]) -> None:
    flat = read_catalog(document).plans[0]
    guide = next(item for item in flat.items_with(["city-guide"]) if item.id == "city-guide")
    assert (guide.tax_category, guide.supply) == (TaxCategory.REDUCED, Supply.GOODS)


def test_publishing_the_file_twice_publishes_it_once(document: dict[str, Any]) -> None:
    world = OfferWorld()
    plans = read_catalog(document).plans
    assert {world.publish(draft).plan_version for draft in plans * 2} == {1}
    assert len(world.plans.list_on_sale()) == len(plans)


def test_net_prices_are_said_to_be_net(document: dict[str, Any]) -> None:
    net = [plan.plan_id for plan in read_catalog(document).plans if not plan.prices_include_tax]
    assert net == ["city-fleet", "workshop", "marketplace"]
    document["plans"]["city-flat"]["prices_include_tax"] = False
    assert not read_catalog(document).plans[0].prices_include_tax


def _set(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = to

    return change


FEE = ("plans", "city-flat", "items", 0)
TIERS = ("plans", "city-metered", "items", 1, "prices", "EUR", "graduated")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param(_set("plans", to=[]), "plans", id="no mapping"),
        pytest.param(_set("bargains", to={"x": 1}), "bargains", id="unknown section"),
        pytest.param(_set("plans", "City Flat", to={}), "plans.City Flat", id="empty plan"),
        pytest.param(
            _set("plans", "city-flat", "colour", to="red"),
            "plans.city-flat.colour",
            id="unknown field",
        ),
        pytest.param(_set(*FEE, "kind", to="rent"), "plans.city-flat.items[0].kind", id="kind"),
        pytest.param(_set(*FEE, "kind", to=["x"]), "plans.city-flat.items[0].kind", id="list"),
        pytest.param(_set(*FEE, "supply", to="fun"), "plans.city-flat.items[0].supply", id="enum"),
        pytest.param(_set(*FEE, "supply", to=[1]), "plans.city-flat.items[0].supply", id="no text"),
        pytest.param(
            _set(*FEE, "prices", "EUR", to={"flat": 59.9}),
            "plans.city-flat.items[0].prices.EUR.flat",
            id="an unquoted amount is a float",
        ),
        pytest.param(
            _set(*FEE, "prices", "EUR", to={"flat": "NaN"}),
            "plans.city-flat.items[0].prices.EUR.flat",
            id="not a number",
        ),
        pytest.param(
            _set(*FEE, "prices", "EUR", to={"flat": "-1"}),
            "plans.city-flat.items[0].prices.EUR.flat",
            id="negative",
        ),
        pytest.param(
            _set(*FEE, "prices", "EUR", to={"volume": "1"}),
            "plans.city-flat.items[0].prices.EUR.volume",
            id="unknown price model",
        ),
        pytest.param(
            _set(*FEE, "prices", "EUR", to={"flat": "1", "per_unit": "1"}),
            "plans.city-flat.items[0].prices.EUR",
            id="two price models",
        ),
        pytest.param(
            _set(*FEE, "prices", "DEM", to={"flat": "1"}),
            "plans.city-flat.items[0].prices.DEM",
            id="unknown currency",
        ),
        pytest.param(
            _set(*TIERS, 1, "up_to", to=200),
            "plans.city-metered.items[1].prices.EUR.graduated",
            id="tiers overlap",
        ),
        pytest.param(
            _set(*TIERS, 2, to={}),
            "plans.city-metered.items[1].prices.EUR.graduated[2]",
            id="field missing",
        ),
        pytest.param(
            _set(*TIERS, 2, to={"unit_cost": "1"}),
            "plans.city-metered.items[1].prices.EUR.graduated[2].unit_cost",
            id="field misspelt",
        ),
        pytest.param(
            _set("plans", "city-metered", "items", 1, "meter_units_per_unit", to="60"),
            "plans.city-metered.items[1].meter_units_per_unit",
            id="text for a whole number",
        ),
        pytest.param(
            _set("plans", "city-flat", "add_ons", to=["gold-bell"]),
            "plans.city-flat.add_ons[0]",
            id="unknown add-on",
        ),
        pytest.param(
            _set("plans", "city-flat", "interval", to={"unit": "fortnight"}),
            "plans.city-flat.interval.unit",
            id="unknown unit",
        ),
        pytest.param(
            _set("plans", "city-flat", "interval", to={"unit": "day", "count": 0}),
            "plans.city-flat.interval.count",
            id="no length",
        ),
        pytest.param(
            _set("plans", "city-flat", "terms", "ends_with_period", to="yes"),
            "plans.city-flat.terms.ends_with_period",
            id="text for a truth",
        ),
        pytest.param(
            _set("plans", "city-flat", "items", to=[]), "plans.city-flat.items", id="no item"
        ),
        pytest.param(
            _set(*FEE, "prices", "EUR", to={"flat": "59,00"}),
            "plans.city-flat.items[0].prices.EUR.flat",
            id="a decimal comma",
        ),
        pytest.param(
            _set("plans", "city-flat", "prices_include_tax", to=1),
            "plans.city-flat.prices_include_tax",
            id="a number for a truth",
        ),
        pytest.param(
            _set("plans", "city-flat", "name", to=7), "plans.city-flat.name", id="name no text"
        ),
    ],
)
def test_whatever_is_wrong_is_refused_with_its_path(
    document: dict[str, Any], change: Callable[[dict[str, Any]], None], field: str
) -> None:
    broken = deepcopy(document)
    change(broken)
    with pytest.raises(BadCatalogFile) as refusal:
        read_catalog(broken)
    assert refusal.value.field == field
    assert refusal.value.message.startswith(f"{field}: ")


@pytest.mark.parametrize("document", [None, [], "plans", {}, {"add_ons": {}}])
def test_what_is_no_catalog_is_refused(document: object) -> None:
    with pytest.raises(BadCatalogFile):
        read_catalog(document)
