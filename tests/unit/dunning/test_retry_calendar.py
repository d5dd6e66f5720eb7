"""When a declined charge is tried again."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.dunning.errors import UnlawfulPlan
from umlauf.dunning.model import Plan, Step, StepKind
from umlauf.dunning.retry_calendar import MAX_RETRIES, retry_steps


@given(st.lists(st.integers(1, 30), max_size=MAX_RETRIES))
def test_retries_come_in_order_each_its_gap_after_the_one_before(gaps: list[int]) -> None:
    days = [0, *(step.after_days for step in retry_steps(gaps))]
    assert [later - earlier for earlier, later in pairwise(days)] == gaps
    people = Step("people", StepKind.HAND_TO_PEOPLE, days[-1])
    Plan("retries.1", (*retry_steps(gaps), people))


@pytest.mark.parametrize("gaps", [[0], [3, -1], [1] * (MAX_RETRIES + 1)])
def test_a_nuisance_is_refused(gaps: list[int]) -> None:
    with pytest.raises(UnlawfulPlan):
        retry_steps(gaps)
