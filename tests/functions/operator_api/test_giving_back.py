"""Staff credit, cancel, take prepayments and pay out; customers see what is theirs."""

from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import Gateway

GROSS = 11_900


@pytest.fixture
def billed(shop: World) -> tuple[str, str, Gateway]:
    """A customer with one open invoice over 119.00: customer id, invoice id, their gateway."""
    customer_id, customer = shop.sign_up()
    return customer_id, shop.issue_invoice(customer_id, "sub_1", GROSS), customer


def euros(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "EUR"}


def credit(shop: World, invoice_id: str, **wish: Any) -> Any:
    body = {"reason": "lost a week to repairs", **wish}
    return shop.act(shop.admin, f"/v1/operator/invoices/{invoice_id}/credit-notes", body)


def prepay(shop: World, customer_id: str, minor: int) -> Any:
    body = {
        "amount": euros(minor),
        "reference": f"bank {shop.key()}",
        "received_on": shop.now.date().isoformat(),
    }
    return shop.act(shop.admin, f"/v1/operator/customers/{customer_id}/prepayments", body)


def test_what_was_previewed_is_what_is_issued_and_lowers_what_is_open(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    _, invoice_id, customer = billed
    path = f"/v1/operator/invoices/{invoice_id}/credit-notes"
    wish = {"reason": "repairs", "amount": euros(2380)}
    shown = shop.admin.post(f"{path}/preview", wish)
    assert shown.status == 200, shown.text
    issued = shop.act(shop.admin, path, wish)
    for name in ("lines", "taxes"):
        assert issued[name] == shown.json[name]
    note = issued["credit_note"]
    assert (note["gross"], note["net"], note["tax"]) == (euros(2380), euros(2000), euros(380))
    assert note["number"].startswith("GS-2026-")
    assert issued["lowered"] == [{"invoice_id": invoice_id, "amount": euros(2380)}]
    assert issued["lines"][0]["corrects_line"] == 1

    owed = shop.look(customer, f"/v1/invoices/{invoice_id}")["receivable"]
    assert (owed["open"], owed["credited"]) == (euros(GROSS - 2380), euros(2380))
    assert shop.look(customer, f"/v1/credit-notes/{note['id']}") == issued
    listed = shop.look(shop.admin, f"/v1/operator/credit-notes?customer_id={note['customer_id']}")
    assert [one["id"] for one in listed["items"]] == [note["id"]]


def test_a_repeated_command_is_one_note(shop: World, billed: tuple[str, str, Gateway]) -> None:
    _, invoice_id, customer = billed
    path, key = f"/v1/operator/invoices/{invoice_id}/credit-notes", shop.key()
    wish = {"reason": "repairs", "amount": euros(100)}
    replies = [shop.admin.post(path, wish, key=key) for _ in range(2)]
    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].json == replies[1].json
    assert len(shop.look(customer, "/v1/credit-notes")["items"]) == 1


