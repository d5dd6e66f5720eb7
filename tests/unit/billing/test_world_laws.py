"""The laws of the engine elsewhere: other zones and currencies, fixed days, several coupons.

What a story costs is told in minor units and local days, so neither zone nor currency may move it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engine_histories import METER, Offer, Story, stories
from tests.engine_world import EngineWorld, days_of, price
from umlauf.billing.model import LineKind
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import AddOn, BaseFee, MeteredItem, Plan, PlanItem
from umlauf.catalog.policies import Commitment
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.money import Money, round_to_minor
from umlauf.subscriptions.agreements import AppliedCoupon
from umlauf.subscriptions.timeline import schedule

few = settings(max_examples=30)
zones = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Kiritimati",
        "Pacific/Marquesas",
    ]
)
currencies = st.sampled_from(["JPY", "KWD", "HUF", "USD"])
months = st.sampled_from([1, 2, 3, 6, 12]).map(lambda count: Interval(IntervalUnit.MONTH, count))
month_ends = st.dates(date(2023, 12, 1), date(2025, 3, 31)).filter(lambda day: day.day > 27)
coupons = st.one_of(
    st.decimals(1, 60, places=1).map(lambda percent: {"percent": percent}),
    st.integers(1, 5_000).map(lambda minor: {"amounts": (Money(minor, "EUR"),)}),
).flatmap(
    lambda terms: st.sampled_from([(), ("base",), ("care", "use")]).map(
        lambda items: {**terms, "items": items}
    )
)


def _item_in(item: PlanItem, currency: str) -> PlanItem:
    return replace(item, prices=tuple(replace(one, currency=currency) for one in item.prices))


def _plan_in(plan: Plan, currency: str) -> Plan:
    """The same figures in another currency."""
    return replace(
        plan,
        items=tuple(_item_in(item, currency) for item in plan.items),
        add_ons=tuple(
            AddOn(one.id, one.name, tuple(_item_in(item, currency) for item in one.items))
            for one in plan.add_ons
        ),
        commitments=tuple(replace(one, currency=currency) for one in plan.commitments),
    )


def _coupon(number: int, terms: dict[str, object]) -> Coupon:
    return Coupon(id=f"off-{number}", name="Off", **terms)  # type: ignore[arg-type]


def _deposits(world: EngineWorld) -> list[Money]:
    return [line.amount for line in world.lines if line.kind is LineKind.DEPOSIT]


def _played(story: Story, taken: Sequence[Coupon]) -> EngineWorld:
    world = EngineWorld.open(
        story.plans,
        story.starts_on,
        quantity=story.quantity,
        coupons=tuple(AppliedCoupon(one, story.starts_on) for one in taken),
    )
    return story.play(world)


@few
@given(
    story=stories(offer=Offer(has_limits=True)),
    zone=zones,
    currency=currencies,
    used=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 900)), max_size=3),
)
def test_neither_zone_nor_currency_moves_what_a_story_costs(
    story: Story, zone: str, currency: str, used: list[tuple[int, int]]
) -> None:
    here = story.world()
    there = EngineWorld.open(
        [_plan_in(plan, currency) for plan in story.plans],
        story.starts_on,
        quantity=story.quantity,
        time_zone=zone,
        currency=currency,
    )
    for world in (here, there):
        for after, minutes in used:
            world.use(METER, story.starts_on + timedelta(days=after), minutes)
        story.play(world)
    assert there.standing() == here.standing()
    assert [(line.kind, line.period, line.amount.amount_minor) for line in there.lines] == [
        (line.kind, line.period, line.amount.amount_minor) for line in here.lines
    ]


@few
@given(
    story=stories(offer=Offer(intervals=months)),
    anchor_day=st.integers(1, 31),
    starts_on=month_ends,
)
def test_a_plan_of_a_fixed_day_bills_every_day_once_from_any_month_end(
    story: Story, anchor_day: int, starts_on: date
) -> None:
    plans = tuple(replace(plan, anchor_day=anchor_day) for plan in story.plans)
    world = replace(story, plans=plans, starts_on=starts_on).play()
    subscription = world.subscription
    periods = list(schedule(subscription, world.today))
    assert all(one.period.end == after.period.start for one, after in pairwise(periods))
    begun = {agreement.starts_on for agreement in subscription.agreements}
    for one in periods[1:-1]:
        first = one.period.start
        is_last_of_month = (first + timedelta(days=1)).day == 1
        assert first.day == anchor_day or is_last_of_month or first in begun
    paid: Counter[tuple[str, date]] = Counter(
        (charge.item, day)
        for charge in world.fees
        if charge.kind is LineKind.BASE_FEE
        for part in charge.covered
        for day in days_of(part)
    )
    assert set(paid.values()) <= {1}


@few
@given(
    story=stories(offer=Offer(is_linear=True)),
    taken=st.lists(coupons, min_size=1, max_size=3),
)
def test_one_coupon_more_never_makes_it_dearer(
    story: Story, taken: list[dict[str, object]]
) -> None:
    offered = [_coupon(number, terms) for number, terms in enumerate(taken)]
    fewer, more = _played(story, offered[:-1]), _played(story, offered)
    sides = sum(1 + len(one.credited_periods) for one in (*fewer.billed, *more.billed))
    assert (more.total - fewer.total).amount_minor <= sides
    assert all(line.amount.amount_minor >= 0 for line in more.lines if line.corrects is None)


@few
@given(
    story=stories(),
    terms=coupons,
    once=st.booleans(),
)
def test_no_coupon_lowers_what_is_owed_back(
    story: Story, terms: dict[str, object], *, once: bool
) -> None:
    is_once = once and "amounts" in terms
    coupon = Coupon(id="off", name="Off", is_once_amount=is_once, **{**terms, "items": ()})  # type: ignore[arg-type]
    plain, reduced = _played(story, []), _played(story, [coupon])
    assert _deposits(reduced) == _deposits(plain)


@few
@given(
    fee=st.integers(0, 9_999),
    minutes=st.integers(0, 9_000),
    least=st.integers(0, 20_000),
    room=st.integers(0, 20_000),
    served=st.integers(1, 30),
)
def test_a_stub_costs_what_was_used_between_its_least_and_its_most(
    fee: int, minutes: int, least: int, room: int, served: int
) -> None:
    """Ended after so many of thirty days: fee and limits shrink with them, use is what was used."""
    plan = Plan(
        plan_id="plan",
        name="Plan",
        interval=Interval(IntervalUnit.DAY, 30),
        items=(
            BaseFee(id="base", name="Base", prices=price(fee)),
            MeteredItem(
                id="use",
                name="Minutes",
                prices=price(1),
                meter=METER,
                unit="minute",
                meter_units_per_unit=1,
            ),
        ),
        commitments=(Commitment("EUR", least, least + room),),
        prices_include_tax=False,
        plan_version=1,
    )
    first = date(2024, 2, 10)
    world = EngineWorld.open([plan], first)
    world.bill()
    world.use(METER, first, minutes)
    world.go_to(first + timedelta(days=served))
    assume(served < 30)
    world.end(world.today)
    world.run_until(first + timedelta(days=90))

    def shrunk(minor: int) -> int:
        return round_to_minor(Fraction(minor * served, 30), "EUR").amount_minor

    # What is kept of the fee is the fee less what was given back, each rounded by itself.
    kept = fee - round_to_minor(Fraction(fee * (30 - served), 30), "EUR").amount_minor
    between = min(max(kept + minutes, shrunk(least)), shrunk(least + room))
    assert world.total == Money(between, "EUR")


@given(zone=zones, starts_on=month_ends)
def test_in_every_zone_a_contract_falls_due_when_its_local_day_begins(
    zone: str, starts_on: date
) -> None:
    world = EngineWorld.open([_monthly()], starts_on, time_zone=zone)
    world.run_until(starts_on + timedelta(days=400))
    assert [day for day, _, _ in world.bills] == [
        one.period.start for one in schedule(world.subscription, world.today + timedelta(days=1))
    ]


def _monthly() -> Plan:
    return Plan(
        plan_id="plan",
        name="Plan",
        interval=Interval(IntervalUnit.MONTH),
        items=(BaseFee(id="base", name="Base", prices=price(999)),),
        prices_include_tax=False,
        plan_version=1,
    )
