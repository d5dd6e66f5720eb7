"""Several changes that lie ahead at once: seen and withdrawn, in whatever order they were asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.subscription_samples import BOUND, CITY, PLUS, billed, noon, plan_of, running
from umlauf.kernel.events import Event
from umlauf.subscriptions.agreements import (
    AddAddOn,
    BindFor,
    Change,
    ChangePlan,
    ChangeQuantity,
    RemoveAddOn,
    ScheduledChange,
)
from umlauf.subscriptions.changing import (
    begin_scheduled,
    projected,
    request_change,
    without_scheduled,
)
from umlauf.subscriptions.errors import ScheduledChangeInTheWay
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.timeline import agreement_on

START = date(2026, 9, 1)
TODAY = date(2026, 9, 10)
NOW = noon(TODAY)

InForce = list[tuple[Any, ...]]

# Each kind says one thing of its own, so no two of one day speak of the same.
KINDS: Sequence[st.SearchStrategy[Change]] = (
    st.integers(1, 5).map(ChangeQuantity),
    st.sampled_from([AddAddOn("helmet"), RemoveAddOn("helmet")]),
    st.sampled_from([AddAddOn("theft-cover"), RemoveAddOn("theft-cover")]),
    st.just(ChangePlan(plan_id="plus", plan_version=1)),
)
WISHES = st.lists(
    st.tuples(st.integers(1, 90), st.sampled_from(range(len(KINDS)))),
    unique=True,
    min_size=2,
    max_size=7,
).flatmap(lambda slots: st.tuples(*(_wish(day, kind) for day, kind in slots)))


def _wish(day: int, kind: int) -> st.SearchStrategy[ScheduledChange]:
    starts_on = TODAY + timedelta(days=day)
    return KINDS[kind].map(
        lambda change: ScheduledChange(f"chg-{day}-{kind}", change, starts_on, NOW)
    )


def asked(wishes: Sequence[ScheduledChange]) -> Subscription:
    """Asked for one after the other, a minute apart."""
    subscription = billed(running(CITY, START), TODAY)
    for place, wish in enumerate(wishes):
        now = NOW + timedelta(minutes=place)
        wanted = replace(wish, requested_at=now)
        subscription, _ = request_change(subscription, wanted, plan_of=plan_of, now=now)
    return subscription


def in_force(
    subscription: Subscription, wishes: Sequence[ScheduledChange]
) -> list[tuple[Any, ...]]:
    """What is agreed on each day a change begins, but for when and how it came about."""
    standing = projected(subscription, plan_of=plan_of, now=NOW)
    found = []
    for day in sorted({wish.starts_on for wish in wishes}):
        agreement = agreement_on(standing, day)
        found.append(
            (day, agreement.plan_id, agreement.quantity, agreement.add_ons, agreement.anchor)
        )
    return found


@given(wishes=WISHES, data=st.data())
def test_what_lies_ahead_comes_to_the_same_in_whatever_order_it_was_asked(
    wishes: tuple[ScheduledChange, ...], data: st.DataObject
) -> None:
    reordered = data.draw(st.permutations(wishes))
    one, other = asked(wishes), asked(reordered)
    assert in_force(one, wishes) == in_force(other, wishes)
    days = [scheduled.starts_on for scheduled in other.scheduled]
    assert days == sorted(days)


@given(wishes=WISHES, data=st.data())
def test_a_withdrawn_change_leaves_as_if_it_had_never_been_asked(
    wishes: tuple[ScheduledChange, ...], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(wishes))
    subscription = asked(wishes)
    seen = {scheduled.id for scheduled in subscription.scheduled}
    if gone.id not in seen:
        return
    left = without_scheduled(subscription, gone.id, plan_of=plan_of, now=NOW)
    assert {scheduled.id for scheduled in left.scheduled} == seen - {gone.id}
    never = asked([wish for wish in wishes if wish.id != gone.id])
    assert in_force(left, wishes) == in_force(never, wishes)
    assert left.due_on == never.due_on


@given(wishes=WISHES)
def test_each_begins_on_its_day_and_is_told_once(wishes: tuple[ScheduledChange, ...]) -> None:
    subscription = asked(wishes)
    expected = in_force(subscription, wishes)
    told: list[Event] = []
    for day in sorted({wish.starts_on for wish in wishes}):
        subscription, events = begin_scheduled(subscription, day, plan_of=plan_of, now=noon(day))
        assert all(scheduled.starts_on > day for scheduled in subscription.scheduled)
        told.extend(events)
    assert subscription.scheduled == ()
    assert len(told) == len(asked(wishes).scheduled)
    assert in_force(subscription, wishes) == expected


def test_a_change_that_others_rest_on_is_withdrawn_after_them() -> None:
    """Of BOUND a term can be chosen anew; of PLUS none, so the renewal rests on the change."""
    november, december = date(2026, 11, 1), date(2026, 12, 1)
    to_bound = ChangePlan(plan_id="bound", plan_version=1)
    term = BOUND.terms.minimum_term
    assert term is not None
    ahead = [
        ScheduledChange("to-bound", to_bound, november, NOW),
        ScheduledChange("renewal", BindFor(term), december, NOW),
    ]
    subscription = asked(ahead)
    with pytest.raises(ScheduledChangeInTheWay, match="withdraw it first"):
        without_scheduled(subscription, "to-bound", plan_of=plan_of, now=NOW)
    first = without_scheduled(subscription, "renewal", plan_of=plan_of, now=NOW)
    both = without_scheduled(first, "to-bound", plan_of=plan_of, now=NOW)
    assert both == replace(asked([]), next_due_at=both.next_due_at)
    assert PLUS.terms.minimum_term is None
