"""The deployed API: tokens, preflight, time-outs, and requests that never see each other."""

import base64
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from local.cloud import LocalCloud

pytestmark = pytest.mark.local


def test_a_signed_in_person_reaches_the_function(api: httpx.Client) -> None:
    answer = api.get("/v1/things/7")
    assert answer.status_code == 200
    assert answer.json()["asked"] == "7"
    assert answer.json()["greeting"] == "HELLO"
    assert answer.json()["stage"] == "dev"


@pytest.mark.parametrize("forgery", ["", "nonsense", "a.b.c", "tampered"])
def test_without_a_valid_token_nobody_gets_in(
    cloud: LocalCloud, api: httpx.Client, forgery: str
) -> None:
    token = forgery
    if forgery == "tampered":
        header, payload, signature = api.headers["Authorization"].split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        changed = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "x"}).encode()).decode()
        token = f"{header}.{changed.rstrip('=')}.{signature}"
    headers = {"Authorization": token} if token else {}
    answer = httpx.get(f"{cloud.http_url}/v1/things/7", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"code": "unauthorized"})
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_browser_may_ask_before_it_calls(cloud: LocalCloud) -> None:
    answer = httpx.options(f"{cloud.http_url}/v1/things/7")
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example"


def test_concurrent_requests_never_see_each_other(api: httpx.Client) -> None:
    def ask(number: int) -> dict[str, object]:
        pause = 0.15 if number % 2 else 0
        return dict(api.get(f"/v1/things/{number}", params={"pause": pause}).json())

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))
    assert [answer["asked"] for answer in answers] == [str(number) for number in range(24)]
    assert all(answer["asked"] == answer["seen"] for answer in answers)


def test_a_function_that_outruns_its_time_fails_and_its_environment_goes(
    cloud: LocalCloud, api: httpx.Client
) -> None:
    began = time.monotonic()
    answer = api.get("/v1/slow")
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})
    assert time.monotonic() - began < 5
    log = (cloud.state_dir / "logs" / "api.log").read_text()
    assert "Task timed out after 1.00 seconds" in log
    assert api.get("/v1/things/1").status_code == 200


def test_a_function_may_do_only_what_its_policies_allow(cloud: LocalCloud) -> None:
    lambda_ = cloud.client("lambda")
    event = {"Records": [{"dynamodb": {"Keys": {"pk": {"S": "thing#1"}}}, "body": "{}"}]}
    refused = lambda_.invoke(
        FunctionName=cloud.resource("Tick"), Payload=json.dumps({"kind": "allowed"})
    )
    assert "FunctionError" not in refused
    # The relay may put events and nothing else: its role, not the machine's, signs its calls.
    role = cloud.resource("RelayRole")
    cloud.client("iam").delete_role_policy(RoleName=role, PolicyName="RelayRolePolicy0")
    answer = lambda_.invoke(FunctionName=cloud.resource("Relay"), Payload=json.dumps(event))
    assert "AccessDenied" in json.loads(answer["Payload"].read())["errorMessage"]


def test_the_cloud_settles_while_requests_go_on(cloud: LocalCloud, api: httpx.Client) -> None:
    over = threading.Event()

    def keep_asking() -> None:
        while not over.is_set():
            api.get("/v1/things/1")

    asking = threading.Thread(target=keep_asking)
    asking.start()
    try:
        cloud.settle(20)
    finally:
        over.set()
        asking.join(10)
