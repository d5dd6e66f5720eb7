"""Where we know no law: remind for free, try again, then people. No fee, no restriction."""

from typing import Final

from umlauf.dunning.model import Plan, Step, StepKind
from umlauf.dunning.plans.thresholds import LEAST_COLLECTABLE

ELSEWHERE: Final = Plan(
    "elsewhere.1",
    (
        Step("first_reminder", StepKind.SEND_REMINDER, after_days=3),
        Step("second_attempt", StepKind.RETRY_PAYMENT, after_days=7),
        Step("second_reminder", StepKind.SEND_REMINDER, after_days=14),
        Step("people", StepKind.HAND_TO_PEOPLE, after_days=30),
    ),
    thresholds=LEAST_COLLECTABLE,
)
