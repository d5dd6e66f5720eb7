"""The published state machine of a rental asset."""

import pytest

from tests.vectors.cases import copied_case
from umlauf.inventory.states import TRANSITIONS, AssetState, is_allowed

MACHINE = copied_case("INV-12")


def test_each_attempt_is_judged_as_published() -> None:
    attempts = [
        [AssetState(name.lower()) for name in pair] for pair in MACHINE["inputs"]["attempts"]
    ]
    assert [is_allowed(state, target) for state, target in attempts] == MACHINE["expected"]


@pytest.mark.parametrize("state", MACHINE["inputs"]["transitions"])
def test_a_state_leads_where_the_published_machine_says_and_nowhere_else(state: str) -> None:
    targets = MACHINE["inputs"]["transitions"][state]
    assert TRANSITIONS[AssetState(state.lower())] == {AssetState(name.lower()) for name in targets}
