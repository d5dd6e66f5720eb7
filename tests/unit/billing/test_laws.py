"""The laws of the billing engine, on random plans, histories and billing days."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine_histories import METER, Story, stories
from tests.engine_world import EngineWorld, days_of
from umlauf.billing.desired import desired_fees, sharing
from umlauf.catalog.policies import BillingTiming
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.timeline import schedule, segments

few = settings(max_examples=150)


def _desired(world: EngineWorld) -> Counter[tuple[str, date]]:
    """Which days of which items should be paid for by today."""
    found: Counter[tuple[str, date]] = Counter()
    subscription = world.subscription
    for one in schedule(subscription, world.today + timedelta(days=1)):
        for fee in desired_fees(subscription, world.plan_of, one):
            if fee.timing is BillingTiming.ADVANCE or one.period.end <= world.today:
                found.update((fee.item.id, day) for day in days_of(fee.period))
    return found


@few
@given(story=stories())
def test_periods_tile_time_and_segments_tile_periods(story: Story) -> None:
    world = story.play()
    subscription = world.subscription
    periods = list(schedule(subscription, world.today))
    for one, following in pairwise(periods):
        assert one.period.end == following.period.start
    if periods:
        assert periods[0].period.start == subscription.starts_on
    for one in periods:
        parts = [part.period for part in segments(subscription, world.plan_of, one)]
        assert parts[0].start == one.period.start
        assert parts[-1].end == one.period.end
        assert all(part.end == after.start for part, after in pairwise(parts))
        assert one.full_period.start <= one.period.start
        assert one.period.end <= one.full_period.end


@few
@given(story=stories())
def test_once_all_is_billed_exactly_the_desired_days_are_paid_once(story: Story) -> None:
    world = story.play()
    paid = Counter(
        (charge.item, day)
        for charge in world.fees
        for part in charge.covered
        for day in days_of(part)
    )
    assert paid == _desired(world)


@few
@given(story=stories())
def test_each_line_is_at_most_half_a_cent_off(story: Story) -> None:
    world = story.play()
    subscription = world.subscription
    exact: dict[tuple[str, Period], Fraction] = {}
    for one in schedule(subscription, world.today + timedelta(days=1)):
        for fee in desired_fees(subscription, world.plan_of, one):
            if fee.timing is BillingTiming.ADVANCE or one.period.end <= world.today:
                key = fee.item.id, fee.full_period
                share = sharing(subscription)(fee.period, fee.full_period, fee.plan.proration)
                exact[key] = exact.get(key, Fraction(0)) + Fraction(fee.full_minor) * share
    charged: Counter[tuple[str, Period]] = Counter()
    sides: Counter[tuple[str, Period]] = Counter()
    for charge in world.fees:
        key = charge.item, charge.full_period
        charged[key] += (charge.amount - charge.credited).amount_minor
        sides[key] += 1 + len(charge.credited_periods)
    for key in {*exact, *charged}:
        assert abs(charged[key] - exact.get(key, Fraction(0))) <= Fraction(sides[key], 2), key


@few
@given(story=stories())
def test_no_more_is_given_back_than_was_charged(story: Story) -> None:
    world = story.play()
    running: Counter[str] = Counter()
    for line in world.lines:
        running[line.item] += line.amount.amount_minor
        assert running[line.item] >= 0
    for charge in world.billed:
        assert charge.credited <= max(charge.amount, -charge.amount)


@few
@given(story=stories(), uses=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 900))))
def test_a_storno_gives_back_exactly_everything(story: Story, uses: list[tuple[int, int]]) -> None:
    world = story.world()
    for after, minutes in uses:
        world.use(METER, story.starts_on + timedelta(days=after), minutes)
    world = story.play(world)
    world.void()
    world.run_until(world.today)
    assert world.total.amount_minor == 0
    assert not world.standing()
    assert not any(world.paid_days(item) for item in ("base", "care", "box", "extra", "setup"))


@few
@given(story=stories(), days=st.integers(1, 200))
def test_catching_up_after_an_outage_charges_the_same(story: Story, days: int) -> None:
    daily = story.play()
    late = daily.fork()
    daily.run_until(daily.today + timedelta(days=days))
    late.go_to(daily.today)
    late.bill()
    assert late.standing() == daily.standing()
    assert [line.amount for line in late.lines] == [line.amount for line in daily.lines]
