"""Generated requests, right and wrong, to every operation: no crash, no undocumented answer.

`make fuzz` sends many; an ordinary test run sends a few, always the same ones. Some path parameters
and ids are replaced with real ones, so that requests get past "not found".
"""

import os
import re
from http import HTTPStatus
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import missing_required_header, positive_data_acceptance

from tests.functions.api_world import ROOT, World
from tests.functions.signing_requests import new_signing_request
from tests.fuzz.wsgi import WsgiGateway
from umlauf_adapters.kernel.aws_clients import client

pytestmark = pytest.mark.fuzz

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "5"))
IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
SIGNING_REQUEST: Final = new_signing_request()
AUTHORIZATION: Final = {"customer": "Bearer customer", "staff": "Bearer staff"}

gateway = WsgiGateway({})
known_ids: dict[str, str] = {}
schema = schemathesis.openapi.from_path(ROOT / "docs" / "openapi.json")
schema.app = gateway


@pytest.fixture(scope="module", autouse=True)
def _people(fuzz_world: World) -> None:
    customer_id, subscription_id, anna = fuzz_world.rider("city-prepaid")
    fuzz_world.top_up(anna, 2000)
    session = fuzz_world.act(anna, "/v1/sessions", {"subscription_id": subscription_id})
    shown = fuzz_world.look(anna, f"/v1/subscriptions/{subscription_id}")
    gateway.callers = {
        None: fuzz_world.public,
        "Bearer customer": anna,
        "Bearer staff": fuzz_world.admin,
    }
    known_ids.update(
        customer_id=customer_id,
        subscription_id=subscription_id,
        session_id=session["id"],
        asset_id=shown["asset_id"],
        station_id="sta_hbf",
        invoice_id=fuzz_world.issue_invoice(customer_id, subscription_id, 5900),
        plan_id="city-flat",
        aggregate=f"subscription:{subscription_id}",
        purpose="marketing_email",
    )
    _prepare_aws()


def _prepare_aws() -> None:
    """What operations reach beyond the tables: the state machine, the devices' policy."""
    client("stepfunctions").create_state_machine(
        name="billing-cycle",
        definition='{"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/none",
    )
    client("iot").create_policy(policyName="umlauf-device", policyDocument="{}")


def _with_known_ids(values: Any) -> Any:
    """Replace about every other id; a malformed one stays, for it is to be refused."""
    if not isinstance(values, dict):
        return values
    return {
        name: known_ids[name] if name in known_ids and _is_replaceable(value) else value
        for name, value in values.items()
    }


def _is_replaceable(value: Any) -> bool:
    return isinstance(value, str) and bool(IDENTIFIER.fullmatch(value)) and len(value) % 2 == 0


@schema.hook("map_path_parameters")
def _map_path(context: Any, path_parameters: Any) -> Any:
    return _with_known_ids(path_parameters)


@schema.hook("map_query")
def _map_query(context: Any, query: Any) -> Any:
    return _with_known_ids(query)


@schema.hook("map_body")
def _map_body(context: Any, body: Any) -> Any:
    if isinstance(body, dict) and str(body.get("signing_request")).startswith("-----BEGIN"):
        # IoT refuses what is no request in truth; moto would break on it.
        body = {**body, "signing_request": SIGNING_REQUEST}
    return _with_known_ids(body)


def is_answerable(
    context: Any, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """No crash: the one server error an operation may answer with says when to come back."""
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        assert response.headers["retry-after"]
    else:
        assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 5,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_api_or_its_promises(case: schemathesis.Case[Any]) -> None:
    operation = case.operation.definition.raw
    for scheme in (operation.get("security") or [{}])[0]:
        case.headers["Authorization"] = AUTHORIZATION[scheme]
    # No schema says which cursors, plans or zones exist: a valid request may still be refused.
    excluded: list[Any] = [not_a_server_error, positive_data_acceptance]
    if "428" in operation["responses"]:
        # The right answer to a missing If-Match (RFC 6585), which the library does not know.
        excluded.append(missing_required_header)
    case.call_and_validate(additional_checks=[is_answerable], excluded_checks=excluded)
