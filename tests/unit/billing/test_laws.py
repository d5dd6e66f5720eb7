"""The laws of the billing engine, on random plans, histories and billing days."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engine_histories import (
    METER,
    Offer,
    Step,
    Story,
    changes,
    changes_and_ends,
    steps,
    stories,
)
from tests.engine_world import EngineWorld, days_of
from umlauf.billing.desired import desired_fees, sharing
from umlauf.billing.model import LineKind
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.policies import BillingTiming, CreditPolicy, ProrationBasis
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, round_to_minor
from umlauf.subscriptions.agreements import AddAddOn, AppliedCoupon, Change, ChangeQuantity
from umlauf.subscriptions.model import Status
from umlauf.subscriptions.pointer import to_be_repaired
from umlauf.subscriptions.timeline import schedule, segments

Uses = list[tuple[int, int]]
"""Minutes used, and how many days after the start."""

uses = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 900)), max_size=4)
few = settings(max_examples=60)

coupons = st.one_of(
    st.decimals(1, 100, places=1).map(
        lambda percent: Coupon(id="off", name="Off", percent=percent)
    ),
    st.builds(
        lambda minor, *, once: Coupon(
            id="off", name="Off", amounts=(Money(minor, "EUR"),), is_once_amount=once
        ),
        st.integers(1, 20_000),
        once=st.booleans(),
    ),
)


def _desired(world: EngineWorld) -> Counter[tuple[str, date]]:
    """Which days of which items should be paid for by today."""
    found: Counter[tuple[str, date]] = Counter()
    subscription = world.subscription
    for one in schedule(subscription, world.today + timedelta(days=1)):
        for fee in desired_fees(subscription, world.plan_of, one):
            if fee.timing is BillingTiming.ADVANCE or one.period.end <= world.today:
                found.update((fee.item.id, day) for day in days_of(fee.period))
    return found


def _paid(world: EngineWorld) -> Counter[tuple[str, date]]:
    """Which days of which items are paid for, once for each time they are."""
    return Counter(
        (charge.item, day)
        for charge in world.fees
        for part in charge.covered
        for day in days_of(part)
    )


def _with_use(story: Story, used: Uses) -> EngineWorld:
    world = story.world()
    for after, minutes in used:
        world.use(METER, story.starts_on + timedelta(days=after), minutes)
    return world


# -- Time -----------------------------------------------------------------------------------------


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
    assert _paid(world) == _desired(world)


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


# -- Money ----------------------------------------------------------------------------------------


@few
@given(story=stories(offer=Offer(credits=tuple(CreditPolicy), has_limits=True)), used=uses)
def test_whatever_is_given_back_no_more_than_was_charged(story: Story, used: Uses) -> None:
    world = _with_use(story, used)
    story.play(world)
    charged: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for line in world.lines:
        if line.corrects is None:
            charged[line.charge_id] += line.amount.amount_minor
        else:
            back[line.charge_id] -= line.amount.amount_minor
        assert back[line.charge_id] <= max(charged[line.charge_id], 0)
    for charge in world.billed:
        assert charge.credited.amount_minor == back[charge.id]


@few
@given(story=stories(offer=Offer(has_limits=True)), used=uses)
def test_no_two_charges_share_an_identity(story: Story, used: Uses) -> None:
    world = _with_use(story, used)
    story.play(world)
    assert len({charge.id for charge in world.billed}) == len(world.billed)


@few
@given(
    story=stories(offer=Offer(credits=tuple(CreditPolicy), has_limits=True)),
    used=uses,
)
def test_a_storno_gives_back_exactly_everything(story: Story, used: Uses) -> None:
    world = _with_use(story, used)
    story.play(world)
    assume(world.subscription.status is Status.ACTIVE)
    world.void()
    world.bill()
    assert world.total.amount_minor == 0
    assert not world.standing()
    assert not _paid(world)


@few
@given(story=stories(offer=Offer(has_limits=True)), used=uses)
def test_minimum_and_maximum_hold_for_every_period_as_a_whole(story: Story, used: Uses) -> None:
    """The maximum to the cent; the minimum but for what the parts of a fee round."""
    world = _with_use(story, used)
    story.play(world)
    subscription = world.subscription
    for one in schedule(subscription, world.today):
        parts = list(segments(subscription, world.plan_of, one))
        if one.period.end > world.today or not parts[0].plan.commitments:
            continue
        share_of, basis = sharing(subscription), parts[0].plan.proration
        bound = sum(
            share_of(part.period, one.full_period, basis) for part in parts if part.charges_fees
        )
        charged = sum(
            (charge.amount - charge.credited).amount_minor
            for charge in world.billed
            if charge.kind not in {LineKind.ONE_OFF, LineKind.DEPOSIT}
            and one.period.start <= charge.period.start < one.period.end
        )
        (limits,) = parts[0].plan.commitments
        assert limits.minimum_minor is not None
        assert limits.maximum_minor is not None
        most = Fraction(limits.maximum_minor) * share_of(one.period, one.full_period, basis)
        assert charged <= round_to_minor(most, "EUR").amount_minor
        assert charged >= round_to_minor(limits.minimum_minor * Fraction(bound), "EUR").amount_minor


# -- Usage ----------------------------------------------------------------------------------------


@few
@given(story=stories(offer=Offer(has_limits=True)), used=uses, late=uses)
def test_use_that_arrives_late_costs_the_same_in_the_end(
    story: Story, used: Uses, late: Uses
) -> None:
    """Each use is told some weeks after its day, within the periods that are looked at again."""
    on_time, delayed = _with_use(story, used), _with_use(story, used)
    story.play(on_time)
    story.play(delayed)
    period = on_time.subscription.interval
    first = max(period.after(on_time.today, -1), story.starts_on)
    days = (on_time.today - first).days
    assume(on_time.subscription.status is Status.ACTIVE and days > 0)
    told = [(first + timedelta(days=after % days), minutes) for after, minutes in late]
    for day, minutes in told:
        on_time.use(METER, day, minutes)
    until = period.after(on_time.today, 1)
    on_time.run_until(until)
    delayed.run_until(until)
    for day, minutes in told:
        delayed.use(METER, day, minutes)
    until = period.after(until, 2)
    on_time.run_until(until)
    delayed.run_until(until)
    assert delayed.standing() == on_time.standing()


@few
@given(
    story=stories(),
    used=uses,
    more=st.integers(1, 500),
)
def test_more_use_never_costs_less(story: Story, used: Uses, more: int) -> None:
    little, much = _with_use(story, used), _with_use(story, used)
    for after, _ in used:
        much.use(METER, story.starts_on + timedelta(days=after), more)
    story.play(little)
    story.play(much)
    assert much.total >= little.total


# -- Changes --------------------------------------------------------------------------------------


@few
@given(story=stories(), step=steps(changes))
def test_the_same_change_twice_is_the_same_change(story: Story, step: Step) -> None:
    once = story.play()
    assume(step.take(once))
    twice = once.fork()
    once.bill()
    assume(step.take(twice))
    twice.bill()
    assert twice.bill() == []
    step.take(twice)
    twice.bill()
    assert twice.standing() == once.standing()
    assert twice.lines == once.lines


@few
@given(story=stories(), quantity=st.integers(1, 5), is_billed=st.booleans())
def test_up_and_down_at_one_instant_nets_to_nothing(
    story: Story, quantity: int, *, is_billed: bool
) -> None:
    world = story.play()
    before, standing, count = world.subscription, world.standing(), len(world.lines)
    assume(before.status is Status.ACTIVE)
    world.change(ChangeQuantity(before.current.quantity + quantity))
    if is_billed:
        world.bill()
    world.change(ChangeQuantity(before.current.quantity))
    world.bill()
    lines = world.lines[count:]
    assert sum(line.amount.amount_minor for line in lines) == 0
    assert world.standing() == standing
    if not is_billed:
        assert lines == []


@few
@given(story=stories(), wanted=st.permutations([ChangeQuantity(4), AddAddOn("extra")]))
def test_the_order_of_changes_at_one_time_does_not_matter(
    story: Story, wanted: list[Change]
) -> None:
    one = story.play()
    assume(one.subscription.status is Status.ACTIVE)
    other = one.fork()
    for change in wanted:
        one.change(change)
    for change in reversed(wanted):
        other.change(change)
    one.bill()
    other.bill()
    assert one.subscription == other.subscription
    assert one.lines == other.lines


# -- When it is billed ----------------------------------------------------------------------------


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


@few
@given(story=stories(), used=uses, step=steps(changes_and_ends), days=st.integers(0, 100))
def test_what_a_preview_shows_is_what_is_charged(
    story: Story, used: Uses, step: Step, days: int
) -> None:
    world = _with_use(story, used)
    story.play(world)
    step.take(world)
    until = world.today + timedelta(days=days)
    ahead = world.ahead(until)
    billed_before = len(world.bills)
    world.run_until(until)
    bills = world.bills[billed_before:]
    assert [(one.bills_on, one.bill) for one in ahead] == [(day, bill) for day, bill, _ in bills]
    assert [[document.gross for document in one.documents] for one in ahead] == [
        [document.gross for document in documents] for _, _, documents in bills
    ]


# -- Coupons --------------------------------------------------------------------------------------


@few
@given(
    story=stories(offer=Offer(is_linear=True)),
    coupon=coupons,
    after=st.integers(0, 60),
    lasts=st.integers(1, 120),
)
def test_a_coupon_takes_off_no_more_than_it_says_and_nothing_below_zero(
    story: Story, coupon: Coupon, after: int, lasts: int
) -> None:
    starts_on = story.starts_on + timedelta(days=after)
    applied = AppliedCoupon(coupon, starts_on, starts_on + timedelta(days=lasts))
    plain, reduced = story.world(), story.world()
    reduced.subscription = replace(reduced.subscription, coupons=(applied,))
    story.play(plain)
    story.play(reduced)
    sides = sum(1 + len(one.credited_periods) for one in (*reduced.billed, *plain.billed))
    assert (reduced.total - plain.total).amount_minor <= sides / 2
    assert all(line.amount.amount_minor >= 0 for line in reduced.lines if line.corrects is None)
    (after_all,) = reduced.subscription.coupons
    amount = coupon.amount_in("EUR")
    if coupon.is_once_amount and amount is not None:
        taken = sum(
            one.amount.amount_minor
            for line in reduced.lines
            for one in line.discounts
            if one.coupon == coupon.id
        )
        assert taken <= amount.amount_minor
        assert taken == (after_all.used.amount_minor if after_all.used else 0)


@few
@given(story=stories(), coupon=coupons)
def test_a_coupon_taken_back_from_its_first_day_leaves_the_full_price(
    story: Story, coupon: Coupon
) -> None:
    assume(not coupon.is_once_amount)
    plain, reduced = story.world(), story.world()
    reduced.subscription = replace(
        reduced.subscription, coupons=(AppliedCoupon(coupon, story.starts_on),)
    )
    story.play(plain)
    story.play(reduced)
    assume(plain.subscription.status is Status.ACTIVE)
    reduced.subscription = to_be_repaired(
        replace(reduced.subscription, coupons=()), story.starts_on, reduced.now
    )
    reduced.bill()
    sides = sum(1 + len(one.credited_periods) for one in (*reduced.fees, *plain.fees))
    assert abs((reduced.total - plain.total).amount_minor) <= sides / 2
    assert _paid(reduced) == _paid(plain)


# -- Gifts ----------------------------------------------------------------------------------------


@few
@given(story=stories(offer=Offer(has_limits=True)), used=uses, gift=st.integers(1, 20_000))
def test_what_is_given_away_by_hand_stays_given_and_is_given_once(
    story: Story, used: Uses, gift: int
) -> None:
    """All of it, or it waits on the charges to come off what is charged for their time again."""
    plain, given = _with_use(story, used), _with_use(story, used)
    plain.bill()
    given.bill()
    fees = [one for one in given.fees if one.kind is not LineKind.DEPOSIT and one.creditable]
    assume(fees)
    amount = min(Money(gift, "EUR"), fees[0].creditable)
    given.billed = tuple(
        one.give_back(amount) if one.id == fees[0].id else one for one in given.billed
    )
    story.play(plain)
    story.play(given)
    waits = sum(one.withheld.amount_minor for one in given.billed if one.withheld)
    assert given.total - plain.total == Money(waits, "EUR")
    assert waits <= amount.amount_minor


# -- By the second --------------------------------------------------------------------------------


@few
@given(
    story=stories(offer=Offer(bases=(ProrationBasis.SECONDS,)), most_steps=2),
    days=st.integers(0, 40),
    hours=st.lists(st.integers(0, 22), min_size=1, max_size=3),
)
def test_by_the_second_what_is_taken_back_the_same_day_costs_nothing(
    story: Story, days: int, hours: list[int]
) -> None:
    world = story.play()
    assume(world.subscription.status is Status.ACTIVE)
    quantity = world.subscription.current.quantity
    day = world.today + timedelta(days=days)
    world.run_until(day)
    # On the day a period begins its first hours are given back too (decision 0027).
    assume(all(charge.period.start != day for charge in world.fees))
    before = world.total
    for count, hour in enumerate(sorted(hours), start=1):
        world.go_to(day, hour)
        world.change(ChangeQuantity(quantity + count))
        world.bill()
    world.change(ChangeQuantity(quantity))
    world.bill()
    assert abs((world.total - before).amount_minor) <= len(hours)
