"""What a subscription's terms come to: reckoned anew from the history whenever it is asked for."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.subscription_samples import (
    BOUND,
    CITY,
    ONE_YEAR,
    PLUS,
    TERMED,
    TRIED,
    noon,
    plan_of,
    running,
)
from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import Interval
from umlauf.subscriptions.agreements import BeginPause, ChangePlan, ScheduledChange
from umlauf.subscriptions.changing import apply_change, projected, request_change
from umlauf.subscriptions.ending import cancelled, end_date, voided
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.outlook import Outlook, outlook

START = date(2026, 9, 1)
MID = date(2026, 9, 16)


def seen(subscription: Subscription, day: date = MID) -> Outlook:
    return outlook(subscription, plan_of=plan_of, now=noon(day))


def paused(subscription: Subscription, ends_on: date | None) -> Subscription:
    return apply_change(subscription, BeginPause(ends_on), MID, plan_of=plan_of, now=noon(MID))


@pytest.mark.parametrize(
    ("plan", "term"), [(CITY, None), (BOUND, None), (TERMED, ONE_YEAR), (TRIED, None)]
)
@pytest.mark.parametrize("pause_days", [0, 10, 31])
def test_the_earliest_end_is_what_a_notice_given_now_comes_to(
    plan: Plan, term: Interval | None, pause_days: int
) -> None:
    subscription = running(plan, START, term=term)
    if pause_days:
        subscription = paused(subscription, MID + timedelta(days=pause_days))
    assert seen(subscription).earliest_end_on == end_date(subscription, plan, noon(MID))


def test_a_scheduled_change_counts_as_it_does_for_a_notice() -> None:
    wanted = ScheduledChange(
        "chg", ChangePlan(plan_id="bound", plan_version=1), date(2026, 10, 1), noon(MID)
    )
    subscription, _ = request_change(running(CITY, START), wanted, plan_of=plan_of, now=noon(MID))
    standing = projected(subscription, plan_of=plan_of, now=noon(MID))
    assert seen(subscription).earliest_end_on == end_date(standing, BOUND, noon(MID))
    assert seen(subscription).minimum_term_ends_on == date(2027, 9, 1)


def test_an_end_that_is_set_is_the_end() -> None:
    ending = cancelled(running(PLUS, START), date(2026, 12, 1), noon(MID))
    assert seen(ending).earliest_end_on == date(2026, 12, 1)


def test_while_the_term_stands_still_there_is_no_end() -> None:
    found = seen(paused(running(BOUND, START), None))
    assert (found.term_stands_still, found.minimum_term_ends_on, found.earliest_end_on) == (
        True,
        None,
        None,
    )


def test_of_one_that_does_not_run_nothing_is_foretold() -> None:
    void = voided(replace(running(BOUND, START), billed_through=date(2026, 10, 1)), noon(MID))
    assert seen(void) == Outlook()


@pytest.mark.parametrize(
    ("day", "phase", "ends_on", "following"),
    [
        (START, "trial", date(2026, 9, 15), "regular"),
        (date(2026, 9, 14), "trial", date(2026, 9, 15), "regular"),
        (date(2026, 9, 15), "regular", None, None),
    ],
)
def test_the_phase_of_the_day_and_the_next(
    day: date, phase: str, ends_on: date | None, following: str | None
) -> None:
    found = seen(running(TRIED, START), day)
    assert (found.phase, found.phase_ends_on, found.next_phase) == (phase, ends_on, following)
