"""Runs a state machine of the repository in moto: real language, scripted tasks, no waiting.

moto lacks a JSONata engine and would sleep through every wait; both are put in here. Tasks are
answered by a Python function instead of a Lambda function.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

import pytest
import yaml
from botocore.session import get_session
from jsonata import Jsonata
from moto import mock_aws
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_lambda,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.jsonata import jsonata

from tests.conftest import ROOT

Task = Callable[[dict[str, Any]], dict[str, Any]]
PATIENCE_SECONDS: Final = 20.0


@dataclass
class Ended:
    """How an execution ended: what it asked of its tasks, how long it would have waited."""

    status: str
    error: str | None
    calls: list[dict[str, Any]]
    waits: list[int]


@dataclass
class MachineRoom:
    client: Any
    arn: str
    calls: list[dict[str, Any]] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    task: Task = lambda _payload: {}

    def answer(self, environment: Any, parameters: dict[str, Any]) -> None:
        """Stand in for the Lambda service: an error is reported by the name of its class."""
        payload = json.loads(parameters["Payload"])
        self.calls.append(payload)
        try:
            result = self.task(payload)
        except Exception as error:
            fault = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
            raise lambda_eval_utils.LambdaFunctionErrorException("Unhandled", fault) from error
        environment.stack.append({"StatusCode": 200, "Payload": result})

    def run(self, name: str, given: dict[str, Any], task: Task) -> Ended:
        self.task = task
        execution = self.client.start_execution(
            stateMachineArn=self.arn, name=name, input=json.dumps(given)
        )["executionArn"]
        pause = threading.Event()
        for _ in range(int(PATIENCE_SECONDS / 0.01)):
            found = self.client.describe_execution(executionArn=execution)
            if found["status"] != "RUNNING":
                return Ended(found["status"], found.get("error"), self.calls, self.waits)
            pause.wait(0.01)
        raise AssertionError(f"{name} does not end: {self.calls[-3:]}")


@contextmanager
def machine_room(
    file: str, substitutions: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[MachineRoom]:
    text = (ROOT / "statemachines" / file).read_text()
    for name, value in substitutions.items():
        text = text.replace(f"${{{name}}}", value)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        client = get_session().create_client("stepfunctions", region_name="eu-central-1")
        arn = client.create_state_machine(
            name="machine",
            definition=json.dumps(yaml.safe_load(text)),
            roleArn="arn:aws:iam::123456789012:role/any",
        )["stateMachineArn"]
        room = MachineRoom(client, arn)

        def answer(_self: Any, **given: Any) -> None:
            room.answer(given["env"], given["normalised_parameters"])

        def skip(_self: Any, env: Any, wait_seconds: int) -> None:
            del env
            room.waits.append(wait_seconds)

        service = state_task_service_lambda.StateTaskServiceLambda
        monkeypatch.setattr(service, "_eval_service_task", answer)
        monkeypatch.setattr(WaitFunction, "_wait_interval", skip)
        monkeypatch.setattr(jsonata, "_eval_jsonata", lambda text: Jsonata(text).evaluate(None))
        monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=lambda _seconds: None))
        yield room
