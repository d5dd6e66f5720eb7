"""Paying now, topping up and riding prepaid: money moves once, and a decline is an answer."""

import pytest

from tests.functions.api_world import World
from umlauf_adapters.kernel.items import ClaimItem


def test_an_invoice_is_paid_once_however_often_the_button_is_pressed(shop: World) -> None:
    customer_id, subscription_id, anna = shop.rider("city-flat")
    invoice_id = shop.issue_invoice(customer_id, subscription_id, 5900)
    path = f"/v1/invoices/{invoice_id}/payments"
    paid = anna.post(path, {}, key="pay-1")
    assert paid.json["payment"]["state"] == "succeeded", paid.text
    assert anna.post(path, {}, key="pay-1").text == paid.text
    # Another press under a fresh key, before the receivable has heard of the money.
    again = anna.post(path, {}, key="pay-2")
    assert (again.status, again.code) == (503, "payments.receivable_behind")
    assert again.headers["Retry-After"]


def test_a_declined_card_is_an_answer_with_its_reason(shop: World) -> None:
    customer_id, subscription_id, anna = shop.rider("city-flat")
    invoice_id = shop.issue_invoice(customer_id, subscription_id, 5900)
    method_id = shop.add_card(anna, "tok_chargeCustomerFail")
    path = f"/v1/invoices/{invoice_id}/payments"
    declined = anna.post(path, {"payment_method_id": method_id}, key="pay-1")
    assert declined.status == 201
    assert declined.json["payment"]["state"] == "failed"
    assert declined.json["payment"]["reason_code"]
    fresh = shop.add_card(anna)
    paid = anna.post(path, {"payment_method_id": fresh}, key="pay-2")
    assert paid.json["payment"]["state"] == "succeeded"


def test_without_a_method_nothing_is_paid(shop: World) -> None:
    customer_id, ben = shop.sign_up()
    invoice_id = shop.issue_invoice(customer_id, "sub_none", 5900)
    refused = ben.post(f"/v1/invoices/{invoice_id}/payments", {}, key="pay-1")
    assert (refused.status, refused.code) == (409, "payments.no_method")


def test_an_invoice_shows_its_lines_tax_and_what_is_open(shop: World) -> None:
    customer_id, subscription_id, anna = shop.rider("city-flat")
    invoice_id = shop.issue_invoice(customer_id, subscription_id, 5900)
    shown = shop.look(anna, f"/v1/invoices/{invoice_id}")
    assert shown["invoice"]["gross"] == {"amount_minor": 5900, "currency": "EUR"}
    assert shown["taxes"][0]["tax"] == {"amount_minor": 942, "currency": "EUR"}
    assert shown["taxes"][0]["rate"] == "19"
    assert shown["receivable"]["status"] == "open"
    listed = shop.look(anna, "/v1/invoices")["items"]
    assert [each["id"] for each in listed] == [invoice_id]


def test_a_fee_is_shown_beside_the_invoice_and_paid_with_it(shop: World) -> None:
    customer_id, subscription_id, anna = shop.rider("city-flat")
    invoice_id = shop.issue_invoice(customer_id, subscription_id, 5900)
    shop.charge_fee(invoice_id, 350)
    shown = shop.look(anna, f"/v1/invoices/{invoice_id}")
    assert shown["invoice"]["gross"]["amount_minor"] == 5900, "the document stays as it was issued"
    owed = {
        name: shown["receivable"][name]["amount_minor"] for name in ("open", "fees", "open_fees")
    }
    assert owed == {"open": 6250, "fees": 350, "open_fees": 350}
    paid = anna.post(f"/v1/invoices/{invoice_id}/payments", {}, key="pay-1")
    assert paid.json["payment"]["amount"]["amount_minor"] == 6250


def test_a_setup_is_begun_once_and_its_secret_is_not_kept(shop: World) -> None:
    _, anna = shop.sign_up()
    first = anna.post("/v1/payment-methods/setup", {"kind": "card"}, key="setup-1")
    again = anna.post("/v1/payment-methods/setup", {"kind": "card"}, key="setup-1")
    other = anna.post("/v1/payment-methods/setup", {"kind": "sepa_debit"}, key="setup-1")
    assert first.json == again.json
    assert other.status == 422
    kept = str([item.attribute_values for item in ClaimItem.scan()])
    assert first.json["client_secret"] not in kept


