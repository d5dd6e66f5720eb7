"""The Netherlands: collection costs only after a free letter that leaves 14 days.

So nothing here costs anything.

The letter goes out on day 10; people take over no earlier than 15 days after it, when the 14 days
that begin on the day after its arrival are over. The scale of collection costs is theirs to apply.
"""

from typing import Final

from umlauf.dunning.model import Plan, Step, StepKind
from umlauf.dunning.plans.thresholds import LEAST_COLLECTABLE

DUTCH_CONSUMER: Final = Plan(
    "nl-consumer.1",
    (
        Step("first_reminder", StepKind.SEND_REMINDER, after_days=3),
        Step("second_attempt", StepKind.RETRY_PAYMENT, after_days=7),
        Step("fourteen_day_letter", StepKind.SEND_LETTER, after_days=10),
        Step(
            "no_new_sessions",
            StepKind.RESTRICT,
            after_days=21,
            restriction="no_new_prepaid_session",
        ),
        Step("people", StepKind.HAND_TO_PEOPLE, after_days=42),
    ),
    thresholds=LEAST_COLLECTABLE,
)

DUTCH_BUSINESS: Final = Plan(
    "nl-business.1",
    (
        Step("first_reminder", StepKind.SEND_REMINDER, after_days=3),
        Step("second_attempt", StepKind.RETRY_PAYMENT, after_days=7),
        Step("letter", StepKind.SEND_LETTER, after_days=10),
        Step(
            "no_new_sessions",
            StepKind.RESTRICT,
            after_days=14,
            restriction="no_new_prepaid_session",
        ),
        Step("people", StepKind.HAND_TO_PEOPLE, after_days=30),
    ),
    thresholds=LEAST_COLLECTABLE,
)
