"""Staff run the fleet as far as their group allows, and look up what they need."""

from typing import Any

import pytest

from tests.functions.api_world import World
from tests.functions.billing_world import Cycle
from tests.functions.gateway import Gateway
from tests.functions.signing_requests import new_signing_request
from umlauf_adapters.kernel.aws_clients import client
from umlauf_http.identity import Access


def enrol(shop: World, asset_id: str, serial: str, request: str) -> Any:
    body = {"serial": serial, "asset_id": asset_id, "signing_request": request}
    return shop.act(shop.admin, "/v1/operator/devices", body)


@pytest.mark.parametrize("request_text", ["", "none", "-----BEGIN CERTIFICATE-----\nAA==\n"])
def test_what_is_no_signing_request_is_refused(shop: World, request_text: str) -> None:
    body = {"serial": "SN-1", "asset_id": shop.add_bike(), "signing_request": request_text}
    refused = shop.admin.post("/v1/operator/devices", body, key=shop.key())
    assert (refused.status, refused.json["field"]) == (400, "signing_request")


@pytest.fixture(scope="module")
def policy(shop: World) -> None:
    client("iot").create_policy(
        policyName="umlauf-device", policyDocument='{"Version": "2012-10-17", "Statement": []}'
    )


@pytest.fixture(scope="module")
def rented(shop: World, policy: None) -> tuple[str, str, Gateway]:
    """A rented bike with a device: device id, subscription id, its customer."""
    _, subscription_id, anna = shop.rider("city-flat")
    asset_id = anna.get(f"/v1/subscriptions/{subscription_id}").json["asset_id"]
    enrolled = enrol(shop, asset_id, shop.a_name(), new_signing_request())
    return enrolled["device"]["id"], subscription_id, anna


def test_every_staff_operation_turns_outsiders_away(world: World) -> None:
    app = world.apps["operator_api"]
    _, anna = world.sign_up()
    for operation in app.operations:
        assert operation.access is Access.STAFF
        path = operation.path.replace("{aggregate}", "asset:x").replace("{", "").replace("}", "")
        assert world.public.send(operation.method, path).status == 401
        assert anna.send(operation.method, path).status == 401
        assert world.staff("visitors").send(operation.method, path).status == 403


@pytest.mark.parametrize(
    ("group", "method", "path", "status"),
    [
        ("support", "GET", "/v1/operator/customers?country=DE", 200),
        ("support", "POST", "/v1/operator/hand-overs", 403),
        ("support", "POST", "/v1/operator/commands", 403),
        ("operators", "POST", "/v1/operator/hand-overs", 400),
        ("operators", "POST", "/v1/operator/plans", 403),
        ("admins", "POST", "/v1/operator/plans", 400),
    ],
)
def test_groups_may_what_is_theirs(
    world: World, group: str, method: str, path: str, status: int
) -> None:
    """Whoever may, but sends nothing sensible, gets as far as the input."""
    assert world.staff(group).send(method, path, {}).status == status


def test_a_catalog_published_again_changes_nothing(shop: World) -> None:
    before = shop.look(shop.public, "/v1/plans")
    shop.publish_catalog()
    assert shop.look(shop.public, "/v1/plans") == before


def test_a_bad_catalog_names_the_place(shop: World) -> None:
    plan = {
        "name": "Bad",
        "interval": {"unit": "month"},
        "items": [
            {
                "id": "fee",
                "kind": "base_fee",
                "name": "Fee",
                "supply": "goods",
                "prices": {"EUR": {"flat": 59.0}},
            }
        ],
    }
    refused = shop.admin.post("/v1/operator/plans", {"plans": {"bad": plan}}, key=shop.key())
    assert (refused.status, refused.code) == (400, "catalog.bad_file")
    assert refused.json["field"] == "plans.bad.items[0].prices.EUR.flat"
    assert shop.public.get("/v1/plans/bad").status == 404


def test_assets_are_listed_by_state_and_by_station(shop: World) -> None:
    bike = shop.add_bike()
    by_state = shop.look(shop.admin, "/v1/operator/assets?state=in_stock&limit=100")["items"]
    by_station = shop.look(shop.admin, "/v1/operator/assets?station_id=sta_hbf&limit=100")["items"]
    assert bike in [each["id"] for each in by_state]
    assert bike in [each["id"] for each in by_station]
    assert shop.admin.get("/v1/operator/assets").code == "request.invalid"
    assert shop.admin.get("/v1/operator/assets?state=lost").code == "request.invalid"
    stations = shop.look(shop.admin, "/v1/operator/stations")["items"]
    assert [station["id"] for station in stations] == ["sta_hbf"]


def test_a_device_is_enrolled_once_with_its_own_key(shop: World, policy: None) -> None:
    bike, serial, request = shop.add_bike(), shop.a_name(), new_signing_request()
    first = enrol(shop, bike, serial, request)
    assert first["certificate_pem"].startswith("-----BEGIN CERTIFICATE-----")
    again = enrol(shop, bike, serial, request)
    assert again == first
    things = client("iot").list_thing_principals(thingName=first["device"]["id"])["principals"]
    assert len(things) == 1

    stolen = {"serial": serial, "asset_id": bike, "signing_request": new_signing_request()}
    refused = shop.admin.post("/v1/operator/devices", stolen, key=shop.key())
    assert (refused.status, refused.code) == (409, "fleet.device_enrolled_with_another_key")
    second = {"serial": shop.a_name(), "asset_id": bike, "signing_request": request}
    refused = shop.admin.post("/v1/operator/devices", second, key=shop.key())
    assert (refused.status, refused.code) == (409, "fleet.asset_already_fitted")


