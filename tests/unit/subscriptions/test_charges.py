"""What falls due at which boundary, and for which service periods."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.offer_fakes import CITY_FLAT, CITY_METERED, CITY_PREPAID, NOW
from umlauf.catalog.model import BaseFee, Plan
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.charges import charges_due
from umlauf.subscriptions.errors import NotABoundary, NotActive
from umlauf.subscriptions.lifecycle import cancelled, mark_billed, started
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription

SOLD_METERED = replace(CITY_METERED, plan_version=1)


def pending(plan: Plan, add_ons: tuple[str, ...] = ()) -> Subscription:
    return Subscription(
        id="sub_1",
        customer_id="cus_1",
        currency="EUR",
        time_zone="Europe/Berlin",
        agreements=(
            Agreement(
                plan_id=plan.plan_id,
                plan_version=plan.plan_version,
                interval=plan.interval,
                add_ons=add_ons,
            ),
        ),
        ordered_at=NOW,
        reason_not_due=ReasonNotDue.NOT_ACTIVE,
    )


def since(day: date, plan: Plan = SOLD_METERED, add_ons: tuple[str, ...] = ()) -> Subscription:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return started(pending(plan, add_ons), plan, noon)


def due(subscription: Subscription, boundary: date, plan: Plan = SOLD_METERED) -> dict[str, Period]:
    return {one.item.id: one.period for one in charges_due(subscription, plan, boundary)}


def test_base_fees_look_ahead_and_usage_looks_back() -> None:
    subscription = since(date(2026, 1, 31), add_ons=("theft-cover",))
    january = Period(date(2026, 1, 31), date(2026, 2, 28))
    february = Period(date(2026, 2, 28), date(2026, 3, 31))

    assert due(subscription, date(2026, 1, 31)) == {"base-fee": january, "theft-cover": january}
    assert due(subscription, date(2026, 2, 28)) == {
        "base-fee": february,
        "ride-minutes": january,
        "theft-cover": february,
    }


def test_the_end_charges_what_was_used_and_nothing_ahead() -> None:
    ending = cancelled(since(date(2026, 1, 31)), date(2026, 3, 10), NOW)
    stub = Period(date(2026, 2, 28), date(2026, 3, 10))
    assert due(ending, date(2026, 2, 28))["base-fee"] == stub
    assert due(ending, date(2026, 3, 10)) == {"ride-minutes": stub}


def test_a_short_period_names_the_full_one_it_is_part_of() -> None:
    ending = cancelled(since(date(2026, 1, 31)), date(2026, 3, 10), NOW)
    (fee, usage) = charges_due(ending, SOLD_METERED, date(2026, 2, 28))
    assert (fee.full_period, fee.is_full) == (
        Period(date(2026, 2, 28), date(2026, 3, 31)),
        False,
    )
    assert usage.is_full


def test_prepaid_use_never_falls_due() -> None:
    plan = replace(CITY_PREPAID, plan_version=1)
    subscription = since(date(2026, 1, 31), plan)
    assert charges_due(subscription, plan, date(2026, 1, 31)) == ()
    assert subscription.next_due_at is None
    assert subscription.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET


@pytest.mark.parametrize("day", [date(2026, 1, 30), date(2026, 2, 1), date(2026, 3, 28)])
def test_a_day_that_is_no_boundary_is_refused(day: date) -> None:
    with pytest.raises(NotABoundary) as refusal:
        charges_due(since(date(2026, 1, 31)), SOLD_METERED, day)
    assert refusal.value.field == "boundary"


def test_nothing_falls_due_before_the_start() -> None:
    with pytest.raises(NotActive):
        charges_due(pending(SOLD_METERED), SOLD_METERED, date(2026, 1, 31))


def test_charging_under_another_version_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="was not sold under"):
        charges_due(since(date(2026, 1, 31)), replace(SOLD_METERED, plan_version=2), NOW.date())


def _life(
    start: date, *, cancel_at_step: int, days_left: int
) -> tuple[Subscription, dict[str, list[Period]]]:
    """Follow the due pointer from the start to the end, charging what it says on the way."""
    subscription = since(start)
    charged: dict[str, list[Period]] = {"base-fee": [], "ride-minutes": []}
    for step in range(24):
        boundary, now = subscription.due_on, subscription.next_due_at
        if boundary is None or now is None:
            break
        for one in charges_due(subscription, SOLD_METERED, boundary):
            charged[one.item.id].append(one.period)
        subscription, _ = mark_billed(subscription, boundary, now)
        if step == cancel_at_step:
            subscription = cancelled(subscription, boundary + timedelta(days=days_left), now)
    return subscription, charged


@given(
    start=st.dates(date(2023, 1, 1), date(2027, 12, 31)),
    cancel_at_step=st.integers(0, 12),
    days_left=st.integers(1, 100),
)
def test_every_item_is_charged_for_every_day_once(
    start: date, cancel_at_step: int, days_left: int
) -> None:
    ended, charged = _life(start, cancel_at_step=cancel_at_step, days_left=days_left)

    assert ended.status is Status.ENDED
    for periods in charged.values():
        assert periods[0].start == start
        assert all(one.end == following.start for one, following in pairwise(periods))
    assert charged["ride-minutes"][-1].end == ended.ends_on
    # A fee charged ahead before the notice may reach beyond the end: a credit, never a gap.
    assert ended.ends_on is not None
    assert charged["base-fee"][-1].end >= ended.ends_on


def test_a_flat_plan_falls_due_once_a_month() -> None:
    plan = replace(CITY_FLAT, plan_version=1)
    (charge,) = charges_due(since(date(2026, 9, 1), plan), plan, date(2026, 10, 1))
    assert isinstance(charge.item, BaseFee)
    assert charge.period == Period(date(2026, 10, 1), date(2026, 11, 1))
