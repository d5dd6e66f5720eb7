"""Finds in IoT rules and state machines what ministack would run wrongly instead of refusing.

Each finding is a line that stops the start, as a dropped property does.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.deployment import Resource, Stack
from local.errors import LocalCloudError

# What our rules use and has been seen to work; a rule that needs more needs a test of it first.
_SQL_FUNCTIONS = frozenset(("clientid", "encode", "principal", "timestamp", "topic", "traceid"))
_SQL_KEYWORDS = frozenset(("as", "and", "or", "not", "in", "from", "where", "select", "value"))
_SQL_TEXT = re.compile(r"'(?:[^']|'')*'")
_SQL_CALL = re.compile(r"\b([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_ACTIONS = frozenset(("lambda", "republish", "dynamodbv2", "sns", "sqs"))

_STATE_TYPES = frozenset(("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"))
_IGNORED_FIELDS = {
    "ResultWriter": "writes nothing",
    "HeartbeatSeconds": "is not counted",
    "HeartbeatSecondsPath": "is not counted",
    "TimeoutSecondsPath": "is not counted",
    "Credentials": "is not used",
}


def check(stack: Stack) -> None:
    """Raise with a line for every finding."""
    lines = [*_rule_lines(stack), *_machine_lines(stack)]
    if lines:
        raise LocalCloudError("\n".join(lines))


def _rule_lines(stack: Stack) -> Iterator[str]:
    for rule in stack.of_kind("AWS::IoT::TopicRule"):
        payload = rule.properties["TopicRulePayload"]
        at = f"template.yaml: Resources.{rule.logical_id}.Properties.TopicRulePayload"
        for problem in sql_problems(payload.get("Sql", "")):
            yield f"{at}.Sql: {problem}"
        actions = [*payload.get("Actions", []), payload.get("ErrorAction") or {}]
        for action in actions:
            for name in action:
                if name.lower() not in _ACTIONS:
                    yield f"{at}: the action {name} is not carried out by the local cloud"


def sql_problems(sql: str) -> Iterator[str]:
    """What the local cloud would evaluate differently from AWS IoT."""
    plain = _SQL_TEXT.sub("''", sql)
    words = plain.lower()
    if re.search(r"\bcase\b", words):
        yield "CASE is evaluated wrongly by the local cloud"
    if len(re.findall(r"\bselect\b", words)) > 1:
        yield "a nested SELECT is evaluated wrongly by the local cloud"
    for name in dict.fromkeys(_SQL_CALL.findall(plain)):
        if name.lower() not in _SQL_FUNCTIONS | _SQL_KEYWORDS:
            yield f"{name}() is not known to the local cloud"


def _machine_lines(stack: Stack) -> Iterator[str]:
    for machine in stack.of_kind("AWS::StepFunctions::StateMachine"):
        at = f"template.yaml: Resources.{machine.logical_id}"
        for problem in machine_problems(_definition(machine)):
            yield f"{at}: {problem}"


def _definition(machine: Resource) -> dict[str, Any]:
    given = machine.properties.get("DefinitionString") or machine.properties.get("Definition") or {}
    parsed: dict[str, Any] = json.loads(given) if isinstance(given, str) else given
    return parsed


def machine_problems(machine: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Dangling transitions and fields without effect, in this machine and the ones inside it."""
    states = machine.get("States") or {}
    if machine.get("StartAt") not in states:
        yield f"{where}StartAt names no state: {machine.get('StartAt')}"
    for name, state in states.items():
        at = f"{where}state {name}: "
        yield from (at + problem for problem in _state_problems(state, states))
        inner = [*state.get("Branches", [])]
        inner += [state[key] for key in ("ItemProcessor", "Iterator") if key in state]
        for part in inner:
            yield from machine_problems(part, at)


def _state_problems(state: Mapping[str, Any], states: Mapping[str, Any]) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _STATE_TYPES:
        yield f"there is no type {kind}"
    for target in _targets(state):
        if target not in states:
            yield f"leads to {target}, which is no state here"
    ends = state.get("End") or kind in ("Succeed", "Fail", "Choice")
    if not ends and "Next" not in state:
        yield "has neither Next nor End"
    yield from _fields_without_effect(state)


def _fields_without_effect(state: Mapping[str, Any]) -> Iterator[str]:
    for name, effect in _IGNORED_FIELDS.items():
        if name in state:
            yield f"{name} {effect} in the local cloud"
    if "TimeoutSeconds" in state and ".sync" in str(state.get("Resource")):
        yield "TimeoutSeconds of a nested execution is not counted in the local cloud"


def _targets(state: Mapping[str, Any]) -> Iterator[str]:
    for key in ("Next", "Default"):
        if key in state:
            yield state[key]
    for branch in [*state.get("Choices", []), *state.get("Catch", [])]:
        if "Next" in branch:
            yield branch["Next"]
