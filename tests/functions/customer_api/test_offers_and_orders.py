"""What an offer shows is what the order it becomes is billed, day by day."""

from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.subscription_stories import (
    CATALOG,
    bill_through,
    forecast_lines,
    issued_lines,
    started,
)


@pytest.fixture(scope="module", autouse=True)
def _catalog(shop: World) -> None:
    shop.act(shop.admin, "/v1/operator/plans", CATALOG)


def _unnamed(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the charge's name, which an offer cannot know."""
    return [{**line, "charge_id": ""} for line in lines]


@pytest.mark.parametrize(
    ("plan_id", "wanted"),
    [
        pytest.param("trailer", {}, id="as it is"),
        pytest.param("trailer", {"quantity": 3}, id="three"),
        pytest.param(
            "trailer", {"add_ons": ["cover"], "add_on_quantities": {"cover": 2}}, id="add-ons"
        ),
        pytest.param("trailer", {"coupons": ["welcome"]}, id="a coupon"),
        pytest.param("introduced", {"coupons": ["welcome"]}, id="a coupon and a trial"),
    ],
)
def test_an_order_is_billed_as_its_offer_said(
    shop: World, plan_id: str, wanted: dict[str, Any]
) -> None:
    wish = {"plan_id": plan_id, "currency": "EUR", **wanted}
    offer = shop.public.post("/v1/offers/preview", wish).json
    subscription_id, customer = started(shop, plan_id, **wanted)
    customer_id = shop.look(customer, "/v1/me")["id"]
    begun = shop.now
    for expected in offer["schedule"]:
        bill_through(shop, subscription_id, expected["bills_on"])
    invoices = shop.look(customer, "/v1/invoices")["items"]
    assert sorted(invoice["gross"]["amount_minor"] for invoice in invoices) == sorted(
        bill["gross"]["amount_minor"] for bill in offer["schedule"]
    )
    first = _unnamed(forecast_lines({"bills": [offer["first_bill"]]}))
    assert all(line in _unnamed(issued_lines(customer_id)) for line in first)
    shop.now = begun


def test_only_an_open_coupon_can_be_ordered_with(shop: World) -> None:
    _, customer = shop.sign_up()
    order = {"plan_id": "trailer", "currency": "EUR", "coupons": ["bring-a-friend"]}
    for reply in (
        customer.post("/v1/subscriptions", order, key=shop.key()),
        shop.public.post("/v1/offers/preview", order),
    ):
        assert (reply.status, reply.code, reply.json["field"]) == (
            404,
            "catalog.unknown_coupon",
            "coupons",
        )
