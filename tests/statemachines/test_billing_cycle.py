"""The billing cycle's state machine: lists, bills each part to its end, closes the run."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.statemachines.machine_room import Ended, MachineRoom, machine_room
from umlauf.kernel.errors import Conflict, InvalidInput, Transient

SUBSTITUTIONS = {"BillingTasksArn": "arn:aws:lambda:eu-central-1:123456789012:function:tasks"}
THROUGH = "2026-10-01T09:05:00Z"
NOTHING_DUE = {
    "has_run": False,
    "run_id": "",
    "through": THROUGH,
    "is_behind": False,
    "parts": [],
}


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[MachineRoom]:
    with machine_room("billing_cycle.asl.yaml", SUBSTITUTIONS, monkeypatch) as room:
        yield room


class Tasks:
    """Plays the tasks: parts that need so many calls each, and faults where told to."""

    def __init__(
        self,
        parts: dict[str, int],
        *,
        faults: dict[str, list[Exception]] | None = None,
    ) -> None:
        self.left = dict(parts)
        self.parts = list(parts)
        self.faults = faults or {}

    def __call__(self, payload: dict[str, Any]) -> dict[str, Any]:
        faults = self.faults.get(payload.get("part", payload["task"]), [])
        if faults:
            raise faults.pop(0)
        if payload["task"] == "list_due_parts":
            parts = [{"part": name} for name in self.parts]
            return {**NOTHING_DUE, "has_run": True, "run_id": "run_000001", "parts": parts}
        if payload["task"] == "bill_part":
            return self._bill(payload)
        return {"run_id": payload["run_id"], "is_behind": False}

    def _bill(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.left[payload["part"]] -= 1
        billed = payload.get("report", {}).get("billed", 0) + 1
        more = self.left[payload["part"]] > 0
        return {**payload, "more": more, "report": {"billed": billed}, "cursor": None}


class Behind:
    """Three windows without anything due."""

    def __init__(self) -> None:
        self.left = 3

    def __call__(self, _payload: dict[str, Any]) -> dict[str, Any]:
        self.left -= 1
        return {**NOTHING_DUE, "is_behind": self.left > 0}


def tasks_of(ended: Ended) -> Counter[str]:
    return Counter(call["task"] for call in ended.calls)


def test_nothing_due_ends_at_once(room: MachineRoom) -> None:
    ended = room.run("quiet", {}, lambda _payload: NOTHING_DUE)
    assert ended.status == "SUCCEEDED"
    assert tasks_of(ended) == {"list_due_parts": 1}


def test_each_part_is_billed_to_its_end_and_the_run_closed(room: MachineRoom) -> None:
    ended = room.run("busy", {}, Tasks({"0": 1, "3": 3, "parked": 1}))
    assert ended.status == "SUCCEEDED"
    assert tasks_of(ended) == {"list_due_parts": 1, "bill_part": 5, "finish_run": 1}
    parts = Counter(call["part"] for call in ended.calls if call["task"] == "bill_part")
    assert parts == {"0": 1, "3": 3, "parked": 1}
    finish = ended.calls[-1]
    assert (finish["run_id"], finish["through"]) == ("run_000001", THROUGH)
    assert sorted(report["billed"] for report in finish["reports"]) == [1, 1, 3]


def test_the_only_part_is_a_list_of_one(room: MachineRoom) -> None:
    ended = room.run("one", {}, Tasks({"0": 1}))
    assert ended.status == "SUCCEEDED"
    assert ended.calls[-1]["reports"] == [{"billed": 1}]


def test_an_open_run_with_nothing_left_is_still_closed(room: MachineRoom) -> None:
    ended = room.run("rest", {}, Tasks({}))
    assert ended.status == "SUCCEEDED"
    assert tasks_of(ended) == {"list_due_parts": 1, "finish_run": 1}
    assert ended.calls[-1]["reports"] == []


def test_after_an_outage_runs_follow_until_it_is_up_to_date(room: MachineRoom) -> None:
    ended = room.run("behind", {}, Behind())
    assert ended.status == "SUCCEEDED"
    assert tasks_of(ended) == {"list_due_parts": 3}


def test_what_passes_is_retried(room: MachineRoom) -> None:
    faults: dict[str, list[Exception]] = {
        "list_due_parts": [Transient("store")],
        "0": [Transient("store"), Conflict("race"), Transient("store")],
        "finish_run": [Conflict("numbers reserved meanwhile")],
    }
    ended = room.run("shaky", {}, Tasks({"0": 1, "1": 1}, faults=faults))
    assert ended.status == "SUCCEEDED"
    assert tasks_of(ended) == {"list_due_parts": 2, "bill_part": 5, "finish_run": 2}


def test_a_part_that_fails_for_good_stops_no_other_but_leaves_the_run_open(
    room: MachineRoom,
) -> None:
    faults: dict[str, list[Exception]] = {"0": [InvalidInput("never right")]}
    ended = room.run("broken", {}, Tasks({"0": 1, "1": 2}, faults=faults))
    assert (ended.status, ended.error) == ("FAILED", "BillingNeedsPeople")
    assert tasks_of(ended) == {"list_due_parts": 1, "bill_part": 3}


@pytest.mark.parametrize("task", ["list_due_parts", "finish_run"])
def test_a_task_that_fails_for_good_goes_to_people(room: MachineRoom, task: str) -> None:
    faults: dict[str, list[Exception]] = {task: [InvalidInput("never right")]}
    ended = room.run("stuck", {}, Tasks({"0": 1}, faults=faults))
    assert (ended.status, ended.error) == ("FAILED", "BillingNeedsPeople")
