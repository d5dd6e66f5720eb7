"""On which days a declined charge is tried again, when a plan gives the gaps between attempts.

The retries keep days of their own, apart from the days an overdue debt is counted by: the two never
move each other.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from umlauf.dunning.errors import UnlawfulPlan
from umlauf.dunning.model import Step, StepKind

MAX_RETRIES: Final = 15
"""What card schemes still take for one debt; more is a nuisance, not a chance."""


def retry_steps(gaps_days: Sequence[int], prefix: str = "attempt") -> tuple[Step, ...]:
    """The retries as steps of a plan: gaps of 1, 1 and 8 days try on days 1, 2 and 10.

    Raises UnlawfulPlan for a gap of less than a day, or too many retries.
    """
    if len(gaps_days) > MAX_RETRIES or any(gap < 1 for gap in gaps_days):
        raise UnlawfulPlan(
            f"give up to {MAX_RETRIES} gaps of at least a day, not {list(gaps_days)}",
            field="gaps_days",
        )
    return tuple(
        Step(f"{prefix}_{number}", StepKind.RETRY_PAYMENT, day)
        for number, day in enumerate(accumulate(gaps_days), start=2)
    )