def test_what_is_left_is_shown_and_more_is_refused_with_it(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    _, invoice_id, _ = billed
    credit(shop, invoice_id, lines=[{"number": 1, "amount": euros(11_000)}])
    (line,) = shop.look(shop.admin, f"/v1/operator/invoices/{invoice_id}/creditable")["lines"]
    assert (line["amount"], line["creditable"]) == (euros(GROSS), euros(900))
    wish = {"reason": "more", "lines": [{"number": 1, "amount": euros(901)}]}
    for path in ("credit-notes", "credit-notes/preview"):
        refused = shop.admin.post(
            f"/v1/operator/invoices/{invoice_id}/{path}", wish, key=shop.key()
        )
        assert (refused.status, refused.json["code"]) == (409, "billing.over_credited")
        assert refused.json["field"] == "lines.1"
        assert "9.00 EUR is left" in refused.json["detail"]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        pytest.param({"amount": euros(1), "lines": [{"number": 1}]}, 400, id="both"),
        pytest.param({"lines": [{"number": 1}, {"number": 1}]}, 400, id="a line twice"),
        pytest.param({"lines": [{"number": 2}]}, 400, id="no such line"),
        pytest.param({"amount": {"amount_minor": 1, "currency": "USD"}}, 400, id="currency"),
        pytest.param({"amount": euros(0)}, 400, id="nothing"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    shop: World, billed: tuple[str, str, Gateway], wish: dict[str, Any], status: int
) -> None:
    _, invoice_id, _ = billed
    path = f"/v1/operator/invoices/{invoice_id}/credit-notes"
    refused = shop.admin.post(path, {"reason": "x", **wish}, key=shop.key())
    assert refused.status == status, refused.text
    assert refused.json["code"]


def test_a_cancellation_gives_all_back_and_makes_the_invoice_paid(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    _, invoice_id, customer = billed
    path = f"/v1/operator/invoices/{invoice_id}/cancellation"
    shown = shop.admin.post(f"{path}/preview", {"reason": "wrong customer"})
    cancelled = shop.act(shop.admin, path, {"reason": "wrong customer"})
    assert cancelled["lines"] == shown.json["lines"]
    note = cancelled["credit_note"]
    assert (note["kind"], note["gross"]) == ("cancellation", euros(GROSS))
    assert note["number"].startswith("ST-2026-")
    owed = shop.look(customer, f"/v1/invoices/{invoice_id}")["receivable"]
    assert (owed["status"], owed["open"]) == ("paid", euros(0))
    again = shop.admin.post(path, {"reason": "again"}, key=shop.key())
    assert (again.status, again.json["code"]) == (409, "billing.not_cancellable")


def test_a_prepayment_pays_what_staff_says_and_the_rest_is_paid_out(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    customer_id, invoice_id, customer = billed
    prepay(shop, customer_id, 15_000)
    path = f"/v1/operator/invoices/{invoice_id}/credit-applications"
    owed = shop.act(shop.admin, path, {})
    assert (owed["status"], owed["from_balance"]) == ("paid", euros(GROSS))

    (balance,) = shop.look(customer, "/v1/credit-balances")["items"]
    assert balance["amount"] == euros(15_000 - GROSS)
    pay_out = {
        "amount": euros(3_101),
        "reference": "refund",
        "paid_on": shop.now.date().isoformat(),
    }
    path = f"/v1/operator/customers/{customer_id}/pay-outs"
    refused = shop.admin.post(path, pay_out, key=shop.key())
    assert (refused.status, refused.json["code"]) == (409, "billing.credit_short")
    shop.act(shop.admin, path, {**pay_out, "amount": euros(3_100)})
    entries = shop.look(customer, f"/v1/credit-balances/{balance['id']}/entries?limit=2")
    assert [(one["kind"], one["balance"]) for one in entries["items"]] == [
        ("paid_out", euros(0)),
        ("applied", euros(3_100)),
    ]
    rest = shop.look(
        customer,
        f"/v1/credit-balances/{balance['id']}/entries?cursor={entries['next_cursor']}",
    )
    assert [one["kind"] for one in rest["items"]] == ["prepayment"]
    staffs = shop.look(shop.admin, f"/v1/operator/credit-balances/{balance['id']}/entries")
    assert len(staffs["items"]) == 3


def test_a_transfer_is_recorded_once_whoever_records_it(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    customer_id, _, _ = billed
    path = f"/v1/operator/customers/{customer_id}/prepayments"
    body = {
        "amount": euros(100),
        "reference": f"SEPA {shop.key()}",
        "received_on": shop.now.date().isoformat(),
    }
    shop.act(shop.admin, path, body)
    refused = shop.admin.post(path, body, key=shop.key())
    assert refused.status == 409, refused.text
    (balance,) = shop.look(shop.admin, f"/v1/operator/customers/{customer_id}/credit-balances")[
        "items"
    ]
    assert balance["amount"] == euros(100)


def test_a_refund_leaves_the_rest_to_the_customers_credit(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    customer_id, invoice_id, customer = billed
    prepay(shop, customer_id, GROSS)
    shop.act(shop.admin, f"/v1/operator/invoices/{invoice_id}/credit-applications", {})
    note = credit(shop, invoice_id, amount=euros(3_000), refund=euros(1_500))
    assert note["to_balance"] == euros(3_000)
    (balance,) = shop.look(customer, "/v1/credit-balances")["items"]
    assert balance["amount"] == euros(1_500)


def test_another_customers_credit_is_not_there(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    customer_id, invoice_id, _ = billed
    note = credit(shop, invoice_id, amount=euros(100))["credit_note"]
    prepay(shop, customer_id, 100)
    (balance,) = shop.look(shop.admin, f"/v1/operator/customers/{customer_id}/credit-balances")[
        "items"
    ]
    _, stranger = shop.sign_up()
    assert stranger.get(f"/v1/credit-notes/{note['id']}").status == 404
    assert stranger.get(f"/v1/credit-balances/{balance['id']}/entries").status == 404
    assert stranger.get("/v1/credit-notes").json["items"] == []
    assert stranger.get("/v1/credit-balances").json["items"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/v1/operator/invoices/inv_none/credit-notes",
        "/v1/operator/invoices/inv_none/credit-notes/preview",
        "/v1/operator/invoices/inv_none/cancellation",
        "/v1/operator/invoices/inv_none/credit-applications",
    ],
)
def test_an_invoice_nobody_knows_cannot_be_credited(shop: World, path: str) -> None:
    body = {} if path.endswith("applications") else {"reason": "x"}
    assert shop.admin.post(path, body, key=shop.key()).status == 404


def test_support_may_look_but_not_give(shop: World, billed: tuple[str, str, Gateway]) -> None:
    _, invoice_id, _ = billed
    support = shop.staff("support")
    assert support.get(f"/v1/operator/invoices/{invoice_id}/creditable").status == 200
    path = f"/v1/operator/invoices/{invoice_id}/credit-notes"
    assert support.post(path, {"reason": "x"}, key=shop.key()).status == 403
