"""Subscriptions are found by id, by customer and by what is due when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.offer_fakes import MONTHLY, NOW, OfferWorld
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.money import Money
from umlauf.kernel.work import StaleVersion, Work
from umlauf.subscriptions.agreements import (
    AddAddOn,
    Agreement,
    AppliedCoupon,
    BeginPause,
    BindFor,
    Change,
    ChangePlan,
    ChangeQuantity,
    ChooseAmount,
    Pause,
    RemoveAddOn,
    Resume,
    ScheduledChange,
    Skip,
)
from umlauf.subscriptions.due import SHARDS, day_bucket, shard_of
from umlauf.subscriptions.errors import UnknownSubscription
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import EndReason, ReasonNotDue, Subscription
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions

pytestmark = pytest.mark.usefixtures("tables")

SUBSCRIPTIONS = DynamoSubscriptions()
AGREED = Agreement(plan_id="city-flat", plan_version=1, interval=MONTHLY, add_ons=("theft-cover",))


def pending(number: int = 1, *, customer_id: str = "cus_1") -> Subscription:
    return Subscription(
        id=f"sub_{number}",
        customer_id=customer_id,
        currency="EUR",
        time_zone="Europe/Berlin",
        agreements=(AGREED,),
        ordered_at=NOW + timedelta(minutes=number),
        reason_not_due=ReasonNotDue.NOT_ACTIVE,
    )


def due_at(instant: datetime, number: int = 1) -> Subscription:
    return replace(
        pending(number, customer_id=f"cus_{number}"),
        agreements=(replace(AGREED, starts_on=date(2026, 9, 1), anchor=date(2026, 9, 1)),),
        starts_on=date(2026, 9, 1),
        billed_through=date(2026, 9, 1),
        next_due_at=instant,
        reason_not_due=None,
    )


def store(*subscriptions: Subscription) -> None:
    work = Work(NOW)
    for subscription in subscriptions:
        work.put(subscription)
    DynamoWorks().commit(work)


def found_due(bucket: str, until: datetime, *, limit: int = 50) -> list[str]:
    found: list[str] = []
    for shard in range(SHARDS):
        cursor = None
        for _ in range(20):
            page = SUBSCRIPTIONS.list_due(bucket, shard, until=until, limit=limit, cursor=cursor)
            found += [subscription.id for subscription in page.items]
            assert all(shard_of(subscription.customer_id) == shard for subscription in page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
    return found


def test_a_subscription_comes_back_as_it_was_stored() -> None:
    active = OfferWorld().active_subscription(add_ons=("theft-cover",))
    store(replace(active, version=0))
    assert SUBSCRIPTIONS.get(active.id) == replace(active, version=1)


def test_a_long_story_comes_back_whole() -> None:
    day = date(2026, 10, 1)
    term = Interval(IntervalUnit.MONTH, 24)
    changes: tuple[Change, ...] = (
        ChangePlan(plan_id="plus", plan_version=2, add_ons=(), quantity=2, term=term),
        ChangePlan(plan_id="plus", plan_version=2, chosen_minor={"gift": 900}),
        ChangeQuantity(3, "helmet"),
        AddAddOn("helmet", 2),
        RemoveAddOn("helmet"),
        ChooseAmount("gift", 1_500),
        BeginPause(day),
        BeginPause(),
        Resume(),
        BindFor(term),
    )
    coupon = Coupon(
        id="welcome", name="Welcome", amounts=(Money(500, "EUR"),), periods=3, is_once_amount=True
    )
    agreements = (
        replace(AGREED, starts_on=date(2026, 9, 1), anchor=date(2026, 9, 1), agreed_on=day),
        replace(
            AGREED,
            starts_on=day,
            anchor=date(2026, 9, 1),
            starts_at=NOW,
            quantity=2,
            add_on_quantities={"theft-cover": 3},
            term=term,
            term_starts_on=day,
            credit=CreditPolicy.FULL,
            chosen_minor={"gift": 0},
        ),
    )
    subscription = replace(
        due_at(NOW),
        agreements=agreements,
        site="berlin",
        pauses=(Pause(day, date(2026, 11, 1), CreditPolicy.NONE, stops_clock=False), Pause(day)),
        skips=(Skip("box", day),),
        coupons=(AppliedCoupon(coupon, day, date(2027, 1, 1), Money(250, "EUR")),),
        scheduled=tuple(
            ScheduledChange(f"chg_{n}", change, day, NOW) for n, change in enumerate(changes)
        ),
        wanted_start=day,
        early_start_requested=True,
        end_reason=EndReason.TERMINATED,
        end_credit=CreditPolicy.FULL,
        is_void=True,
        repair_from=day,
        imported_through=day,
    )
    store(subscription)
    assert SUBSCRIPTIONS.get("sub_1") == replace(subscription, version=1)


def test_an_unknown_subscription_is_not_found() -> None:
    assert SUBSCRIPTIONS.find("sub_x") is None
    with pytest.raises(UnknownSubscription):
        SUBSCRIPTIONS.get("sub_x")


def test_many_subscriptions_are_found_at_once_and_unknown_ones_left_out() -> None:
    store(pending(1), pending(2))
    found = SUBSCRIPTIONS.find_many(["sub_1", "sub_x", "sub_2"])
    assert found == {id_: SUBSCRIPTIONS.get(id_) for id_ in ("sub_1", "sub_2")}


def test_a_customer_finds_their_own_with_the_latest_first() -> None:
    store(pending(1), pending(2), pending(3, customer_id="cus_2"))
    first = SUBSCRIPTIONS.list_of_customer("cus_1", limit=1)
    assert [one.id for one in first.items] == ["sub_2"]
    second = SUBSCRIPTIONS.list_of_customer("cus_1", limit=1, cursor=first.next_cursor)
    assert [one.id for one in second.items] == ["sub_1"]


def test_a_bucket_gives_each_due_subscription_once_page_by_page() -> None:
    store(*(due_at(NOW + timedelta(seconds=n), n) for n in range(40)))
    store(due_at(NOW + timedelta(hours=1), 41), pending(42))
    found = found_due(day_bucket(NOW), NOW + timedelta(minutes=30), limit=3)
    assert sorted(found) == sorted(f"sub_{n}" for n in range(40))


def test_what_is_due_later_in_the_hour_is_not_due_yet() -> None:
    broken_second = NOW + timedelta(microseconds=500_000)
    store(due_at(NOW, 1), due_at(broken_second, 2), due_at(NOW + timedelta(seconds=1), 3))
    bucket = day_bucket(NOW)
    assert sorted(found_due(bucket, NOW)) == ["sub_1"]
    assert sorted(found_due(bucket, broken_second)) == ["sub_1", "sub_2"]


def test_once_billed_it_leaves_its_bucket_for_the_next() -> None:
    store(due_at(NOW))
    billed, _ = mark_billed(SUBSCRIPTIONS.get("sub_1"), date(2026, 9, 1), NOW)
    store(billed)
    assert not found_due(day_bucket(NOW), NOW + timedelta(days=1))
    october = datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert found_due(day_bucket(october), october) == ["sub_1"]


def test_of_two_runs_that_bill_at_once_one_is_stale() -> None:
    store(due_at(NOW))
    loaded = SUBSCRIPTIONS.get("sub_1")
    billed, _ = mark_billed(loaded, date(2026, 9, 1), NOW)
    store(billed)
    with pytest.raises(StaleVersion):
        store(billed)
