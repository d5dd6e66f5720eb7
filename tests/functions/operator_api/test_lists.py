"""Staff and customers list documents and contracts by what they know, and others' are not there."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.gateway import Gateway
from tests.functions.subscription_stories import CATALOG, bill_through, running


@pytest.fixture(scope="module", autouse=True)
def _catalog(shop: World) -> None:
    shop.act(shop.admin, "/v1/operator/plans", CATALOG)


@pytest.fixture(scope="module")
def billed(shop: World) -> tuple[str, str, Gateway]:
    """A contract with three months billed: its id, its customer and their gateway."""
    subscription_id, customer = running(shop)
    shown = shop.look(customer, f"/v1/subscriptions/{subscription_id}")
    until = (shop.now.date() + timedelta(days=65)).isoformat()
    begin = shop.now
    bill_through(shop, subscription_id, until)
    shop.now = begin
    return subscription_id, shown["customer_id"], customer


def items(shop: World, who: Gateway, path: str) -> list[Any]:
    """All of a list, two a page: every page is full but the last."""
    found: list[Any] = []
    query, cursor = f"{path}{'&' if '?' in path else '?'}limit=2", ""
    for _ in range(100):
        page = shop.look(who, f"{query}{cursor}")
        found.extend(page["items"])
        if page["next_cursor"] is None:
            return found
        assert len(page["items"]) == 2
        cursor = f"&cursor={page['next_cursor']}"
    raise AssertionError("the list never ends")


def ids(found: list[Any]) -> list[str]:
    return [one["id"] for one in found]


def test_staff_lists_invoices_without_naming_a_customer(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    subscription_id, customer_id, _ = billed
    everything = items(shop, shop.admin, "/v1/operator/invoices")
    assert [one["issued_on"] for one in everything] == sorted(
        (one["issued_on"] for one in everything), reverse=True
    )
    theirs = [one for one in everything if one["customer_id"] == customer_id]
    assert len(theirs) >= 3
    for wish in (f"customer_id={customer_id}", f"subscription_id={subscription_id}"):
        assert items(shop, shop.admin, f"/v1/operator/invoices?{wish}") == theirs
    assert {one["kind"] for one in theirs} == {"invoice"}
    for one in theirs:
        day = date.fromisoformat(one["issued_on"])
        wish = f"issued_from={day}&issued_before={day + timedelta(days=1)}&legal_entity=umlauf-de"
        found = items(shop, shop.admin, f"/v1/operator/invoices?{wish}&status={one['status']}")
        assert one in found
        assert {each["issued_on"] for each in found} == {one["issued_on"]}
    assert items(shop, shop.admin, "/v1/operator/invoices?legal_entity=nobody") == []


def test_an_invoice_is_open_then_overdue_then_cancelled(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    _, customer_id, _ = billed
    mine = f"/v1/operator/invoices?customer_id={customer_id}"
    last = items(shop, shop.admin, mine)[-1]
    begin = shop.now
    shop.now = shop.now + timedelta(days=200)
    assert last["id"] in ids(items(shop, shop.admin, f"{mine}&status=open"))
    assert last["id"] in ids(items(shop, shop.admin, "/v1/operator/invoices?status=overdue"))
    shop.now = begin
    assert last["id"] not in ids(items(shop, shop.admin, f"{mine}&status=overdue"))

    body = {"reason": "billed to the wrong customer"}
    path = f"/v1/operator/invoices/{last['id']}/cancellation"
    note = shop.act(shop.admin, path, body)["credit_note"]
    (gone,) = items(shop, shop.admin, f"{mine}&status=cancelled")
    assert (gone["id"], gone["open"]["amount_minor"]) == (last["id"], 0)
    shown = shop.look(shop.admin, f"/v1/operator/invoices/{last['id']}")
    assert shown["receivable"]["cancelled_by"] == note["id"]
    notes = items(shop, shop.admin, "/v1/operator/credit-notes?kind=cancellation")
    assert note in notes
    assert note not in items(shop, shop.admin, "/v1/operator/credit-notes?kind=credit_note")


def test_customers_narrow_their_own_lists_and_see_nothing_of_others(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    subscription_id, _, customer = billed
    own = items(shop, customer, "/v1/invoices")
    assert len(own) >= 3
    assert {one["status"] for one in items(shop, customer, "/v1/invoices?status=open")} <= {
        "open",
        "overdue",
    }
    later = items(shop, customer, f"/v1/invoices?issued_from={own[0]['issued_on']}")
    assert ids(later) == [one["id"] for one in own if one["issued_on"] == own[0]["issued_on"]]
    assert ids(items(shop, customer, "/v1/subscriptions?status=active")) == [subscription_id]
    assert items(shop, customer, "/v1/subscriptions?status=ended") == []

    _, stranger = shop.sign_up()
    for path in (
        "/v1/invoices",
        f"/v1/invoices?subscription_id={subscription_id}",
        "/v1/credit-notes",
        "/v1/subscriptions",
    ):
        assert items(shop, stranger, path) == []
    cursor = shop.look(customer, "/v1/invoices?limit=1")["next_cursor"]
    assert stranger.get(f"/v1/invoices?cursor={cursor}").status == 400
    assert stranger.get(f"/v1/invoices/{own[0]['id']}").status == 404
    assert stranger.get("/v1/invoices?customer_id=cus_1").status == 400


def test_staff_lists_contracts_by_what_they_know(
    shop: World, billed: tuple[str, str, Gateway]
) -> None:
    subscription_id, customer_id, _ = billed
    due = shop.look(shop.admin, f"/v1/operator/subscriptions/{subscription_id}")["next_due_at"]
    before = date.fromisoformat(due[:10]) + timedelta(days=1)
    wishes = [
        "plan_id=trailer",
        "plan_id=trailer&plan_version=1&status=active",
        "status=active",
        f"due_before={before}",
        f"due_before={before}&status=active",
        f"customer_id={customer_id}&plan_id=trailer&due_before={before}",
        "",
    ]
    for wish in wishes:
        found = ids(items(shop, shop.admin, f"/v1/operator/subscriptions?{wish}"))
        assert found.count(subscription_id) == 1, wish
    for wish in ("plan_id=cargo", "status=ended", "site=nowhere", "plan_id=trailer&plan_version=9"):
        found = ids(items(shop, shop.admin, f"/v1/operator/subscriptions?{wish}"))
        assert subscription_id not in found, wish


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("invoices?status=late", "'overdue'"),
        ("invoices?kind=credit_note", "'deposit_request'"),
        ("invoices?issued_from=2026-05-02&issued_before=2026-05-01", "after issued_from"),
        ("invoices?limit=101", "100"),
        ("credit-notes?kind=invoice", "'cancellation'"),
        ("subscriptions?plan_version=1", "plan_id"),
        ("subscriptions?due_from=2026-05-02", "due_before"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_the_remedy(
    shop: World, path: str, told: str
) -> None:
    refused = shop.admin.get(f"/v1/operator/{path}")
    assert refused.status == 400
    assert told in refused.text


def test_an_unknown_contract_is_not_there(shop: World) -> None:
    for path in ("invoices", "credit-notes"):
        answer = shop.admin.get(f"/v1/operator/{path}?subscription_id=sub_none")
        assert (answer.status, answer.code) == (404, "subscriptions.unknown_subscription")


def test_the_journal_is_listed_by_day_company_and_account(shop: World) -> None:
    """What is posted is told elsewhere; here nothing is, and each wish is understood."""
    for wish in ("", "?legal_entity=umlauf-de&account=1200&posted_from=2026-01-01"):
        assert items(shop, shop.admin, f"/v1/operator/journal-entries{wish}") == []
    bad = "/v1/operator/journal-entries?posted_from=2026-05-02&posted_before=2026-05-02"
    assert shop.admin.get(bad).status == 400
