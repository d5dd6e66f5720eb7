"""State machines are complete, bounded and retry only what may succeed later."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.architecture.tree import ROOT, name

MACHINES = sorted(ROOT.glob("statemachines/*.asl.*"))
ROLE = "arn:aws:iam::123456789012:role/any"

CARELESS: dict[str, Any] = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Retry": [{"ErrorEquals": ["States.ALL"]}],
            "Next": "Nowhere",
        },
        "Unreached": {"Type": "Succeed", "Colour": "green"},
        "Each": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}},
            "End": True,
        },
    },
}


def definition(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


def levels(machine: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The machine and every machine inside its Map and Parallel states."""
    yield machine
    for state in machine["States"].values():
        for inner in [state.get("ItemProcessor"), *state.get("Branches", [])]:
            if inner:
                yield from levels(inner)


def successors(state: dict[str, Any]) -> set[str]:
    choices = [*state.get("Choices", []), *state.get("Catch", []), state]
    named = {choice.get("Next") for choice in choices} | {state.get("Default")}
    return {successor for successor in named if successor}


def faults_of_order(machine: dict[str, Any]) -> Iterator[str]:
    for level in levels(machine):
        states = level["States"]
        reached: set[str] = set()
        waiting = [level["StartAt"]]
        while waiting:  # ends: each state is expanded once
            state = waiting.pop()
            if state not in states:
                yield f"{state} does not exist"
            elif state not in reached:
                reached.add(state)
                waiting.extend(successors(states[state]))
        yield from (f"{state} is never reached" for state in sorted(set(states) - reached))


def faults_of_tasks(machine: dict[str, Any]) -> Iterator[str]:
    for level in levels(machine):
        for title, state in level["States"].items():
            if state["Type"] == "Map" and "MaxConcurrency" not in state:
                yield f"{title} runs any number at once"
            if state["Type"] != "Task":
                continue
            retried = {error for retry in state.get("Retry", []) for error in retry["ErrorEquals"]}
            if "Transient" not in retried:
                yield f"{title} gives up at the first transient fault"
            if "States.ALL" in retried:
                yield f"{title} retries what can never succeed"
            if any("MaxAttempts" not in retry for retry in state.get("Retry", [])):
                yield f"{title} leaves the number of retries to a default"


def faults_of_form(machine: dict[str, Any]) -> Iterator[str]:
    if not machine.get("Comment"):
        yield "no Comment says what the machine is for"
    if machine.get("QueryLanguage") != "JSONata":
        yield "it is not written in JSONata"
    template = {
        "Resources": {
            "Machine": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": ROLE, "Definition": machine},
            }
        }
    }
    for match in lint(json.dumps(template), config=ManualArgs(regions=["eu-central-1"])):
        yield match.message


CHECKS = (faults_of_order, faults_of_tasks, faults_of_form)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("path", MACHINES, ids=name)
def test_every_state_machine_is_sound(path: Path, check: Any) -> None:
    assert list(check(definition(path))) == []


@pytest.mark.parametrize(
    ("check", "faults"),
    [(faults_of_order, 3), (faults_of_tasks, 4), (faults_of_form, 3)],
)
def test_every_check_of_a_state_machine_bites(check: Any, faults: int) -> None:
    assert len(list(check(CARELESS))) >= faults
