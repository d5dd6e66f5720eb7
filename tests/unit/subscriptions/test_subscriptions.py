"""From offer to end: what an order, a hand-over and a notice do, and what they refuse."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.offer_fakes import (
    CITY_FLAT,
    CITY_PREPAID,
    MODEL,
    MONTHLY,
    NOW,
    STATION,
    OfferWorld,
)
from umlauf.catalog.errors import NoPriceInCurrency, PlanNotOnSale, UnknownAddOn, UnknownPlan
from umlauf.catalog.model import Plan, Terms
from umlauf.customers.errors import OrderRefused, UnknownCustomer
from umlauf.customers.use_cases.block_customer import Block, block_customer
from umlauf.inventory.errors import IllegalTransition, NotReserved
from umlauf.inventory.events import AssetHandedOver
from umlauf.inventory.model import Asset
from umlauf.inventory.states import AssetState
from umlauf.inventory.use_cases.release_reservation import release_reservation
from umlauf.kernel.work import Work
from umlauf.subscriptions.due import day_bucket, shard_of
from umlauf.subscriptions.errors import (
    BadDates,
    BoundaryNotDue,
    EndTooEarly,
    NoAssetReserved,
    NotPending,
    PaymentNotReady,
    StartsLater,
    UnknownSubscription,
    WrongAssetModel,
)
from umlauf.subscriptions.events import (
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionEnded,
    SubscriptionOrdered,
    SubscriptionWithdrawn,
)
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf.subscriptions.use_cases.activate_subscription import activate_subscription
from umlauf.subscriptions.use_cases.cancel_subscription import Cancellation, cancel_subscription
from umlauf.subscriptions.use_cases.place_order import Order
from umlauf.subscriptions.use_cases.take_back_asset import Return, take_back_asset

THREE_MONTHS = replace(MONTHLY, count=3)
BOUND = replace(CITY_FLAT, terms=Terms(minimum_term=THREE_MONTHS))


def order_of(customer_id: str, **changes: object) -> Order:
    order = Order(
        command_key="order-ada", customer_id=customer_id, plan_id="city-flat", currency="EUR"
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def ordered(world: OfferWorld, draft: Plan = CITY_FLAT) -> Subscription:
    world.publish(draft)
    return world.order(order_of(world.sign_up().id, plan_id=draft.plan_id))


def cancel(
    world: OfferWorld, subscription_id: str, *, on: date | None = None, now: datetime = NOW
) -> Subscription:
    command = Cancellation(subscription_id=subscription_id, ends_on=on)
    return world.store.run(
        lambda work: cancel_subscription(
            command,
            work=work,
            subscriptions=world.subscriptions,
            plans=world.plans,
            assets=world.assets,
        ),
        now,
    )


def take_back(world: OfferWorld, asset_id: str, *, now: datetime) -> Asset:
    command = Return(asset_id=asset_id, station_id=STATION.id)
    return world.store.run(
        lambda work: take_back_asset(
            command,
            work=work,
            subscriptions=world.subscriptions,
            assets=world.assets,
            stations=world.stations,
        ),
        now,
    )


def bill(world: OfferWorld, subscription_id: str) -> Subscription:
    """Do what a billing run does to the pointer, at the moment it falls due."""
    subscription = world.subscriptions.get(subscription_id)
    boundary, now = subscription.due_on, subscription.next_due_at
    assert boundary is not None
    assert now is not None

    def decide(work: Work) -> Subscription:
        billed, events = mark_billed(subscription, boundary, work.now)
        work.put(billed, *events)
        return billed

    return world.store.run(decide, now)


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


class TestOrder:
    def test_an_order_waits_with_a_reason_why_nothing_is_due(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        assert (subscription.status, subscription.time_zone) == (Status.PENDING, "Europe/Berlin")
        assert subscription.next_due_at is None
        assert subscription.reason_not_due is ReasonNotDue.NOT_ACTIVE
        assert world.store.events[-1] == SubscriptionOrdered(
            subscription.id, subscription.customer_id, "city-flat", 1, "EUR"
        )

    def test_a_repeated_order_makes_no_second_subscription(self) -> None:
        world = OfferWorld()
        first = ordered(world)
        world.publish(replace(CITY_FLAT, name="Renamed meanwhile"))
        commits = world.store.commits
        again = world.order(order_of(first.customer_id))
        assert (again.id, again.plan_version) == (first.id, 1)
        assert world.store.commits == commits

    def test_two_customers_may_use_the_same_key(self) -> None:
        world = OfferWorld()
        ada = ordered(world)
        bob = world.order(order_of(world.sign_up("bob").id))
        assert ada.id != bob.id

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            pytest.param({"plan_id": "city-gold"}, UnknownPlan, id="unknown plan"),
            pytest.param({"plan_version": 7}, PlanNotOnSale, id="not the version on sale"),
            pytest.param({"currency": "GBP"}, NoPriceInCurrency, id="no price in pounds"),
            pytest.param({"currency": "???"}, NoPriceInCurrency, id="no currency"),
            pytest.param({"add_ons": ("gold-bell",)}, UnknownAddOn, id="unknown add-on"),
            pytest.param(
                {"currency": "USD", "add_ons": ("theft-cover",)},
                NoPriceInCurrency,
                id="an add-on without a price in dollars",
            ),
            pytest.param({"customer_id": "cus_x"}, UnknownCustomer, id="unknown customer"),
        ],
    )
    def test_an_impossible_order_is_refused(
        self, changes: dict[str, object], refusal: type[Exception]
    ) -> None:
        world = OfferWorld()
        world.publish(CITY_FLAT)
        order = replace(order_of(world.sign_up().id), **changes)  # type: ignore[arg-type]
        commits = world.store.commits
        with pytest.raises(refusal):
            world.order(order)
        assert world.store.commits == commits

    def test_an_add_on_is_ordered_once(self) -> None:
        world = OfferWorld()
        world.publish(CITY_FLAT)
        order = order_of(world.sign_up().id, add_ons=("theft-cover", "theft-cover"))
        assert world.order(order).add_ons == ("theft-cover",)

    def test_a_blocked_customer_is_refused_and_shown_the_way_to_a_person(self) -> None:
        world = OfferWorld()
        world.publish(CITY_FLAT)
        customer = world.sign_up()
        block = Block(
            command_key="b",
            customer_id=customer.id,
            reason="unpaid",
            entered_by="staff_1",
            expires_at=NOW + timedelta(days=7),
        )
        world.store.run(
            lambda work: block_customer(block, work=work, customers=world.customers), NOW
        )
        with pytest.raises(OrderRefused, match="a person will look at it"):
            world.order(order_of(customer.id))
        after = world.order(order_of(customer.id), now=NOW + timedelta(days=7))
        assert after.status is Status.PENDING


class TestActivation:
    def test_the_hand_over_starts_the_subscription_in_one_work(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        asset = world.register_asset()
        world.allocate(subscription.id, asset.id)
        commits = world.store.commits
        active = world.activate(subscription.id)

        assert world.store.commits == commits + 1
        assert world.assets.get(asset.id).state is AssetState.ON_RENT
        assert world.store.events[-2:] == [
            AssetHandedOver(asset.id, subscription.id, subscription.customer_id, NOW),
            SubscriptionActivated(
                subscription_id=subscription.id,
                customer_id=subscription.customer_id,
                plan_id="city-flat",
                plan_version=1,
                asset_id=asset.id,
                currency="EUR",
                anchor=date(2026, 9, 1),
                time_zone="Europe/Berlin",
                next_due_at=NOW,
            ),
        ]
        assert active.due_on == active.billed_through == active.anchor == date(2026, 9, 1)

    def test_a_start_late_in_the_evening_is_anchored_on_the_local_day(self) -> None:
        late = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)
        active = OfferWorld().active_subscription(now=late)
        assert (active.anchor, active.next_due_at) == (date(2026, 9, 1), late)

    def test_a_repeated_hand_over_changes_nothing(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        commits = world.store.commits
        assert world.activate(active.id, now=NOW + timedelta(days=3)) == active
        assert world.store.commits == commits

    def test_before_the_day_it_was_ordered_for_nothing_is_handed_over(self) -> None:
        """Local days: it is 1 October in Berlin while it is still September in UTC."""
        world, october = OfferWorld(), date(2026, 10, 1)
        world.publish(CITY_FLAT)
        subscription = world.order(order_of(world.sign_up().id, starts_on=october))
        asset = world.register_asset()
        world.allocate(subscription.id, asset.id)
        midnight = datetime(2026, 9, 30, 22, 0, tzinfo=UTC)
        with pytest.raises(StartsLater, match="starts on 2026-10-01: hand over on that day"):
            world.activate(subscription.id, now=midnight - timedelta(seconds=1))
        assert world.assets.get(asset.id).state is AssetState.RESERVED
        started = world.activate(subscription.id, now=midnight)
        assert (started.status, started.starts_on) == (Status.ACTIVE, october)

    def test_a_plan_without_an_asset_starts_without_one(self) -> None:
        world = OfferWorld()
        subscription = ordered(world, replace(CITY_FLAT, asset_model=None))
        assert world.activate(subscription.id).status is Status.ACTIVE

    def test_no_start_without_somebody_who_pays_an_asset_or_an_order(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)

        def activate(subscription_id: str, *, payment_ready: bool) -> Subscription:
            return activate_subscription(
                subscription_id,
                payment_ready=payment_ready,
                work=Work(NOW),
                subscriptions=world.subscriptions,
                plans=world.plans,
                assets=world.assets,
            )

        with pytest.raises(PaymentNotReady):
            activate(subscription.id, payment_ready=False)
        with pytest.raises(NoAssetReserved, match=MODEL):
            activate(subscription.id, payment_ready=True)
        with pytest.raises(UnknownSubscription):
            activate("sub_x", payment_ready=True)

    def test_a_reservation_that_was_released_meanwhile_is_no_hand_over(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        asset = world.register_asset()
        world.allocate(subscription.id, asset.id)
        world.store.run(
            lambda work: release_reservation(
                asset.id, subscription.id, work=work, assets=world.assets
            ),
            NOW,
        )
        with pytest.raises(NotReserved):
            world.activate(subscription.id)
        assert world.subscriptions.get(subscription.id).status is Status.PENDING
        world.allocate(subscription.id, asset.id)
        assert world.activate(subscription.id).status is Status.ACTIVE

    def test_a_cancellation_that_races_the_hand_over_is_not_lost(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        asset = world.register_asset()
        world.allocate(subscription.id, asset.id)

        def rival(work: Work) -> None:
            cancel(world, subscription.id)

        world.store.before_commit = rival
        with pytest.raises(NotPending, match="withdrawn"):
            world.activate(subscription.id)
        assert world.assets.get(asset.id).state is AssetState.IN_STOCK


class TestAllocation:
    def test_of_two_subscriptions_only_one_gets_the_asset(self) -> None:
        world = OfferWorld()
        ada = ordered(world)
        bob = world.order(order_of(world.sign_up("bob").id))
        asset = world.register_asset()

        def rival(work: Work) -> None:
            world.allocate(bob.id, asset.id)

        world.store.before_commit = rival
        with pytest.raises(IllegalTransition):
            world.allocate(ada.id, asset.id)
        assert world.subscriptions.get(ada.id).asset_id is None
        assert world.subscriptions.get(bob.id).asset_id == asset.id

    def test_another_asset_frees_the_first(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        first, second = world.register_asset("A-1"), world.register_asset("A-2")
        world.allocate(subscription.id, first.id)
        world.allocate(subscription.id, second.id)
        world.allocate(subscription.id, second.id)
        assert world.assets.get(first.id).state is AssetState.IN_STOCK
        assert world.assets.get(second.id).state is AssetState.RESERVED

    def test_an_asset_of_another_model_is_refused(self) -> None:
        world = OfferWorld()
        subscription = ordered(world, replace(CITY_FLAT, asset_model="cargo-bike"))
        with pytest.raises(WrongAssetModel, match="cargo-bike"):
            world.allocate(subscription.id, world.register_asset().id)

    def test_an_active_subscription_gets_no_second_asset(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        with pytest.raises(NotPending):
            world.allocate(active.id, world.register_asset("A-2").id)


class TestNotice:
    def test_a_pending_order_is_withdrawn_and_its_asset_free(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        asset = world.register_asset()
        world.allocate(subscription.id, asset.id)
        cancel(world, subscription.id)

        off = world.subscriptions.get(subscription.id)
        assert (off.status, off.reason_not_due) == (Status.WITHDRAWN, ReasonNotDue.WITHDRAWN)
        assert world.assets.get(asset.id).state is AssetState.IN_STOCK
        assert world.store.events[-1] == SubscriptionWithdrawn(off.id, off.customer_id)
        with pytest.raises(NotPending, match="order again"):
            world.activate(subscription.id)

    @pytest.mark.parametrize(
        ("terms", "on_day", "ends_on"),
        [
            pytest.param(Terms(), date(2026, 9, 1), date(2026, 10, 1), id="on the first day"),
            pytest.param(Terms(), date(2026, 9, 30), date(2026, 10, 1), id="on the last day"),
            pytest.param(Terms(), date(2026, 10, 1), date(2026, 11, 1), id="on a boundary"),
            pytest.param(
                Terms(minimum_term=THREE_MONTHS),
                date(2026, 9, 15),
                date(2026, 12, 1),
                id="within the minimum term",
            ),
            pytest.param(
                Terms(minimum_term=THREE_MONTHS),
                date(2027, 1, 15),
                date(2027, 2, 1),
                id="long after the minimum term",
            ),
            pytest.param(
                Terms(notice=MONTHLY, ends_with_period=False),
                date(2026, 9, 15),
                date(2026, 10, 15),
                id="to the day",
            ),
            pytest.param(
                Terms(minimum_term=THREE_MONTHS, notice=MONTHLY, ends_with_period=False),
                date(2026, 11, 20),
                date(2026, 12, 20),
                id="too late for the minimum term",
            ),
        ],
    )
    def test_it_ends_as_soon_as_the_terms_allow(
        self, terms: Terms, on_day: date, ends_on: date
    ) -> None:
        world = OfferWorld()
        active = world.active_subscription(replace(CITY_FLAT, terms=terms))
        cancel(world, active.id, now=at(on_day))
        assert world.subscriptions.get(active.id).ends_on == ends_on
        assert world.store.events[-1] == SubscriptionCancelled(
            active.id, active.customer_id, ends_on
        )

    def test_a_later_end_may_be_wished_for_and_an_earlier_one_not(self) -> None:
        world = OfferWorld()
        active = world.active_subscription(BOUND)
        for impossible in (date(2020, 1, 1), date(2026, 9, 1), date(2026, 11, 30)):
            with pytest.raises(EndTooEarly, match="2026-12-01") as refusal:
                cancel(world, active.id, on=impossible)
            assert refusal.value.field == "ends_on"
        with pytest.raises(BadDates):
            cancel(world, active.id, on=date(9999, 12, 31))
        assert cancel(world, active.id, on=date(2027, 1, 15)).ends_on == date(2027, 2, 1)

    def test_a_second_notice_keeps_the_end(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        cancel(world, active.id)
        commits = world.store.commits
        assert cancel(world, active.id, on=date(2027, 5, 1)).ends_on == date(2026, 10, 1)
        assert world.store.commits == commits

    def test_an_order_without_an_asset_is_withdrawn_once(self) -> None:
        world = OfferWorld()
        subscription = ordered(world)
        for _ in range(2):
            assert cancel(world, subscription.id).status is Status.WITHDRAWN
        withdrawals = [e for e in world.store.events if isinstance(e, SubscriptionWithdrawn)]
        assert len(withdrawals) == 1

    def test_an_unknown_subscription_cannot_be_cancelled(self) -> None:
        with pytest.raises(UnknownSubscription):
            cancel(OfferWorld(), "sub_x")


class TestDue:
    def test_the_pointer_moves_from_boundary_to_boundary_at_local_midnight(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        after = bill(world, active.id)
        assert after.due_on == date(2026, 10, 1)
        assert after.next_due_at == datetime(2026, 9, 30, 22, tzinfo=UTC)
        after = bill(world, active.id)  # across the end of summer time
        assert after.next_due_at == datetime(2026, 10, 31, 23, tzinfo=UTC)

    def test_a_boundary_is_billed_once(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        billed = bill(world, active.id)
        with pytest.raises(BoundaryNotDue):
            mark_billed(billed, date(2026, 9, 1), NOW)

    def test_a_run_that_comes_late_never_dates_the_next_boundary_back(self) -> None:
        active = OfferWorld().active_subscription()
        two_months_late = NOW + timedelta(days=62)
        late, _ = mark_billed(active, date(2026, 9, 1), two_months_late)
        assert (late.due_on, late.next_due_at) == (date(2026, 10, 1), two_months_late)

    def test_what_is_due_is_found_in_its_bucket_and_shard_only(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        bucket, shard = day_bucket(NOW), shard_of(active.customer_id)
        assert world.subscriptions.list_due(bucket, shard, until=NOW).items == [active]
        early = NOW - timedelta(microseconds=1)
        assert not world.subscriptions.list_due(bucket, shard, until=early).items

    def test_a_notice_before_the_first_bill_leaves_the_first_bill_due(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        cancelled = cancel(world, active.id, now=NOW + timedelta(minutes=1))
        assert cancelled.due_on == date(2026, 9, 1)


class TestEnd:
    def test_it_ends_when_the_last_period_is_billed_and_the_asset_is_back(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        bill(world, active.id)
        cancel(world, active.id, now=at(date(2026, 9, 15)))
        assert active.asset_id is not None
        take_back(world, active.asset_id, now=at(date(2026, 9, 30)))
        assert world.subscriptions.get(active.id).status is Status.ACTIVE

        ended = bill(world, active.id)
        assert (ended.status, ended.reason_not_due) == (Status.ENDED, ReasonNotDue.ENDED)
        assert world.store.events[-1] == SubscriptionEnded(active.id, active.customer_id)

    def test_it_lives_until_an_asset_that_is_kept_comes_back(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        assert active.asset_id is not None
        bill(world, active.id)
        cancel(world, active.id, now=at(date(2026, 9, 15)))
        over = bill(world, active.id)
        assert (over.status, over.reason_not_due) == (
            Status.ACTIVE,
            ReasonNotDue.AWAITING_RETURN,
        )
        assert over.due_on is None

        take_back(world, active.asset_id, now=at(date(2026, 10, 5)))
        take_back(world, active.asset_id, now=at(date(2026, 10, 6)))
        assert world.subscriptions.get(active.id).status is Status.ENDED
        endings = [e for e in world.store.events if isinstance(e, SubscriptionEnded)]
        assert endings == [SubscriptionEnded(active.id, active.customer_id)]

    def test_a_prepaid_subscription_falls_due_at_its_end_alone(self) -> None:
        world = OfferWorld()
        active = world.active_subscription(CITY_PREPAID)
        assert active.next_due_at is None
        ending = cancel(world, active.id)
        assert ending.due_on == ending.ends_on == date(2026, 10, 1)
        assert ending.next_due_at == datetime(2026, 9, 30, 22, tzinfo=UTC)
        assert bill(world, active.id).reason_not_due is ReasonNotDue.AWAITING_RETURN

    def test_a_bike_brought_back_early_does_not_end_the_agreement(self) -> None:
        world = OfferWorld()
        active = world.active_subscription()
        assert active.asset_id is not None
        take_back(world, active.asset_id, now=at(date(2026, 9, 2)))
        still = world.subscriptions.get(active.id)
        assert (still.status, still.asset_id) == (Status.ACTIVE, None)
        assert still.due_on == date(2026, 9, 1)


def test_every_subscription_has_a_due_date_or_a_reason_why_not() -> None:
    active = OfferWorld().active_subscription()
    with pytest.raises(ValueError, match="next due date or a reason"):
        replace(active, next_due_at=None)
    with pytest.raises(ValueError, match="next due date or a reason"):
        replace(active, reason_not_due=ReasonNotDue.ENDED)
