"""What a case has to do now.

Pure, so that the plan can be read, tested and shown before it happens.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from umlauf.dunning.model import Case, CaseState, Debt, Outcome, Plan, Step

LOOK_AGAIN_AFTER: Final = timedelta(days=1)
"""How often a case looks again that can do nothing: disputed, or a payment is under way."""


@dataclass(frozen=True, slots=True)
class StepDue:
    step: Step
    number: int


@dataclass(frozen=True, slots=True)
class WaitUntil:
    at: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is left to do: paid, or closed before."""

    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class WithPeople:
    """Somebody looks after it; the plan goes no further by itself."""


Assessment = StepDue | WaitUntil | Over | WithPeople


def assess(case: Case, debt: Debt, plan: Plan, now: datetime) -> Assessment:
    """The next step if it is due, or when to look again, or that it is over."""
    if case.is_over:
        return Over(case.outcome)
    if debt.is_paid:
        return Over(Outcome.PAID)
    if case.state is CaseState.WITH_PEOPLE:
        return WithPeople()
    if case.frozen_since is not None or debt.is_processing:
        return WaitUntil(now + LOOK_AGAIN_AFTER)
    untaken = [
        (case.due_at(step), number, step)
        for number, step in enumerate(plan.steps, start=1)
        if not case.has_taken(step.id)
    ]
    if not untaken:
        return WithPeople()  # a plan ends with people, so only one that was cut short comes here
    # Retries keep days of their own, so the next step is the earliest, not the next line.
    due_at, number, step = min(untaken, key=lambda one: one[:2])
    return StepDue(step, number) if due_at <= now else WaitUntil(due_at)
