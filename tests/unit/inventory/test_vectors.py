"""The published state machine of a rental asset."""

import pytest

from tests.vectors.cases import copied_case
from umlauf.inventory.states import TRANSITIONS, AssetState

MACHINE = copied_case("INV-12")


@pytest.mark.parametrize("state", MACHINE["inputs"]["transitions"])
def test_a_state_leads_where_the_published_machine_says_and_nowhere_else(state: str) -> None:
    targets = MACHINE["inputs"]["transitions"][state]
    assert TRANSITIONS[AssetState(state.lower())] == {AssetState(name.lower()) for name in targets}
