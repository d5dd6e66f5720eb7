"""Whatever is on sale has a form on the wire, and says its price there."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from tests.catalog_samples import plans
from umlauf.catalog.document.nodes import Node
from umlauf.catalog.document.prices import read_prices
from umlauf.catalog.model import Plan
from umlauf_http.representations.plans import PlanOut
from umlauf_http.representations.prices import PriceOut

MODELS = {
    "amount_minor",
    "unit_price_minor",
    "tiers",
    "package",
    "percentage",
    "percent_tiers",
    "capacity_tiers",
    "chosen_amount",
    "levels",
}


@given(plan=plans())
def test_every_plan_can_be_shown(plan: Plan) -> None:
    shown = PlanOut.of(plan).model_dump(mode="json")
    assert shown["name"] == plan.name
    assert [item["id"] for item in shown["items"]] == [item.id for item in plan.items]
    for item in shown["items"]:
        for price in item["prices"]:
            assert len([name for name in MODELS if price[name] is not None]) == 1


@pytest.mark.parametrize(
    ("written", "field", "shown"),
    [
        pytest.param({"flat": "59.90"}, "amount_minor", "5990", id="flat"),
        pytest.param({"per_unit": "0.125"}, "unit_price_minor", "12.5", id="per unit"),
        pytest.param(
            {"volume": [{"up_to": "10.5", "unit_price": "1"}, {"unit_price": "0.5", "flat": "2"}]},
            "tiers",
            [
                {"up_to": "10.5", "unit_price_minor": "100", "flat_minor": "0"},
                {"up_to": None, "unit_price_minor": "50", "flat_minor": "200"},
            ],
            id="volume",
        ),
        pytest.param(
            {"package": {"size": 100, "price": "5.00", "free_units": 20}},
            "package",
            {"size": "100", "price_minor": "500", "free_units": "20"},
            id="package",
        ),
        pytest.param(
            {"percentage": {"rate": "1.2", "fixed": "0.10", "free_events": 3}},
            "percentage",
            {
                "rate_percent": "1.2",
                "fixed_minor": "10",
                "free_events": 3,
                "free_amount_minor": None,
                "minimum_minor": None,
                "maximum_minor": None,
            },
            id="percentage",
        ),
        pytest.param(
            {"graduated_percentage": [{"up_to": "100", "rate": "5"}, {"rate": "2.5"}]},
            "percent_tiers",
            [
                {"up_to_minor": "10000", "rate_percent": "5", "flat_minor": "0"},
                {"up_to_minor": None, "rate_percent": "2.5", "flat_minor": "0"},
            ],
            id="graduated percentage",
        ),
        pytest.param(
            {"capacity": [{"limits": {"members": 500}, "price": "5"}, {"price": "9"}]},
            "capacity_tiers",
            [
                {"limits": {"members": "500"}, "price_minor": "500"},
                {"limits": {}, "price_minor": "900"},
            ],
            id="capacity",
        ),
        pytest.param(
            {"chosen_amount": {"suggestion": "39.00", "minimum": "19"}},
            "chosen_amount",
            {"minimum_minor": "1900", "suggestion_minor": "3900"},
            id="chosen amount",
        ),
        pytest.param(
            {"intensity": {"eco": "0.05", "boost": "0.10"}},
            "levels",
            [
                {"name": "eco", "unit_price_minor": "5"},
                {"name": "boost", "unit_price_minor": "10"},
            ],
            id="intensity",
        ),
    ],
)
def test_each_price_model_is_shown_in_its_own_field(
    written: dict[str, Any], field: str, shown: object
) -> None:
    (price,) = read_prices(Node({"EUR": written}, ""))
    assert PriceOut.of(price).model_dump(mode="json")[field] == shown


def test_what_narrows_a_price_is_shown() -> None:
    written = {
        "flat": "49",
        "site": "hamburg",
        "term": {"unit": "month", "count": 24},
        "valid_until": "2027-01-01",
    }
    (price,) = read_prices(Node({"EUR": written}, ""))
    shown = PriceOut.of(price).model_dump(mode="json")
    assert shown["site"] == "hamburg"
    assert shown["term"] == {"unit": "month", "count": 24}
    assert (shown["valid_from"], shown["valid_until"]) == (None, "2027-01-01")
    assert Decimal(shown["amount_minor"]) == 4900
