"""One bike through the whole circle, over HTTP alone: from the catalog to the next rental."""

from tests.functions.api_world import World


def why_not(shop: World, what: str, body: dict[str, str]) -> str:
    """The code with which a rule forbids it now."""
    refused = shop.admin.post(f"/v1/operator/{what}", body, key=shop.key())
    assert refused.status == 409
    return refused.code


def test_a_bike_goes_round(shop: World) -> None:
    customer_id, anna = shop.sign_up()
    bike = shop.add_bike()
    offer = {"plan_id": "city-flat", "currency": "EUR"}
    preview = shop.public.post("/v1/offers/preview", offer).json
    subscription_id = shop.order(anna)

    # Not without a payment method, not without a bike.
    order = {"subscription_id": subscription_id}
    assert why_not(shop, "hand-overs", order) == "subscriptions.payment_not_ready"
    shop.add_card(anna)
    assert why_not(shop, "hand-overs", order) == "subscriptions.no_asset_reserved"

    active = shop.hand_over(subscription_id, bike)
    assert (active["status"], active["asset_id"]) == ("active", bike)
    assert active["starts_on"] == preview["starts_on"]
    shown = shop.look(shop.admin, f"/v1/operator/assets/{bike}")
    assert (shown["state"], shown["subscription_id"]) == ("on_rent", subscription_id)

    # Nobody else gets it meanwhile.
    _, ben = shop.sign_up()
    bens = {"subscription_id": shop.order(ben), "asset_id": bike}
    assert why_not(shop, "reservations", bens) == "inventory.illegal_transition"

    invoice_id = shop.issue_invoice(customer_id, subscription_id, 5900)
    paid = shop.act(anna, f"/v1/invoices/{invoice_id}/payments", {})
    assert paid["payment"]["state"] == "succeeded"

    shop.later(hours=3)
    back = shop.act(shop.admin, "/v1/operator/returns", {"asset_id": bike, "station_id": "sta_hbf"})
    assert back["state"] == "return_inspection"
    assert why_not(shop, "reservations", bens) == "inventory.illegal_transition"
    fit = shop.act(shop.admin, "/v1/operator/inspections", {"asset_id": bike, "is_fit": True})
    assert fit["state"] == "in_stock"
    assert shop.act(shop.admin, "/v1/operator/reservations", bens)["asset_id"] == bike

    happened = shop.look(shop.admin, f"/v1/operator/timeline/asset:{bike}")["items"]
    assert [event["type"].split(".")[1] for event in happened] == [
        "asset_registered",
        "asset_reserved",
        "asset_handed_over",
        "asset_returned",
        "asset_inspected",
        "asset_reserved",
    ]


def test_a_hand_over_repeated_hands_over_once(shop: World) -> None:
    _, anna = shop.sign_up()
    shop.add_card(anna)
    subscription_id, bike = shop.order(anna), shop.add_bike()
    reservation = {"subscription_id": subscription_id, "asset_id": bike}
    shop.act(shop.admin, "/v1/operator/reservations", reservation)
    body = {"subscription_id": subscription_id}
    first = shop.admin.post("/v1/operator/hand-overs", body, key="hand-1")
    again = shop.admin.post("/v1/operator/hand-overs", body, key="hand-1")
    under_another_key = shop.admin.post("/v1/operator/hand-overs", body, key="hand-2")
    assert (again.text, under_another_key.text) == (first.text, first.text)
    events = shop.look(shop.admin, f"/v1/operator/timeline/subscription:{subscription_id}")
    activated = [event for event in events["items"] if event["type"].endswith("activated.v1")]
    assert len(activated) == 1


def test_a_prepaid_contract_needs_no_card(shop: World) -> None:
    _, anna = shop.sign_up()
    subscription_id = shop.order(anna, "city-prepaid")
    assert shop.hand_over(subscription_id, shop.add_bike())["status"] == "active"
