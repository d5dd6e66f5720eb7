"""What is on sale can be seen, and an offer is what an order would charge."""

from typing import Any

import pytest

from tests.functions.api_world import World


def test_plans_are_listed_and_shown(shop: World) -> None:
    plans = shop.look(shop.public, "/v1/plans")["items"]
    ids = [plan["id"] for plan in plans]
    assert ids == sorted(ids)
    assert {"city-flat", "city-metered", "city-prepaid", "surprise-box"} <= set(ids)
    flat = shop.look(shop.public, "/v1/plans/city-flat")
    assert flat == plans[ids.index("city-flat")]
    price = flat["items"][0]["prices"][0]
    assert {name: value for name, value in price.items() if value is not None} == {
        "currency": "EUR",
        "model": "flat",
        "amount_minor": "5900",
    }


def test_an_unknown_plan_is_not_there(shop: World) -> None:
    for path in ("/v1/plans/city-free", "/v1/plans/..%2F..%2Fetc"):
        assert shop.public.get(path).status == 404


def test_a_preview_shows_the_first_charge_and_the_first_end(shop: World) -> None:
    offer = shop.public.post(
        "/v1/offers/preview",
        {"plan_id": "city-flat", "currency": "EUR", "add_ons": ["theft-cover"]},
    ).json
    assert offer["due_at_start"] == {"amount_minor": 6390, "currency": "EUR"}
    assert (offer["starts_on"], offer["next_charge_on"]) == ("2026-11-02", "2026-12-02")
    assert offer["first_end"] == "2027-02-02"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"plan_id": "city-free"}, 404, "catalog.unknown_plan", id="plan"),
        pytest.param({"currency": "CHF"}, 400, "catalog.no_price_in_currency", id="currency"),
        pytest.param({"currency": "XXX"}, 400, None, id="no currency"),
        pytest.param({"add_ons": ["helmet"]}, 400, "catalog.unknown_add_on", id="add-on"),
        pytest.param({"plan_id": "city-term"}, 400, "catalog.unknown_term", id="no term"),
        pytest.param(
            {"term": {"unit": "month", "count": 6}}, 400, "catalog.unknown_term", id="term"
        ),
        pytest.param({"time_zone": "../../etc/passwd"}, 400, "calendar.unknown_zone", id="zone"),
    ],
)
def test_an_offer_that_cannot_be_made_is_refused(
    shop: World, change: dict[str, Any], status: int, code: str | None
) -> None:
    body = {"plan_id": "city-flat", "currency": "EUR", **change}
    refused = shop.public.post("/v1/offers/preview", body)
    assert refused.status == status
    assert code in (None, refused.code)


def test_the_served_description_is_the_committed_one(world: World) -> None:
    document = world.look(world.public, "/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    served = {
        (path, method.upper()) for path, methods in document["paths"].items() for method in methods
    }
    answered = {
        (operation.path, operation.method)
        for app in world.apps.values()
        for operation in app.operations
    }
    assert served == answered


def test_health_needs_nothing(world: World) -> None:
    assert world.look(world.public, "/v1/health") == {"status": "ok"}
