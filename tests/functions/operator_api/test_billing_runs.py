"""Staff see what runs did, and bill at once what a run had to park."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.billing_world import Cycle, change_stored
from umlauf.billing.numbering import NumberUse
from umlauf.billing.runs import ParkedContract
from umlauf_adapters.billing.layouts import DOCUMENT_NUMBERS
from umlauf_adapters.billing.runs import DynamoParkedContracts
from umlauf_adapters.customers.customers import DynamoCustomers

RUNS = "/v1/operator/billing-runs"
PARKED = f"{RUNS}/parked"
Ran = tuple[str, str, dict[str, Any]]


@pytest.fixture
def ran(shop: World) -> Ran:
    """A run that billed one contract and parked another: the two subscriptions, the run."""
    _, billed, _ = shop.rider("city-flat")
    customer_id, bad, _ = shop.rider("city-flat")
    customer = DynamoCustomers().get(customer_id)
    change_stored(replace(customer, country="NL", is_business=True))
    report = Cycle(shop.now + timedelta(minutes=1)).run()
    return billed, bad, shop.look(shop.admin, f"{RUNS}/{report['run_id']}")


def known(subscription_id: str) -> ParkedContract:
    found = DynamoParkedContracts().get(subscription_id)
    assert found is not None
    return found


def test_a_run_shows_its_report_and_its_documents(shop: World, ran: Ran) -> None:
    billed, _, run = ran
    assert shop.look(shop.admin, f"{RUNS}?limit=1")["items"] == [run]
    report = run["report"]
    assert (report["billed"], report["nothing_to_charge"], report["skipped"]) == (1, 0, [])
    ((parked_for, contracts),) = [(one["code"], one["contracts"]) for one in report["parked"]]
    # Those parked before, by other tests, are tried again.
    assert (parked_for, report["due"]) == ("billing.vat_id_missing", 1 + contracts)
    gross = [{"amount_minor": 5900, "currency": "EUR"}]
    assert run["documents"] == [{"kind": "invoice", "count": 1, "gross": gross}]
    documents: list[Any] = []
    cursor = ""
    for _ in range(10):
        page = shop.look(shop.admin, f"{RUNS}/{run['id']}/documents?limit=1{cursor}")
        documents += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    (issued,) = [one for one in documents if one["use"] == "issued"]
    assert issued["subscription_ids"] == [billed]
    assert (issued["kind"], issued["gross"]) == ("invoice", gross[0])
    voided = [one["number"] for one in documents if one["use"] == "voided"]
    assert voided == run["voided_numbers"]


def test_an_unknown_run_and_a_forged_cursor_are_refused(shop: World, ran: Ran) -> None:
    assert shop.staff("support").get(f"{RUNS}/run_999999").status == 404
    assert shop.staff("support").get(f"{RUNS}/run_999999/documents").status == 404
    run = ran[2]
    forged = shop.staff("support").get(f"{RUNS}/{run['id']}/documents?cursor=bm9uc2Vuc2U")
    assert (forged.status, forged.json["code"]) == (400, "page.bad_cursor")


def test_parked_contracts_are_listed_by_reason(shop: World, ran: Ran) -> None:
    _, bad, run = ran
    (found,) = [
        one for one in shop.look(shop.admin, PARKED)["items"] if one["subscription_id"] == bad
    ]
    assert (found["run_id"], found["reason_code"]) == (run["id"], "billing.vat_id_missing")
    for query, is_found in (
        (f"reason_code={found['reason_code']}&run_id={run['id']}", True),
        ("reason_code=billing.unreadable", False),
        ("run_id=run_000042", False),
    ):
        items = shop.look(shop.admin, f"{PARKED}?{query}")["items"]
        assert (found in items) is is_found


def test_a_parked_contract_is_billed_at_once_when_it_can_be(shop: World, ran: Ran) -> None:
    _, bad, _ = ran
    retry = f"{PARKED}/{bad}/retry"
    refused = shop.admin.post(retry, {}, key="too-early")
    assert (refused.status, refused.json["code"]) == (400, "billing.vat_id_missing")
    assert not known(bad).is_resolved

    customer_id = shop.look(shop.admin, f"/v1/operator/subscriptions/{bad}")["customer_id"]
    change_stored(replace(DynamoCustomers().get(customer_id), is_business=False))
    done = shop.admin.post(retry, {}, key="now")
    assert done.status == 200, done.text
    assert shop.admin.post(retry, {}, key="now").json == done.json
    (number,) = done.json["documents"]
    assert (done.json["outcome"], done.json["is_due_again"]) == ("billed", False)
    assert known(bad).is_resolved
    (used,) = [one for one in DOCUMENT_NUMBERS.scan() if one.id == number]
    assert (used.use, used.subscription_ids) == (NumberUse.ISSUED, (bad,))

    again = shop.admin.post(retry, {}, key="again")
    assert (again.status, again.json["code"]) == (409, "billing.not_parked")
    before = shop.look(shop.admin, f"/v1/operator/invoices?customer_id={customer_id}")["items"]
    Cycle(shop.now + timedelta(minutes=2)).run()
    after = shop.look(shop.admin, f"/v1/operator/invoices?customer_id={customer_id}")["items"]
    assert before == after != []


def test_support_may_look_but_not_bill(shop: World, ran: Ran) -> None:
    assert shop.staff("support").get(PARKED).status == 200
    assert shop.staff("support").post(f"{PARKED}/{ran[1]}/retry", {}, key="no").status == 403


def test_to_retry_what_is_no_contract_is_not_found(shop: World) -> None:
    refused = shop.admin.post(f"{PARKED}/sub_nowhere/retry", {}, key=shop.key())
    assert (refused.status, refused.code) == (404, "subscriptions.unknown_subscription")
    assert "list" in refused.json["detail"]
