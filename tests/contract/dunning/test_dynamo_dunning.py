"""Cases and dossiers keep in DynamoDB what they promise, and executions follow them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from tests.collect_fakes import CUSTOMER, INVOICE, NOW, a_customer, a_receivable, a_settlement
from umlauf.billing.model import SettlementState
from umlauf.dunning.model import Case, Dossier, RetryAdvice, StepOutcome
from umlauf.dunning.triggers import Trigger
from umlauf.dunning.use_cases.close_case import close_case
from umlauf.dunning.use_cases.open_case import open_case
from umlauf.dunning.use_cases.take_step import take_step
from umlauf.kernel.work import Work, carry_out
from umlauf.payments.reasons import Retry
from umlauf_adapters.dunning.desk import dynamo_dunning_desk
from umlauf_adapters.dunning.executions import ExecutionsUnavailable, StepFunctionsExecutions
from umlauf_adapters.dunning.repositories import DynamoCases
from umlauf_adapters.kernel.dynamo_works import DynamoWorks

ADVICE = RetryAdvice("att_one", "pmt_card", Retry.LATER, NOW + timedelta(days=5))
ARN = "arn:aws:states:eu-central-1:123456789012:stateMachine:umlauf-test-dunning"


def opened() -> Case:
    case = carry_out(
        lambda work: open_case(
            Trigger(INVOICE, "payment_failed:AM04", ADVICE), work=work, desk=dynamo_dunning_desk()
        ),
        works=DynamoWorks(),
        now=NOW,
    )
    assert case is not None
    return case


@pytest.fixture
def debt(tables: None) -> None:
    work = Work(NOW)
    work.put(a_customer())
    work.put(a_receivable())
    DynamoWorks().commit(work)


@pytest.mark.usefixtures("debt")
def test_a_case_comes_back_as_it_went_in_with_its_steps() -> None:
    desk, case = dynamo_dunning_desk(), opened()
    carry_out(
        lambda work: take_step(
            case.id,
            "second_attempt",
            work=work,
            desk=desk,
            outcome=StepOutcome.SKIPPED,
            note="note",
        ),
        works=DynamoWorks(),
        now=NOW + timedelta(days=8),
    )
    found = desk.cases.get(case.id)
    assert found is not None
    assert found.advice == ADVICE
    assert [(record.outcome, record.note) for record in found.records] == [
        (StepOutcome.SKIPPED, "note")
    ]
    assert desk.dossiers.get(INVOICE) == Dossier(INVOICE, 1, case.id, version=1)
    assert list(DynamoCases().of_customer(CUSTOMER).items) == [found]
    assert list(DynamoCases().of_customer("cus_bob").items) == []


@pytest.mark.usefixtures("debt")
def test_the_debt_is_read_from_the_receivable_as_it_stands() -> None:
    desk, case = dynamo_dunning_desk(), opened()
    work = Work(NOW)
    paid = a_receivable(a_settlement(SettlementState.SUCCEEDED))
    work.put(replace(paid, version=1))
    DynamoWorks().commit(work)
    closed = carry_out(
        lambda work: close_case(INVOICE, work=work, desk=desk), works=DynamoWorks(), now=NOW
    )
    assert closed is not None
    assert closed.id == case.id
    assert desk.debts.get("inv_nobody") is None


class FakeStepFunctions:
    """Remembers the calls; `fault` is raised by each that changes anything."""

    def __init__(self, fault: Exception | None = None, status: str = "RUNNING") -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.fault = fault
        self.status = status

    def start_execution(self, **arguments: str) -> dict[str, str]:
        self._note("start", arguments)
        return {}

    def stop_execution(self, **arguments: str) -> dict[str, str]:
        self._note("stop", arguments)
        return {}

    def describe_execution(self, **arguments: str) -> dict[str, str]:
        self.calls.append(("describe", arguments))
        return {"status": self.status}

    def _note(self, act: str, arguments: dict[str, str]) -> None:
        self.calls.append((act, arguments))
        if self.fault:
            raise self.fault


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "StartExecution")


def test_an_execution_is_named_like_its_case() -> None:
    client = FakeStepFunctions()
    executions = StepFunctionsExecutions(client, ARN)
    assert executions.start("cas_1")
    executions.stop("cas_1", "paid")
    assert client.calls[0][1]["name"] == "cas_1"
    assert client.calls[1][1]["executionArn"] == (
        "arn:aws:states:eu-central-1:123456789012:execution:umlauf-test-dunning:cas_1"
    )


def test_ended_before_is_no_error() -> None:
    StepFunctionsExecutions(FakeStepFunctions(refused("ExecutionDoesNotExist")), ARN).stop("c", "p")


@pytest.mark.parametrize(
    ("status", "is_alive"),
    [
        ("RUNNING", True),
        ("FAILED", False),
        ("ABORTED", False),
        ("TIMED_OUT", False),
        ("SUCCEEDED", False),
    ],
)
def test_of_one_started_before_it_is_told_whether_it_lives(status: str, *, is_alive: bool) -> None:
    client = FakeStepFunctions(refused("ExecutionAlreadyExists"), status)
    assert StepFunctionsExecutions(client, ARN).start("cas_1") is is_alive
    arn = ARN.replace(":stateMachine:", ":execution:")
    assert client.calls[-1] == ("describe", {"executionArn": f"{arn}:cas_1"})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(refused("ThrottlingException"), id="throttled"),
        pytest.param(ConnectTimeoutError(endpoint_url="any"), id="no answer"),
    ],
)
def test_what_may_pass_is_transient(fault: Exception) -> None:
    with pytest.raises(ExecutionsUnavailable):
        StepFunctionsExecutions(FakeStepFunctions(fault), ARN).start("cas_1")


def test_what_will_not_pass_is_not_hidden() -> None:
    executions = StepFunctionsExecutions(FakeStepFunctions(refused("AccessDenied")), ARN)
    with pytest.raises(ClientError):
        executions.start("cas_1")
