"""Germany: remind for free, try again, write, then refuse new prepaid sessions and hand over.

A consumer pays for the letter what it costs and nothing else; an e-mail costs nothing. No remote
lock: a restriction asks the policy engine for "no new prepaid session" only. The days are our
policy, not the law's.
"""

from typing import Final

from umlauf.dunning.model import Plan, Step, StepKind
from umlauf.dunning.plans.thresholds import LEAST_COLLECTABLE
from umlauf.kernel.money import Money

# A standard letter (0.95 since 2025-01-01) and 0.15 for paper, envelope and print. Working time may
# not be passed on.
_LETTER: Final = (Money(110, "EUR"),)

GERMAN_CONSUMER: Final = Plan(
    "de-consumer.1",
    (
        Step("first_reminder", StepKind.SEND_REMINDER, after_days=3),
        Step("second_attempt", StepKind.RETRY_PAYMENT, after_days=7),
        Step("letter", StepKind.SEND_LETTER, after_days=14, documented_costs=_LETTER),
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

GERMAN_BUSINESS: Final = Plan(
    "de-business.1",
    (
        Step("first_reminder", StepKind.SEND_REMINDER, after_days=3),
        Step("second_attempt", StepKind.RETRY_PAYMENT, after_days=7),
        Step("letter", StepKind.SEND_LETTER, after_days=14, documented_costs=_LETTER),
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