def test_anothers_card_cannot_be_registered(shop: World) -> None:
    _, anna = shop.sign_up()
    _, ben = shop.sign_up()
    reference = shop.confirm_card(anna)
    stolen = ben.post("/v1/payment-methods", {"reference": reference}, key="steal")
    assert (stolen.status, stolen.code) == (404, "payments.unknown_method")
    assert ben.get("/v1/payment-methods").json["items"] == []


def test_a_top_up_waits_for_its_payment_to_move_the_balance(shop: World) -> None:
    _, anna = shop.sign_up()
    shop.add_card(anna)
    assert shop.look(anna, "/v1/wallet")["balance"]["amount_minor"] == 0
    body = {"amount": {"amount_minor": 2000, "currency": "EUR"}}
    first = anna.post("/v1/wallet/top-ups", body, key="top-1")
    assert first.json["payment"]["state"] == "succeeded", first.text
    assert anna.post("/v1/wallet/top-ups", body, key="top-1").text == first.text
    assert shop.look(anna, "/v1/wallet")["balance"]["amount_minor"] == 0
    shop.credit(first.json)
    assert shop.look(anna, "/v1/wallet")["balance"]["amount_minor"] == 2000
    (entry,) = shop.look(anna, "/v1/wallet/entries")["items"]
    assert (entry["kind"], entry["balance_after"]["amount_minor"]) == ("top_up", 2000)


@pytest.mark.parametrize("amount_minor", [0, 499, 50_001, -2000, 10**30])
def test_a_top_up_has_bounds(shop: World, amount_minor: int) -> None:
    _, anna = shop.sign_up()
    body = {"amount": {"amount_minor": amount_minor, "currency": "EUR"}}
    assert anna.post("/v1/wallet/top-ups", body, key="top-1").status == 400


def test_no_session_starts_without_money(shop: World) -> None:
    _, subscription_id, anna = shop.rider("city-prepaid")
    order = {"subscription_id": subscription_id}
    refused = anna.post("/v1/sessions", order, key="ses-1")
    assert refused.code == "wallets.insufficient_balance"
    shop.top_up(anna, 500)
    started = anna.post("/v1/sessions", order, key="ses-1")
    assert started.status == 201
    assert anna.post("/v1/sessions", order, key="ses-1").text == started.text
    assert anna.post("/v1/sessions", order, key="ses-2").status == 409
    held = started.json["hold"]["amount_minor"]
    wallet = shop.look(anna, "/v1/wallet")
    assert (wallet["held"]["amount_minor"], wallet["available"]["amount_minor"]) == (
        held,
        500 - held,
    )


def test_an_unridden_session_is_given_up(shop: World) -> None:
    _, subscription_id, anna = shop.rider("city-prepaid")
    shop.top_up(anna, 500)
    session = shop.act(anna, "/v1/sessions", {"subscription_id": subscription_id})
    released = shop.act(anna, f"/v1/sessions/{session['id']}/release")
    assert released["status"] == "released"
    assert shop.look(anna, "/v1/wallet")["held"]["amount_minor"] == 0


def test_a_plan_that_is_invoiced_has_no_sessions(shop: World) -> None:
    _, subscription_id, anna = shop.rider("city-flat")
    refused = anna.post("/v1/sessions", {"subscription_id": subscription_id}, key="ses-1")
    assert (refused.status, refused.code) == (409, "sessions.not_prepaid")


def test_nobody_rides_what_was_not_handed_over(shop: World) -> None:
    _, anna = shop.sign_up()
    subscription_id = shop.order(anna, "city-prepaid")
    refused = anna.post("/v1/sessions", {"subscription_id": subscription_id}, key="ses-1")
    assert (refused.status, refused.code) == (409, "sessions.asset_not_in_hand")


@pytest.mark.parametrize(
    "days",
    [
        "from=2026-11-01&to=2026-11-01",
        "from=2026-11-02&to=2026-11-01",
        "from=2020-01-01&to=2026-11-01",
        "from=yesterday&to=2026-11-01",
        "to=2026-11-01",
    ],
)
def test_usage_is_asked_for_by_a_bounded_period(shop: World, days: str) -> None:
    _, anna = shop.sign_up()
    refused = anna.get(f"/v1/usage?subscription_id=sub_1&{days}")
    assert (refused.status, refused.code) == (400, "request.invalid")


def test_usage_without_rides_is_zero(shop: World) -> None:
    _, subscription_id, anna = shop.rider("city-metered")
    path = f"/v1/usage?subscription_id={subscription_id}&from=2026-11-01&to=2026-12-01"
    assert shop.look(anna, path) == {
        "subscription_id": subscription_id,
        "days": [],
        "total": {"ride_seconds": 0, "metres": 0, "rides": 0},
    }
