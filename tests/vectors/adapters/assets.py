"""The state machine of a rental asset."""

from typing import Any

from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from umlauf.inventory.states import AssetState, is_allowed


@adapter("attempts", may="transitions")
def attempted_transitions(case: Case) -> Any:
    """Each attempt is judged alone. The whole machine is compared where inventory is tested."""
    pairs = [[AssetState(name.lower()) for name in pair] for pair in case.inputs["attempts"]]
    return [is_allowed(state, target) for state, target in pairs]
