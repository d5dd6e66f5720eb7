"""A billing run that is cut off anywhere, or runs twice at once, leaves the same documents."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import botocore.httpsession
import pytest

from demo.checking import read
from local.platform import Platform
from tests.scenarios.racing import at_once
from tests.scenarios.town import Json, Town

pytestmark = pytest.mark.local

CONTRACTS = 6
MAX_TRIES = 6


class PowerFailure(Exception):
    """The function's machine is gone."""


@contextmanager
def power_failure(*, at_write: int, is_answer_lost: bool) -> Iterator[None]:
    """Cut the billing tasks off at their n-th write to DynamoDB, and from then on at every call.

    With the answer lost the write itself still happens: nobody hears of it.
    """
    real = botocore.httpsession.URLLib3Session.send
    writes = 0

    def send(session: Any, request: Any) -> Any:
        nonlocal writes
        if not os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "").endswith("billing-tasks"):
            return real(session, request)
        writes += b"TransactWriteItems" in request.headers.get("X-Amz-Target", b"")
        if writes < at_write:
            return real(session, request)
        if writes == at_write and is_answer_lost:
            real(session, request)
        writes = max(writes, at_write + 1)
        raise PowerFailure

    botocore.httpsession.URLLib3Session.send = send
    try:
        yield
    finally:
        botocore.httpsession.URLLib3Session.send = real
    assert writes > at_write, "the run ended before it could be cut off"


class Office:
    """Starts billing runs and reads what they issued; can go back to before them."""

    def __init__(self, town: Town, before: Path) -> None:
        self._town, self._before = town, before
        riders = [town.subscribe(f"Rider{number}") for number in range(CONTRACTS)]
        town.office.hand_over(rider.who for rider in riders)
        self._customers = [rider.customer_id for rider in riders]
        self._runs = 0
        town.cloud.save(before)

    def go_back(self) -> None:
        """To the moment at which everything is due and nothing is billed."""
        self._town.cloud.load(self._before)

    def run(self) -> str:
        """Start a run by hand and let everything that follows happen; how the run ended."""
        self._runs += 1
        key = f"run-{self._runs}"
        started = self._town.staff.post("/v1/operator/billing-runs", {}, key=key)
        self._town.cloud.settle()
        states: Any = self._town.cloud.client("stepfunctions")
        machine = self._town.cloud.outputs["BillingCycleArn"]
        name = f"{machine.replace(':stateMachine:', ':execution:')}:{started['execution']}"
        return str(states.describe_execution(executionArn=name)["status"])

    def documents(self) -> list[Json]:
        """All invoices with their lines, taxes and receivables."""
        self._town.cloud.settle()
        staff = self._town.staff
        return [
            staff.get(f"/v1/operator/invoices/{summary['id']}")
            for customer in self._customers
            for summary in staff.get("/v1/operator/invoices", customer_id=customer)["items"]
        ]


@pytest.fixture(scope="module")
def office(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(town, tmp_path_factory.mktemp("saved") / "before.state")


@pytest.fixture(scope="module")
def undisturbed(office: Office) -> list[Json]:
    """What a run issues that nobody disturbs."""
    assert office.run() == "SUCCEEDED"
    return office.documents()


def test_one_run_bills_every_contract_once(undisturbed: list[Json]) -> None:
    numbers = sorted(document["invoice"]["number"] for document in undisturbed)
    assert numbers == [f"RE-2026-{number:06d}" for number in range(1, CONTRACTS + 1)]
    assert {document["receivable"]["status"] for document in undisturbed} == {"paid"}


@pytest.mark.parametrize(
    ("at_write", "is_answer_lost"),
    [
        pytest.param(1, True, id="run opened, nobody heard"),
        pytest.param(2, False, id="no numbers yet"),
        pytest.param(3, True, id="first invoice issued, nobody heard"),
        pytest.param(9, False, id="halfway"),
    ],
)
def test_a_run_cut_off_and_started_again_issues_exactly_the_same(
    office: Office,
    undisturbed: list[Json],
    platform: Platform,
    at_write: int,
    is_answer_lost: bool,  # noqa: FBT001 - a case of the table
) -> None:
    office.go_back()
    with power_failure(at_write=at_write, is_answer_lost=is_answer_lost):
        assert office.run() == "FAILED"
    assert len(office.documents()) < CONTRACTS
    assert office.run() == "SUCCEEDED"
    assert office.documents() == undisturbed
    assert office.run() == "SUCCEEDED"
    assert office.documents() == undisturbed
    assert _charges_at_stripe(platform) == CONTRACTS
    assert _broken_laws(platform) == []


def test_two_runs_at_once_issue_every_document_once(
    office: Office, undisturbed: list[Json], town: Town
) -> None:
    office.go_back()
    town.staff.get("/v1/operator/stations")  # signs in anew, once
    start = partial(town.staff.post, "/v1/operator/billing-runs", {})
    at_once([partial(start, key="one"), partial(start, key="other")])
    assert office.documents() == undisturbed
    assert _broken_laws(town.platform) == []


def test_the_same_tasks_at_the_very_same_moment_charge_every_contract_once(
    office: Office, undisturbed: list[Json], town: Town
) -> None:
    """State machines take turns here, functions that are called do not."""
    office.go_back()
    invoke = town.cloud.client("lambda").invoke
    arn = town.cloud.resource("BillingTasks")

    def carry_out(task: Json) -> Json:
        """As the state machine does: what lost a race is tried again."""
        for _ in range(MAX_TRIES):
            answer = invoke(FunctionName=arn, Payload=json.dumps(task))
            result = json.loads(answer["Payload"].read())
            if "FunctionError" not in answer:
                return result
            assert result["errorType"] in {"Transient", "Conflict"}, result
        raise AssertionError(f"{task} lost {MAX_TRIES} races")

    plan, _ = at_once([partial(carry_out, {"task": "list_due_parts"})] * 2)
    run = {"run_id": plan["run_id"], "through": plan["through"]}
    tasks = [{"task": "bill_part", **run, **part} for part in plan["parts"]]
    billed = at_once([partial(carry_out, task) for task in tasks * 2])
    finish = {"task": "finish_run", **run, "reports": [part["report"] for part in billed]}
    at_once([partial(carry_out, finish)] * 2)
    assert [_content(one) for one in office.documents()] == [_content(one) for one in undisturbed]
    assert _broken_laws(town.platform) == []


def _content(document: Json) -> Json:
    """All but the number: which one a document gets is the outcome of the race."""
    invoice = {key: value for key, value in document["invoice"].items() if key != "number"}
    return {**document, "invoice": invoice}


def _charges_at_stripe(platform: Platform) -> int:
    return int(platform.stripe.control.status()["objects"]["payment_intent"])


def _broken_laws(platform: Platform) -> list[Any]:
    return [(law.law, law.violations) for law in read(platform)[1].laws if law.broken]
