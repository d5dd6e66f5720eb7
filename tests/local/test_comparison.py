"""What a service says otherwise is no difference; what it lacks is one, with its path."""

from typing import Any

import pytest

from local.comparison import differences
from local.lints import machine_problems, sql_problems


@pytest.mark.parametrize(
    ("expected", "actual", "paths"),
    [
        pytest.param({"Timeout": 5}, {"Timeout": "5", "Extra": 1}, [], id="numbers as text"),
        pytest.param({"Enabled": True}, {"enabled": "true"}, [], id="first letters and booleans"),
        pytest.param({"Policy": {"a": [1]}}, {"Policy": '{"a": [1]}'}, [], id="policy as text"),
        pytest.param({"Text": '{"a":1}'}, {"Text": '{"a": 1}'}, [], id="spaces in JSON"),
        pytest.param({"Things": ["b", "a"]}, {"Things": ["a", "b"]}, [], id="order of a list"),
        pytest.param({"Empty": []}, {}, [], id="nothing asked for"),
        pytest.param({"Zone": "Europe/Berlin"}, {}, ["Zone"], id="dropped"),
        pytest.param({"Zone": "Europe/Berlin"}, {"Zone": "UTC"}, ["Zone"], id="changed"),
        pytest.param({"On": True}, {"On": False}, ["On"], id="switched off"),
        pytest.param({"A": {"B": 1, "C": 2}}, {"A": {"B": 1}}, ["A.C"], id="dropped inside"),
        pytest.param(
            {"Targets": [{"Id": "q", "Arn": "x"}, {"Id": "r", "Dlq": "y"}]},
            {"Targets": [{"Id": "q", "Arn": "x"}, {"Id": "r"}]},
            ["Targets.1.Dlq"],
            id="dropped in a list",
        ),
        pytest.param({"List": [1, 2]}, {"List": [1]}, ["List.1"], id="element dropped"),
        pytest.param({"A": {"B": 1}}, {"A": None}, ["A"], id="object dropped"),
    ],
)
def test_differences_are_named(expected: Any, actual: Any, paths: list[str]) -> None:
    assert list(differences(expected, actual)) == paths


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("SELECT encode(*, 'base64') AS payload, topic(2) AS d FROM 'devices/+/x'", None),
        ("SELECT * FROM 'a/b' WHERE note = 'case (of) select'", None),
        ("SELECT CASE WHEN x > 1 THEN 1 END FROM 'a'", "CASE"),
        ("SELECT (SELECT v FROM things) AS v FROM 'a'", "nested SELECT"),
        ("SELECT get_thing_shadow('x', 'y') AS s FROM 'a'", "get_thing_shadow()"),
    ],
)
def test_rules_the_local_cloud_would_get_wrong_are_found(sql: str, complaint: str | None) -> None:
    problems = list(sql_problems(sql))
    assert (complaint is None and not problems) or any(str(complaint) in p for p in problems)


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states), None), "States": states}


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        (machine(A={"Type": "Pass", "Next": "B"}, B={"Type": "Succeed"}), None),
        (machine(A={"Type": "Pass", "Next": "Nowhere"}), "leads to Nowhere"),
        (machine(A={"Type": "Choice", "Choices": [{"Next": "X"}]}), "leads to X"),
        (machine(A={"Type": "Pass"}), "neither Next nor End"),
        (machine(A={"Type": "Sleep", "End": True}), "no type Sleep"),
        ({"StartAt": "Z", "States": {}}, "StartAt names no state"),
        (machine(A={"Type": "Task", "HeartbeatSeconds": 5, "End": True}), "HeartbeatSeconds"),
        (
            machine(A={"Type": "Map", "End": True,
                       "ItemProcessor": machine(I={"Type": "Pass", "Next": "Gone"})}),
            "state A: state I: leads to Gone",
        ),
    ],
)  # fmt: skip
def test_state_machines_the_local_cloud_would_get_wrong_are_found(
    definition: dict[str, Any], complaint: str | None
) -> None:
    problems = list(machine_problems(definition))
    assert (complaint is None and not problems) or any(str(complaint) in p for p in problems)
