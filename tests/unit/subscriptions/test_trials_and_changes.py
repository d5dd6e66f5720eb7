"""What becomes of a trial when the plan is changed: it neither begins anew nor gets longer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.subscription_samples import CITY, TRIED, TWO_WEEKS, noon, running
from umlauf.catalog.model import Plan
from umlauf.catalog.policies import ChangePolicy, Phase
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.subscriptions.agreements import BeginPause, ChangePlan
from umlauf.subscriptions.changing import apply_change
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.subscribing import plans_on_hand
from umlauf.subscriptions.timeline import schedule, segments

START = date(2026, 9, 1)
IN_THE_TRIAL = date(2026, 9, 11)
AFTER_IT = date(2026, 9, 20)


def tried_for(days: int, plan_id: str, *, grants_trial: bool = False) -> Plan:
    phases = (Phase("trial", Interval(IntervalUnit.DAY, days), is_free=True), Phase("regular"))
    changes = ChangePolicy(grants_trial=grants_trial)
    return replace(TRIED, plan_id=plan_id, phases=phases, changes=changes)


LONGER = tried_for(30, "longer")
SHORTER = tried_for(7, "shorter")
GRANTING = tried_for(30, "granting", grants_trial=True)
INTRODUCED = replace(
    TRIED,
    plan_id="introduced",
    phases=(
        Phase("trial", Interval(IntervalUnit.DAY, 30), is_free=True),
        Phase("introduction", TWO_WEEKS),
        Phase("regular"),
    ),
)
PLAN_OF = plans_on_hand(CITY, TRIED, LONGER, SHORTER, GRANTING, INTRODUCED)


def changed(subscription: Subscription, plan: Plan, day: date) -> Subscription:
    change = ChangePlan(plan_id=plan.plan_id, plan_version=plan.plan_version)
    return apply_change(subscription, change, day, plan_of=PLAN_OF, now=noon(day))


def free_days(subscription: Subscription) -> int:
    """All days on which no fee is charged."""
    return sum(
        segment.period.days
        for period in schedule(subscription, START + timedelta(days=90))
        for segment in segments(subscription, PLAN_OF, period)
        if segment.is_free
    )


@pytest.mark.parametrize(
    ("left", "plan", "day", "free"),
    [
        pytest.param(TRIED, LONGER, IN_THE_TRIAL, 14, id="a longer one: what was left"),
        pytest.param(TRIED, LONGER, AFTER_IT, 14, id="it does not begin anew"),
        pytest.param(TRIED, SHORTER, IN_THE_TRIAL, 10, id="a shorter one is over"),
        pytest.param(TRIED, CITY, IN_THE_TRIAL, 10, id="none: it is paid from that day"),
        pytest.param(CITY, LONGER, IN_THE_TRIAL, 0, id="none before: none now"),
        pytest.param(CITY, LONGER, START, 30, id="on the first day the order is another one"),
        pytest.param(TRIED, GRANTING, IN_THE_TRIAL, 30, id="granted: its own"),
        pytest.param(TRIED, GRANTING, AFTER_IT, 14 + 11, id="granted: what is left of its own"),
    ],
)
def test_a_change_makes_no_trial_longer_unless_the_plan_says_so(
    left: Plan, plan: Plan, day: date, free: int
) -> None:
    assert free_days(changed(running(left, START), plan, day)) == free


def test_paid_periods_begin_when_the_trial_that_is_left_is_over() -> None:
    for plan, first_paid in (
        (LONGER, date(2026, 9, 15)),
        (SHORTER, IN_THE_TRIAL),
        (GRANTING, date(2026, 10, 1)),
    ):
        after = changed(running(TRIED, START), plan, IN_THE_TRIAL)
        assert after.anchor == first_paid, plan.plan_id
        assert first_paid in [one.period.start for one in schedule(after, date(2026, 10, 2))]


def test_there_and_back_in_a_trial_leaves_nothing() -> None:
    tried = running(TRIED, START)
    for plan in (LONGER, SHORTER, CITY, GRANTING):
        there = changed(tried, plan, IN_THE_TRIAL)
        assert changed(there, TRIED, IN_THE_TRIAL).agreements == tried.agreements


def test_a_detour_wins_no_free_day() -> None:
    tried = running(TRIED, START)
    detour = changed(changed(tried, CITY, date(2026, 9, 8)), TRIED, date(2026, 9, 9))
    assert free_days(detour) == 7


def test_a_pause_moves_the_trial_that_is_left() -> None:
    after = changed(running(TRIED, START), LONGER, IN_THE_TRIAL)
    until = IN_THE_TRIAL + timedelta(days=3)
    paused = apply_change(
        after, BeginPause(until), IN_THE_TRIAL, plan_of=PLAN_OF, now=noon(IN_THE_TRIAL)
    )
    assert free_days(paused) == 14 + 3


def test_what_follows_a_trial_begins_when_what_is_left_of_it_is_over() -> None:
    after = changed(running(TRIED, START), INTRODUCED, IN_THE_TRIAL)
    named = [
        (segment.phase, segment.period.start)
        for period in schedule(after, date(2026, 10, 20))
        for segment in segments(after, PLAN_OF, period)
    ]
    assert named[-3:] == [
        ("introduction", date(2026, 9, 15)),
        ("regular", date(2026, 9, 29)),
        ("regular", date(2026, 10, 15)),
    ]
