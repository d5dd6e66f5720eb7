"""A customer orders, looks and cancels; what is not theirs is not there."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import Gateway, Reply
from umlauf.kernel.work import Work
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

ORDER = {"plan_id": "city-flat", "currency": "EUR", "add_ons": ["theft-cover"]}


@pytest.fixture(scope="module")
def ownings(shop: World) -> tuple[Gateway, Gateway, dict[str, str]]:
    """Anna with one of everything, and Ben."""
    anna_id, subscription_id, anna = shop.rider("city-prepaid")
    invoice_id = shop.issue_invoice(anna_id, subscription_id, 5900)
    shop.top_up(anna, 1000)
    session = shop.act(anna, "/v1/sessions", {"subscription_id": subscription_id})
    _, ben = shop.sign_up()
    ids = {
        "subscription_id": subscription_id,
        "invoice_id": invoice_id,
        "session_id": session["id"],
    }
    return anna, ben, ids


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/subscriptions/{subscription_id}", None),
        ("POST", "/v1/subscriptions/{subscription_id}/cancellation", {}),
        ("GET", "/v1/invoices/{invoice_id}", None),
        ("POST", "/v1/invoices/{invoice_id}/payments", {}),
        ("POST", "/v1/sessions", {"subscription_id": "{subscription_id}"}),
        ("GET", "/v1/sessions/{session_id}", None),
        ("POST", "/v1/sessions/{session_id}/release", None),
        ("GET", "/v1/usage?subscription_id={subscription_id}&from=2026-11-01&to=2026-12-01", None),
    ],
)
def test_anothers_thing_is_answered_as_if_it_were_not_there(
    shop: World,
    ownings: tuple[Gateway, Gateway, dict[str, str]],
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    _, ben, ids = ownings

    def ask(these: dict[str, str]) -> Reply:
        sent = {name: value.format(**these) for name, value in body.items()} if body else body
        return ben.send(method, path.format(**these), sent, {"Idempotency_Key": shop.key()})

    theirs, nobodys = ask(ids), ask({name: f"{value}x" for name, value in ids.items()})
    assert (theirs.status, nobodys.status) == (404, 404)
    assert theirs.code == nobodys.code


def test_lists_hold_only_the_callers_own(
    ownings: tuple[Gateway, Gateway, dict[str, str]],
) -> None:
    anna, ben, _ = ownings
    for path in ("/v1/subscriptions", "/v1/invoices", "/v1/payment-methods"):
        assert len(anna.get(path).json["items"]) == 1
        assert ben.get(path).json["items"] == []


def test_an_order_repeated_is_the_same_order(shop: World) -> None:
    _, anna = shop.sign_up()
    first = anna.post("/v1/subscriptions", ORDER, key="order-1")
    again = anna.post("/v1/subscriptions", ORDER, key="order-1")
    other = anna.post("/v1/subscriptions", {**ORDER, "add_ons": []}, key="order-1")
    assert first.status == 201
    assert again.text == first.text
    assert (other.status, other.code) == (422, "idempotency.key_reused")
    assert len(anna.get("/v1/subscriptions").json["items"]) == 1
    location = first.headers["Location"]
    assert anna.get(location).text == first.text


def test_two_equal_orders_at_once_make_one_subscription(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin commits at the last moment before ours."""
    _, anna = shop.sign_up()
    twins: list[Reply] = []
    really_commit: Callable[[DynamoWorks, Work], None] = DynamoWorks.commit

    def commit(works: DynamoWorks, work: Work) -> None:
        if not twins:
            monkeypatch.setattr(DynamoWorks, "commit", really_commit)
            twins.append(anna.post("/v1/subscriptions", ORDER, key="order-1"))
        really_commit(works, work)

    monkeypatch.setattr(DynamoWorks, "commit", commit)
    ours = anna.post("/v1/subscriptions", ORDER, key="order-1")
    assert (ours.status, ours.text) == (201, twins[0].text)
    assert ours.headers["Idempotency-Replayed"] == "true"
    assert len(anna.get("/v1/subscriptions").json["items"]) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        pytest.param({"plan_id": "city-free"}, 404, "catalog.unknown_plan", id="unknown plan"),
        pytest.param({"plan_id": "a b"}, 400, "request.invalid", id="no plan id"),
        pytest.param({"plan_version": 2}, 409, "catalog.plan_not_on_sale", id="other version"),
        pytest.param({"currency": "GBP"}, 400, "catalog.no_price_in_currency", id="currency"),
        pytest.param({"add_ons": ["helmet"]}, 400, "catalog.unknown_add_on", id="add-on"),
        pytest.param({"starts_on": "2026-13-01"}, 400, "request.invalid", id="unknown field"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    shop: World, change: dict[str, Any], status: int, code: str
) -> None:
    _, anna = shop.sign_up()
    refused = anna.post("/v1/subscriptions", {**ORDER, **change}, key=shop.key())
    assert (refused.status, refused.code) == (status, code)
    assert anna.get("/v1/subscriptions").json["items"] == []


