"""The day a billing grid is reckoned from.

A fixed day of the month is a date with exactly that day, so that 31 means the last day of every
month: clamping happens per period, never in the anchor.
"""

from calendar import monthrange
from datetime import date
from typing import Final

from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import add_months

_MONTHS_TO_LOOK_AT: Final = 3
"""The start's month may have the day behind it and the next not have it; the third has."""


def first_anchor(plan: Plan, starts_on: date) -> date:
    """The anchor of a new subscription: the anniversary of one with a trial is the trial's end."""
    return anchor_for(plan, starts_on) if plan.anchor_day else trial_end(plan, starts_on)


def trial_end(plan: Plan, starts_on: date) -> date:
    """The first day after the free phases a plan begins with, if nothing is paused."""
    day = starts_on
    for phase in plan.phases:
        if not phase.is_free or phase.length is None:
            break
        day = phase.length.after(day, 1)
    return day


def anchor_for(plan: Plan, starts_on: date) -> date:
    """The anchor of a grid that starts then: the day itself, or the plan's fixed day from it on."""
    if plan.anchor_day is None:
        return starts_on
    first_of_month = starts_on.replace(day=1)
    for ahead in range(_MONTHS_TO_LOOK_AT):
        month = add_months(first_of_month, ahead)
        if plan.anchor_day > monthrange(month.year, month.month)[1]:
            continue
        day = month.replace(day=plan.anchor_day)
        if day >= starts_on:
            return day
    raise AssertionError("unreachable: one of three months in a row has the day")