def test_a_consumer_in_arrears_is_not_locked_out(
    shop: World, rented: tuple[str, str, Gateway]
) -> None:
    order = {"device_id": rented[0], "action": "lock", "reason": "arrears"}
    answer = shop.act(shop.admin, "/v1/operator/commands", order)
    assert answer["decision"]["outcome"] == "denied"
    assert answer["command"] is None
    decided = answer["decision"]["restriction_id"]
    (event,) = shop.look(shop.admin, f"/v1/operator/timeline/restriction:{decided}")["items"]
    assert event["type"] == "fleet.restriction_denied.v1"


def test_a_lock_for_theft_waits_until_the_bike_stands_still(
    shop: World, rented: tuple[str, str, Gateway]
) -> None:
    order = {"device_id": rented[0], "action": "lock", "reason": "theft_reported"}
    answer = shop.act(shop.admin, "/v1/operator/commands", order)
    assert (answer["decision"]["outcome"], answer["command"]) == ("deferred", None)


def test_an_unlock_is_a_command_that_only_the_device_can_prove(
    shop: World, rented: tuple[str, str, Gateway]
) -> None:
    order = {"device_id": rented[0], "action": "unlock"}
    command = shop.act(shop.admin, "/v1/operator/commands", order)["command"]
    assert command["status"] == "created"
    shop.later(hours=1)
    assert shop.look(shop.admin, f"/v1/operator/commands/{command['id']}")["status"] == "expired"
    device = shop.look(shop.admin, f"/v1/operator/devices/{rented[0]}")
    assert (device["is_locked"], device["reported_at"]) == (None, None)


def test_a_lock_needs_a_reason(shop: World, rented: tuple[str, str, Gateway]) -> None:
    order = {"device_id": rented[0], "action": "lock"}
    refused = shop.admin.post("/v1/operator/commands", order, key=shop.key())
    assert (refused.status, refused.code) == (400, "request.invalid")


def test_support_finds_a_customer_and_what_is_theirs(shop: World) -> None:
    customer_id, subscription_id, _ = shop.rider("city-flat")
    invoice_id = shop.issue_invoice(customer_id, subscription_id, 5900)
    support = shop.staff("support")
    assert shop.look(support, f"/v1/operator/customers/{customer_id}")["id"] == customer_id
    listed = shop.look(support, "/v1/operator/customers?country=DE&limit=100")["items"]
    assert customer_id in [each["id"] for each in listed]
    of_customer = f"?customer_id={customer_id}"
    for path, found in (
        ("subscriptions", [subscription_id]),
        ("invoices", [invoice_id]),
        ("dunning-cases", []),
        ("journal-entries", []),
    ):
        page = shop.look(support, f"/v1/operator/{path}{of_customer}")
        assert [item.get("id") for item in page["items"]] == found
    assert shop.look(support, f"/v1/operator/subscriptions/{subscription_id}")
    assert shop.look(support, f"/v1/operator/invoices/{invoice_id}")["lines"]


@pytest.mark.parametrize(
    "path",
    [
        "customers/cus_x",
        "customers/cus_x/blocks",
        "subscriptions/sub_x",
        "invoices/inv_x",
        "dunning-cases/cas_x",
        "assets/ast_x",
        "devices/dev_x",
        "commands/cmd_x",
        "timeline/nothing",
        "journal-entries?customer_id=cus_x",
    ],
)
def test_what_is_not_there_is_not_found(shop: World, path: str) -> None:
    assert shop.admin.get(f"/v1/operator/{path}").status == 404


def test_a_timeline_comes_page_by_page(shop: World) -> None:
    bike = shop.add_bike()
    subscription_id = shop.order(shop.sign_up()[1], "city-prepaid")
    shop.hand_over(subscription_id, bike)
    path = f"/v1/operator/timeline/asset:{bike}"
    first = shop.look(shop.admin, f"{path}?limit=2")
    second = shop.look(shop.admin, f"{path}?limit=2&cursor={first['next_cursor']}")
    assert second["next_cursor"] is None
    assert first["items"] + second["items"] == shop.look(shop.admin, path)["items"]
    assert len(first["items"] + second["items"]) == 3
    assert shop.look(shop.admin, "/v1/operator/timeline/asset:none")["items"] == []


def test_a_billing_run_is_started_once_per_command(
    shop: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = client("stepfunctions").create_state_machine(
        name="billing-cycle",
        definition='{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/none",
    )["stateMachineArn"]
    monkeypatch.setenv("BILLING_STATE_MACHINE_ARN", machine)
    first = shop.admin.post("/v1/operator/billing-runs", key="run-1")
    again = shop.admin.post("/v1/operator/billing-runs", key="run-1")
    assert (first.status, again.text) == (202, first.text)
    runs = client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    assert [run["name"] for run in runs] == [first.json["execution"]]
    run = shop.look(shop.admin, first.headers["Location"])
    assert (run["id"], run["status"], run["is_by_hand"]) == (
        first.json["run_id"],
        "running",
        True,
    )
    Cycle(shop.now).run()
    assert shop.look(shop.admin, first.headers["Location"])["status"] == "finished"