@pytest.mark.parametrize(
    ("ends_on", "status", "code"),
    [
        pytest.param("2026-02-30", 400, "request.invalid", id="impossible date"),
        pytest.param("0001-01-01", 400, "request.invalid", id="year one"),
        pytest.param("2026-11-03", 409, "subscriptions.end_too_early", id="inside the minimum"),
    ],
)
def test_a_bad_end_is_refused(shop: World, ends_on: str, status: int, code: str) -> None:
    _, subscription_id, anna = shop.rider("city-flat")
    path = f"/v1/subscriptions/{subscription_id}/cancellation"
    refused = anna.post(path, {"ends_on": ends_on}, key=shop.key())
    assert (refused.status, refused.code) == (status, code)


def test_notice_ends_a_subscription_when_its_terms_allow(shop: World) -> None:
    _, subscription_id, anna = shop.rider("city-flat")
    path = f"/v1/subscriptions/{subscription_id}/cancellation"
    ending = shop.act(anna, path, {})
    assert (ending["status"], ending["ends_on"]) == ("active", "2027-02-02")


def test_subscriptions_come_page_by_page(shop: World) -> None:
    _, anna = shop.sign_up()
    ordered = set()
    for _ in range(3):
        ordered.add(shop.order(anna))
        shop.later(seconds=1)
    first = shop.look(anna, "/v1/subscriptions?limit=2")
    second = shop.look(anna, f"/v1/subscriptions?limit=2&cursor={first['next_cursor']}")
    pages = [item["id"] for page in (first, second) for item in page["items"]]
    assert (len(pages), set(pages)) == (3, ordered)
    assert second["next_cursor"] is None

    _, ben = shop.sign_up()
    stolen = ben.get(f"/v1/subscriptions?cursor={first['next_cursor']}")
    assert (stolen.status, stolen.code) == (400, "page.bad_cursor")


@pytest.mark.parametrize("cursor", ["x", "bm90IGpzb24=", "W10=", "%00", "WyJhIiwgeyJiIjogMX1d"])
def test_a_bad_cursor_is_refused(shop: World, cursor: str) -> None:
    _, anna = shop.sign_up()
    refused = anna.get(f"/v1/subscriptions?cursor={cursor}")
    assert (refused.status, refused.code) == (400, "page.bad_cursor")


def test_a_blocked_customer_is_told_the_way_to_a_person(shop: World) -> None:
    customer_id, anna = shop.sign_up()
    block = {"reason": "three unpaid contracts", "expires_at": "2027-11-02T00:00:00Z"}
    entry = shop.act(shop.admin, f"/v1/operator/customers/{customer_id}/blocks", block)
    refused = anna.post("/v1/subscriptions", ORDER, key="order-1")
    assert (refused.status, refused.code) == (409, "customers.order_refused")
    assert entry["id"] in refused.json["detail"]
    assert "unpaid" not in refused.text
    shop.act(shop.admin, f"/v1/operator/customers/{customer_id}/blocks/{entry['id']}/lifting")
    assert anna.post("/v1/subscriptions", ORDER, key="order-1").status == 201


@pytest.mark.parametrize(
    "last_key",
    [
        pytest.param({"b": 1}, id="no key"),
        pytest.param({"pk": {"S": "a"}}, id="half a key"),
        pytest.param(
            {name: {"S": "a"} for name in ("pk", "sk", "gsi1pk", "gsi1sk")}, id="another list's"
        ),
        pytest.param({"pk": {"N": "x"}}, id="no number"),
    ],
)
def test_a_forged_cursor_is_refused(shop: World, last_key: dict[str, Any]) -> None:
    customer_id, anna = shop.sign_up()
    text = json.dumps([f"CUSTOMER#{customer_id}", last_key])
    refused = anna.get(f"/v1/subscriptions?cursor={urlsafe_b64encode(text.encode()).decode()}")
    assert (refused.status, refused.code) == (400, "page.bad_cursor")
