"""The published state machine of a rental asset."""

import json
from pathlib import Path
from typing import Any

import pytest

from umlauf.inventory.states import TRANSITIONS, AssetState, is_allowed

_FILE = Path(__file__).parents[2] / "vectors" / "inventory.json"
CASES: dict[str, dict[str, Any]] = {
    case["topic"]: case for case in json.loads(_FILE.read_text(encoding="utf-8"))
}
MACHINE = CASES.pop("asset state machine")


def test_each_attempt_is_judged_as_published() -> None:
    attempts = [
        [AssetState(name.lower()) for name in pair] for pair in MACHINE["inputs"]["attempts"]
    ]
    assert [is_allowed(state, target) for state, target in attempts] == MACHINE["expected"]


@pytest.mark.parametrize("state", MACHINE["inputs"]["transitions"])
def test_a_state_leads_where_the_published_machine_says_and_nowhere_else(state: str) -> None:
    targets = MACHINE["inputs"]["transitions"][state]
    assert TRANSITIONS[AssetState(state.lower())] == {AssetState(name.lower()) for name in targets}


def test_no_case_is_left_out() -> None:
    assert not CASES
