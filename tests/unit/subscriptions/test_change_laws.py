"""Laws that hold whatever is changed, paused and ended, and in whatever order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offer_fakes import pending_under
from tests.subscription_samples import (
    ANNUAL,
    BOUND,
    CITY,
    LITE,
    ON_THE_LAST,
    ONE_YEAR,
    PLUS,
    TRIED,
    billed,
    noon,
    plan_of,
    running,
)
from umlauf.catalog.model import Plan
from umlauf.kernel.calendar import Period
from umlauf.kernel.errors import UmlaufError
from umlauf.subscriptions.agreements import (
    AddAddOn,
    BeginPause,
    Change,
    ChangePlan,
    ChangeQuantity,
    Pause,
    RemoveAddOn,
    Resume,
    ScheduledChange,
)
from umlauf.subscriptions.changing import apply_change, begin_scheduled, request_change
from umlauf.subscriptions.ending import cancelled
from umlauf.subscriptions.lifecycle import mark_billed, started
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.timeline import (
    boundary_after,
    phase_on,
    schedule,
    segments,
    term_end,
)

START = date(2027, 1, 31)
COMPATIBLE: tuple[Change, ...] = (
    ChangeQuantity(2),
    AddAddOn("helmet"),
    AddAddOn("theft-cover", 3),
    BeginPause(date(2027, 6, 1)),
)
OTHER_PLANS = [ChangePlan(plan_id=plan.plan_id, plan_version=1) for plan in (PLUS, ANNUAL)]

days = st.integers(0, 500).map(lambda n: START + timedelta(days=n))
any_plan = st.sampled_from([CITY, PLUS, LITE, ANNUAL, ON_THE_LAST]).map(
    lambda plan: ChangePlan(plan_id=plan.plan_id, plan_version=1, add_ons=())
)
any_change = st.one_of(
    any_plan,
    st.integers(1, 3).map(ChangeQuantity),
    st.sampled_from(["helmet", "theft-cover"]).map(AddAddOn),
    st.sampled_from(["helmet", "theft-cover"]).map(RemoveAddOn),
    st.none().map(lambda _: Resume()),
    days.map(BeginPause),
    st.none().map(BeginPause),
)


def story(subscription: Subscription, steps: Sequence[tuple[date, Change]]) -> Subscription:
    """Ask for each change on its day, billed up to then; what is refused did not happen."""
    for day, change in sorted(steps, key=lambda step: step[0]):
        subscription = billed_with_changes(subscription, day)
        wanted = ScheduledChange(f"{day}", change, day, noon(day))
        try:
            subscription, _ = request_change(subscription, wanted, plan_of=plan_of, now=noon(day))
        except UmlaufError:
            continue
    return subscription


def billed_with_changes(subscription: Subscription, until: date) -> Subscription:
    for _ in range(1_000):
        day = subscription.due_on
        if day is None or day > until:
            return subscription
        begun, _ = begin_scheduled(subscription, day, plan_of=plan_of, now=noon(day))
        subscription, _ = mark_billed(begun, day, noon(day))
    raise AssertionError("a thousand days due")


@given(
    order=st.permutations([*COMPATIBLE, OTHER_PLANS[0]]),
    day=st.sampled_from([START, date(2027, 2, 14), date(2027, 2, 28)]),
)
def test_the_order_of_changes_on_one_day_leaves_no_trace(
    order: Sequence[Change], day: date
) -> None:
    before = billed(running(since=START), day)

    def after(changes: Sequence[Change]) -> Subscription:
        subscription = before
        for change in changes:
            subscription = apply_change(subscription, change, day, plan_of=plan_of, now=noon(day))
        return subscription

    assert after(order) == after(sorted(order, key=str))


@given(
    order=st.permutations([*COMPATIBLE[:3], OTHER_PLANS[1]]),
    ahead=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_changes_asked_ahead_and_on_the_day_come_to_the_same(
    order: Sequence[Change], ahead: list[bool]
) -> None:
    asked, day = date(2027, 2, 10), date(2027, 2, 14)
    subscription = billed(running(since=START), asked)
    in_time = [one for one, is_ahead in zip(order, ahead, strict=True) if is_ahead]
    on_the_day = [one for one, is_ahead in zip(order, ahead, strict=True) if not is_ahead]
    for now, changes in ((asked, in_time), (day, on_the_day)):
        for n, change in enumerate(changes):
            wanted = ScheduledChange(f"{now}-{n}", change, day, noon(now))
            subscription, _ = request_change(subscription, wanted, plan_of=plan_of, now=noon(now))
    subscription, _ = begin_scheduled(subscription, day, plan_of=plan_of, now=noon(day))

    current = subscription.current
    assert [one.starts_on for one in subscription.agreements] == [START, day]
    assert (current.plan_id, current.quantity) == ("annual", 2)
    assert current.add_ons == ("helmet", "theft-cover")
    assert (current.anchor, current.add_on_quantities) == (day, {"theft-cover": 3})


@given(st.lists(st.tuples(days, any_change), max_size=8), st.none() | days)
def test_periods_and_segments_tile_time_whatever_is_changed(
    steps: list[tuple[date, Change]], end: date | None
) -> None:
    subscription = story(running(since=START), steps)
    if end is not None and end > subscription.started_on:
        subscription = cancelled(subscription, end, noon(START))
    horizon = START + timedelta(days=700)
    periods = list(schedule(subscription, horizon))

    assert periods[0].period.start == START
    assert all(one.period.end == next_.period.start for one, next_ in pairwise(periods))
    if end is not None and end > START:
        assert periods[-1].period.end == min(end, periods[-1].period.end)
    for one in periods:
        parts = [part.period for part in segments(subscription, plan_of, one)]
        assert parts[0].start == one.period.start
        assert parts[-1].end == one.period.end
        assert all(part.end == following.start for part, following in pairwise(parts))
        assert one.full_period.start <= one.period.start
        assert one.period.end <= one.full_period.end


@given(st.lists(st.tuples(days, any_change), max_size=8), st.integers(1, 200))
def test_the_due_pointer_comes_to_the_end_whatever_is_changed(
    steps: list[tuple[date, Change]], days_left: int
) -> None:
    subscription = story(running(since=START), steps)
    last = START + timedelta(days=501)
    subscription = billed_with_changes(subscription, last)
    ending = cancelled(subscription, last + timedelta(days=days_left), noon(last))
    ended = billed_with_changes(ending, last + timedelta(days=400))
    assert (ended.status, ended.repair_from) == (Status.ENDED, None)


@given(st.lists(st.integers(1, 40), max_size=6), st.lists(st.integers(1, 30), max_size=6))
def test_the_term_is_longer_by_exactly_the_paused_days(lengths: list[int], gaps: list[int]) -> None:
    subscription = running(BOUND, START)
    day, paused, pauses = START, 0, []
    for length, gap in zip(lengths, gaps, strict=False):
        begins = day + timedelta(days=gap)
        if begins >= ONE_YEAR.after(START, 1) + timedelta(days=paused):
            break
        day = begins + timedelta(days=length)
        pauses.append(Pause(begins, day))
        paused += length
    changed = replace(subscription, pauses=tuple(pauses))
    plain = ONE_YEAR.after(START, 1)
    assert term_end(changed, BOUND) == plain + timedelta(days=paused)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])
def test_every_period_of_a_year_begins_at_local_midnight(zone: str) -> None:
    """Both changes of the clocks lie in it."""
    subscription = replace(running(since=date(2026, 2, 28)), time_zone=zone)
    for _ in range(13):
        due_on, due_at = subscription.due_on, subscription.next_due_at
        assert due_on is not None
        assert due_at is not None
        subscription, _ = mark_billed(subscription, due_on, due_at)
        assert subscription.next_due_at is not None
        local = subscription.next_due_at.astimezone(ZoneInfo(zone))
        assert (local.date(), local.hour) == (subscription.due_on, 0)


@pytest.mark.parametrize(
    ("started_at", "first_paid"),
    [
        pytest.param(datetime(2026, 3, 20, 22, 30, tzinfo=UTC), date(2026, 4, 3), id="into summer"),
        pytest.param(
            datetime(2026, 10, 14, 22, 30, tzinfo=UTC), date(2026, 10, 29), id="to winter"
        ),
    ],
)
def test_a_trial_keeps_its_local_days_across_a_change_of_the_clocks(
    started_at: datetime, first_paid: date
) -> None:
    local_day = started_at.astimezone(ZoneInfo("Europe/Berlin")).date()
    subscription = started(pending_under(TRIED), TRIED, started_at)
    assert subscription.anchor == first_paid
    first, second, *_ = schedule(subscription, first_paid + timedelta(days=40))
    assert first.period == Period(local_day, first_paid)
    assert second.period.start == first_paid
    eve = first_paid - timedelta(days=1)
    named = [phase_on(subscription, TRIED, day) for day in (local_day, eve, first_paid)]
    assert [phase.name for phase in named if phase] == ["trial", "trial", "regular"]


def plan(anchor_day: int) -> Plan:
    return replace(CITY, anchor_day=anchor_day)


@given(st.dates(date(2023, 1, 1), date(2031, 12, 31)), st.integers(1, 31))
def test_a_fixed_day_is_kept_in_every_month_that_has_it(start: date, anchor_day: int) -> None:
    subscription = running(plan(anchor_day), start)
    boundary = start
    for _ in range(14):
        following = boundary_after(subscription, boundary)
        assert following is not None
        boundary = following
        is_last = (boundary + timedelta(days=1)).day == 1
        assert boundary.day == anchor_day or (is_last and boundary.day < anchor_day)
