"""The dunning state machine: it holds no rule, asks, waits, steps, and ends with people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.statemachines.machine_room import Ended, MachineRoom, machine_room
from umlauf.kernel.errors import Conflict, InvalidInput, Transient

CASE = {"case_id": "cas_1"}
SUBSTITUTIONS = {"DunningTasksArn": "arn:aws:lambda:eu-central-1:123456789012:function:tasks"}


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[MachineRoom]:
    with machine_room("dunning.asl.yaml", SUBSTITUTIONS, monkeypatch) as room:
        yield room


class Script:
    """Answers `assess` by a list of answers, one after the other; fails where told to."""

    def __init__(
        self, *answers: dict[str, str], faults: dict[str, list[Exception]] | None = None
    ) -> None:
        self.answers = list(answers)
        self.faults = faults or {}

    def __call__(self, payload: dict[str, Any]) -> dict[str, Any]:
        faults = self.faults.get(payload["task"], [])
        if faults:
            raise faults.pop(0)
        if payload["task"] == "assess":
            return {"case_id": payload["case_id"], **self.answers.pop(0)}
        return {"case_id": payload["case_id"]}


def wait(days: int) -> dict[str, str]:
    due = datetime.now(UTC) + timedelta(days=days)
    return {"next": "wait", "due_at": due.isoformat().replace("+00:00", "Z")}


def step(name: str) -> dict[str, str]:
    return {"next": "step", "step": name}


OVER = {"next": "over"}
PEOPLE = {"next": "people"}


def tasks(ended: Ended) -> list[str]:
    return [call.get("step") or call["task"] for call in ended.calls]


def test_it_waits_until_the_moment_it_is_given_then_asks_again(room: MachineRoom) -> None:
    ended = room.run("cas_1", CASE, Script(wait(3), step("first_reminder"), wait(4), OVER))
    assert ended.status == "SUCCEEDED"
    assert tasks(ended) == ["assess", "assess", "first_reminder", "assess", "assess"]
    assert [round(seconds / 86_400) for seconds in ended.waits] == [3, 4]
    assert all(call["case_id"] == "cas_1" for call in ended.calls)


def test_what_is_paid_ends_at_once(room: MachineRoom) -> None:
    ended = room.run("cas_1", CASE, Script(OVER))
    assert (ended.status, tasks(ended), ended.waits) == ("SUCCEEDED", ["assess"], [])


def test_the_end_of_the_plan_is_people_and_an_alarm(room: MachineRoom) -> None:
    ended = room.run("cas_1", CASE, Script(step("people"), PEOPLE))
    assert (ended.status, ended.error) == ("FAILED", "DunningNeedsPeople")
    assert tasks(ended) == ["assess", "people", "assess"]


@pytest.mark.parametrize("fault", [Transient("busy"), Conflict("stale")])
def test_what_may_pass_is_tried_again(room: MachineRoom, fault: Exception) -> None:
    script = Script(step("letter"), OVER, faults={"take_step": [fault] * 3})
    ended = room.run("cas_1", CASE, script)
    assert ended.status == "SUCCEEDED"
    assert tasks(ended) == ["assess", *["letter"] * 4, "assess"]


@pytest.mark.parametrize("task", ["assess", "take_step"])
@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        pytest.param(InvalidInput("never"), 1, id="for good"),
        pytest.param(Transient("for days"), 9, id="after its bounded retries"),
        pytest.param(ZeroDivisionError("a bug"), 1, id="a bug"),
    ],
)
def test_a_step_that_fails_goes_to_people_on_record(
    room: MachineRoom, task: str, fault: Exception, tries: int
) -> None:
    script = Script(step("letter"), faults={task: [fault] * 20})
    ended = room.run("cas_1", CASE, script)
    assert (ended.status, ended.error) == ("FAILED", "DunningNeedsPeople")
    failing = [call for call in ended.calls if call["task"] == task]
    assert len(failing) == tries
    assert ended.calls[-1] == {
        "task": "hand_to_people",
        "case_id": "cas_1",
        "reason": f"step_failed:{type(fault).__name__}",
    }
