"""Each change as a command: what is stored and told, and that its repetition is harmless."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.offer_fakes import CITY_FLAT, NOW, STATION, MemoryCoupons, OfferWorld, euros
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.errors import PlanNotOnSale, UnknownAddOn, UnknownCoupon
from umlauf.catalog.model import AddOn, BaseFee, Delivery, Plan, Terms
from umlauf.catalog.use_cases.publish_coupon import publish_coupon
from umlauf.customers.errors import OrderRefused
from umlauf.customers.use_cases.block_customer import Block, block_customer
from umlauf.inventory.errors import IllegalTransition
from umlauf.inventory.events import (
    AssetHandedOver,
    AssetReserved,
    AssetReturned,
    ReservationReleased,
)
from umlauf.inventory.states import AssetState
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.work import Work
from umlauf.subscriptions.agreements import AddAddOn, ChangePlan, ChangeQuantity, Skip
from umlauf.subscriptions.errors import (
    AssetNotReturned,
    EndedForCause,
    NoRightOfWithdrawal,
    NotActive,
    NotEnded,
    NotPossibleThen,
    PaymentNotReady,
    TermBinds,
    TooEarly,
    WrongAssetModel,
)
from umlauf.subscriptions.events import (
    AssetTransferred,
    ChangeScheduled,
    SubscriptionChanged,
    SubscriptionEnded,
    SubscriptionPaused,
    SubscriptionVoided,
    SubscriptionWithdrawn,
    WithdrawalDeclared,
)
from umlauf.subscriptions.importing import RunningContract
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import Status, Subscription
from umlauf.subscriptions.use_cases.apply_coupon import CouponUse, apply_coupon
from umlauf.subscriptions.use_cases.cancel_subscription import Cancellation, cancel_subscription
from umlauf.subscriptions.use_cases.change_subscription import ChangeWish, change_subscription
from umlauf.subscriptions.use_cases.import_subscription import import_subscription
from umlauf.subscriptions.use_cases.move_to_version import VersionMove, move_to_version
from umlauf.subscriptions.use_cases.pause_subscription import PauseWish, pause_subscription
from umlauf.subscriptions.use_cases.place_order import Order
from umlauf.subscriptions.use_cases.reactivate_subscription import (
    Reactivation,
    reactivate_subscription,
)
from umlauf.subscriptions.use_cases.remove_coupon import CouponEnd, remove_coupon
from umlauf.subscriptions.use_cases.restore_delivery import restore_delivery
from umlauf.subscriptions.use_cases.resume_subscription import Resumption, resume_subscription
from umlauf.subscriptions.use_cases.revoke_cancellation import revoke_cancellation
from umlauf.subscriptions.use_cases.skip_delivery import skip_delivery
from umlauf.subscriptions.use_cases.take_back_asset import Return, take_back_asset
from umlauf.subscriptions.use_cases.terminate_subscription import (
    Termination,
    terminate_subscription,
)
from umlauf.subscriptions.use_cases.transfer_asset import Transfer, transfer_asset
from umlauf.subscriptions.use_cases.void_subscription import void_subscription
from umlauf.subscriptions.use_cases.withdraw_scheduled_change import withdraw_scheduled_change
from umlauf.subscriptions.use_cases.withdraw_subscription import withdraw_subscription

CITY_PLUS = replace(
    CITY_FLAT,
    plan_id="city-plus",
    items=(replace(CITY_FLAT.items[0], prices=euros("79.00")),),
)
BOXED = replace(
    CITY_FLAT,
    items=(
        *CITY_FLAT.items,
        Delivery(id="box", name="Box", prices=euros("25.00", usd="27.00"), skip_notice_days=3),
    ),
)
TO_PLUS = ChangePlan(plan_id="city-plus", plan_version=1)
NEXT_DAY = NOW + timedelta(days=1)
OCTOBER = date(2026, 10, 1)
AFTER_THE_END = NOW + timedelta(days=40)


class Shop(OfferWorld):
    """The world, with a short way to each command."""

    def rented(self, draft: Plan = CITY_FLAT) -> Subscription:
        """Handed over and billed for the first month."""
        active = self.active_subscription(draft)
        return self.billed(active.id, date(2026, 9, 1))

    def billed(self, subscription_id: str, day: date, now: datetime = NOW) -> Subscription:
        def decide(work: Work) -> Subscription:
            subscription, events = mark_billed(
                self.subscriptions.get(subscription_id), day, work.now
            )
            work.put(subscription, *events)
            return subscription

        self.store.run(decide, now)
        return self.subscriptions.get(subscription_id)

    def change(self, wish: ChangeWish, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: change_subscription(
                wish, work=work, subscriptions=self.subscriptions, plans=self.plans
            ),
            now,
        )

    def pause(self, wish: PauseWish, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: pause_subscription(
                wish, work=work, subscriptions=self.subscriptions, plans=self.plans
            ),
            now,
        )

    def transfer(self, command: Transfer, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: transfer_asset(
                command,
                work=work,
                subscriptions=self.subscriptions,
                plans=self.plans,
                assets=self.assets,
                stations=self.stations,
            ),
            now,
        )

    def void(self, subscription_id: str, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: void_subscription(
                subscription_id, work=work, subscriptions=self.subscriptions, assets=self.assets
            ),
            now,
        )

    def withdraw(self, subscription_id: str, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: withdraw_subscription(
                subscription_id,
                work=work,
                subscriptions=self.subscriptions,
                plans=self.plans,
                customers=self.customers,
                assets=self.assets,
            ),
            now,
        )

    def take_back(self, asset_id: str, now: datetime) -> None:
        self.store.run(
            lambda work: take_back_asset(
                Return(asset_id=asset_id, station_id=STATION.id),
                work=work,
                subscriptions=self.subscriptions,
                assets=self.assets,
                stations=self.stations,
            ),
            now,
        )

    def cancel(self, subscription_id: str, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: cancel_subscription(
                Cancellation(subscription_id=subscription_id),
                work=work,
                subscriptions=self.subscriptions,
                plans=self.plans,
                assets=self.assets,
            ),
            now,
        )

    def terminate(self, subscription_id: str, now: datetime = NEXT_DAY) -> Subscription:
        return self.store.run(
            lambda work: terminate_subscription(
                Termination(subscription_id=subscription_id),
                work=work,
                subscriptions=self.subscriptions,
            ),
            now,
        )

    def reactivate(
        self,
        subscription_id: str,
        now: datetime,
        *,
        payment_ready: bool = True,
        by_staff: bool = False,
    ) -> Subscription:
        command = Reactivation(
            subscription_id=subscription_id, payment_ready=payment_ready, by_staff=by_staff
        )
        return self.store.run(
            lambda work: reactivate_subscription(
                command,
                work=work,
                subscriptions=self.subscriptions,
                plans=self.plans,
                customers=self.customers,
                block_entries=self.block_entries,
            ),
            now,
        )

    def ended(self, ending: Callable[[str], Subscription]) -> Subscription:
        """One that was ended in some way, its asset back and its last bill written."""
        rented = self.rented()
        ending(rented.id)
        self.take_back(rented.asset_id or "", NOW + timedelta(days=20))
        return self.billed(rented.id, OCTOBER, NOW + timedelta(days=39))

    def block(self, customer_id: str) -> None:
        command = Block(
            command_key="block",
            customer_id=customer_id,
            reason="three returned debits",
            entered_by="staff_1",
            expires_at=NOW + timedelta(days=365),
        )
        self.store.run(
            lambda work: block_customer(command, work=work, customers=self.customers), NOW
        )

    def pending(self, **changes: object) -> Subscription:
        self.publish(CITY_FLAT)
        customer = self.sign_up()
        order = Order(
            command_key="order",
            customer_id=customer.id,
            plan_id="city-flat",
            currency="EUR",
        )
        return self.order(replace(order, **changes))  # type: ignore[arg-type]


def told_once_and_changed_once(
    shop: Shop, act: Callable[[], Subscription], events: tuple[type, ...]
) -> Subscription:
    """Act twice: the first time is told, the second writes nothing."""
    told = len(shop.store.events)
    first = act()
    assert tuple(type(event) for event in shop.store.events[told:]) == events
    commits = shop.store.commits
    assert act() == shop.subscriptions.get(first.id)
    assert shop.store.commits == commits
    return shop.subscriptions.get(first.id)


class TestChange:
    def wish(self, subscription: Subscription, **changes: object) -> ChangeWish:
        wish = ChangeWish(
            command_key="k1", subscription_id=subscription.id, change=AddAddOn("theft-cover")
        )
        return replace(wish, **changes)  # type: ignore[arg-type]

    def test_a_dearer_choice_is_in_force_at_once_and_due(self) -> None:
        shop = Shop()
        wish = self.wish(shop.rented())
        changed = told_once_and_changed_once(
            shop, lambda: shop.change(wish), (SubscriptionChanged,)
        )
        assert changed.add_ons == ("theft-cover",)
        assert (changed.repair_from, changed.next_due_at) == (NEXT_DAY.date(), NEXT_DAY)

    def test_a_later_one_is_listed_under_the_commands_id(self) -> None:
        shop = Shop()
        rented = shop.rented()
        wish = self.wish(rented, when=OCTOBER)
        listed = told_once_and_changed_once(shop, lambda: shop.change(wish), (ChangeScheduled,))
        assert [one.id for one in listed.scheduled] == [wish.change_id]

        left = shop.store.run(
            lambda work: withdraw_scheduled_change(
                rented.id,
                wish.change_id,
                work=work,
                subscriptions=shop.subscriptions,
                plans=shop.plans,
            ),
            NEXT_DAY,
        )
        assert left.scheduled == ()

    def test_what_a_subscriber_may_not_choose_staff_may(self) -> None:
        shop = Shop()
        rented = shop.rented()
        shop.publish(CITY_PLUS)
        up = self.wish(rented, change=TO_PLUS, command_key="up")
        assert shop.change(up).plan_id == "city-plus"
        down = ChangePlan(plan_id="city-flat", plan_version=1)
        at_once = self.wish(rented, change=down, when=date(2026, 9, 3), command_key="down")
        with pytest.raises(TooEarly):
            shop.change(at_once, NOW + timedelta(days=2))
        by_staff = replace(at_once, by_staff=True)
        assert shop.change(by_staff, NOW + timedelta(days=2)).plan_id == "city-flat"

    def test_a_subscriber_changes_to_what_is_sold_now(self) -> None:
        shop = Shop()
        rented = shop.rented()
        shop.publish(replace(CITY_FLAT, name="Newer"))
        shop.publish(replace(CITY_FLAT, name="Newest"))
        older = self.wish(rented, change=ChangePlan(plan_id="city-flat", plan_version=2))
        with pytest.raises(PlanNotOnSale, match="version 3"):
            shop.change(older)
        assert shop.change(replace(older, by_staff=True)).plan_version == 2

    @pytest.mark.parametrize("needed", ["cargo-bike", None])
    def test_a_subscriber_keeps_the_asset_that_was_handed_over(self, needed: str | None) -> None:
        shop = Shop()
        rented = shop.rented()
        shop.publish(replace(CITY_PLUS, asset_model=needed))
        other = self.wish(rented, change=TO_PLUS)
        with pytest.raises(WrongAssetModel, match="order it anew") as refusal:
            shop.change(other)
        assert refusal.value.field == "plan_id"
        assert shop.subscriptions.get(rented.id).plan_id == "city-flat"
        assert shop.change(replace(other, by_staff=True)).plan_id == "city-plus"

    def test_a_subscriber_cannot_change_out_of_a_minimum_term(self) -> None:
        shop = Shop()
        bound = replace(CITY_FLAT, terms=Terms(minimum_term=Interval(IntervalUnit.MONTH, 12)))
        rented = shop.rented(bound)
        shop.publish(CITY_PLUS)
        out = self.wish(rented, change=TO_PLUS)
        with pytest.raises(TermBinds, match="2027-09-01") as refusal:
            shop.change(out)
        assert refusal.value.field == "change"
        afterwards = shop.change(replace(out, when=date(2027, 9, 1)))
        assert len(afterwards.scheduled) == 1
        assert shop.change(replace(out, command_key="k2", by_staff=True)).plan_id == "city-plus"

    def test_a_wish_is_judged_by_what_will_be_in_force_then(self) -> None:
        shop = Shop()
        rented = shop.rented()
        bell = AddOn("bell", "Bell", (BaseFee(id="bell", name="Bell", prices=euros("1.00")),))
        shop.publish(replace(CITY_PLUS, add_ons=(bell,)))
        shop.change(self.wish(rented, change=TO_PLUS, when=OCTOBER))
        with_bell = self.wish(rented, change=AddAddOn("bell"), command_key="k2")
        with pytest.raises(UnknownAddOn):
            shop.change(with_bell)
        listed = shop.change(replace(with_bell, when=OCTOBER)).scheduled
        assert [one.change for one in listed] == [TO_PLUS, AddAddOn("bell")]

    def test_a_run_over_all_subscribers_moves_each_to_the_newer_version_once(self) -> None:
        shop = Shop()
        rented = shop.rented()
        newer = shop.publish(replace(CITY_FLAT, name="Newer"))
        move = VersionMove(plan_id="city-flat", plan_version=newer.plan_version)

        def run() -> Subscription:
            return shop.store.run(
                lambda work: move_to_version(
                    rented.id, move, work=work, subscriptions=shop.subscriptions, plans=shop.plans
                ),
                NEXT_DAY,
            )

        listed = told_once_and_changed_once(shop, run, (ChangeScheduled,))
        assert [one.starts_on for one in listed.scheduled] == [OCTOBER]
        shop.cancel(rented.id)
        assert run().scheduled == listed.scheduled

    def test_of_two_changes_that_race_none_is_lost(self) -> None:
        shop = Shop()
        rented = shop.rented()

        def rival(work: Work) -> None:
            shop.change(self.wish(rented, change=ChangeQuantity(2), by_staff=True))

        shop.store.before_commit = rival
        shop.change(self.wish(rented, command_key="k2"))
        after = shop.subscriptions.get(rented.id).current
        assert (after.quantity, after.add_ons) == (2, ("theft-cover",))


class TestPauseAndSkip:
    def test_a_holiday_is_one_command(self) -> None:
        shop = Shop()
        wish = PauseWish(
            subscription_id=shop.rented().id,
            starts_on=date(2026, 9, 10),
            ends_on=date(2026, 9, 20),
        )
        told_once_and_changed_once(shop, lambda: shop.pause(wish), (SubscriptionPaused,))

    def test_a_subscriber_neither_pauses_nor_resumes_in_the_past(self) -> None:
        shop = Shop()
        rented = shop.rented()
        back = PauseWish(subscription_id=rented.id, starts_on=date(2026, 9, 1))
        with pytest.raises(TooEarly):
            shop.pause(back)
        assert shop.pause(replace(back, by_staff=True)).pauses

        def resume(command: Resumption) -> Subscription:
            return shop.store.run(
                lambda work: resume_subscription(
                    command, work=work, subscriptions=shop.subscriptions, plans=shop.plans
                ),
                NOW + timedelta(days=5),
            )

        earlier = Resumption(subscription_id=rented.id, resumes_on=date(2026, 9, 4))
        with pytest.raises(TooEarly, match="2026-09-06"):
            resume(earlier)
        assert resume(replace(earlier, resumes_on=None)).pauses[0].ends_on == date(2026, 9, 6)

    def test_a_pending_order_cannot_be_paused(self) -> None:
        shop = Shop()
        with pytest.raises(NotActive):
            shop.pause(PauseWish(subscription_id=shop.pending().id))

    def test_a_delivery_is_skipped_and_restored(self) -> None:
        shop = Shop()
        rented = shop.rented(BOXED)
        skip = Skip("box", OCTOBER)
        for act, left in ((skip_delivery, (skip,)), (restore_delivery, ())):
            for _ in range(2):
                found = shop.store.run(
                    lambda work, act=act: act(  # type: ignore[misc]
                        rented.id,
                        skip,
                        work=work,
                        subscriptions=shop.subscriptions,
                        plans=shop.plans,
                    ),
                    NEXT_DAY,
                )
                assert found.skips == left
        assert [type(event).__name__ for event in shop.store.events[-2:]] == [
            "DeliverySkipped",
            "DeliveryRestored",
        ]


class TestEnds:
    def test_a_notice_is_taken_back(self) -> None:
        shop = Shop()
        rented = shop.rented()
        shop.cancel(rented.id)
        for _ in range(2):
            on = shop.store.run(
                lambda work: revoke_cancellation(
                    rented.id, work=work, subscriptions=shop.subscriptions
                ),
                NEXT_DAY,
            )
            assert on.ends_on is None

    def test_for_cause_it_ends_tonight(self) -> None:
        shop = Shop()
        rented = shop.rented()
        for _ in range(2):
            ending = shop.terminate(rented.id)
            assert ending.ends_on == date(2026, 9, 3)

    def test_storno_of_an_order_frees_its_asset(self) -> None:
        shop = Shop()
        pending = shop.pending()
        asset = shop.register_asset()
        shop.allocate(pending.id, asset.id)
        void = told_once_and_changed_once(
            shop,
            lambda: shop.void(pending.id),
            (ReservationReleased, SubscriptionVoided, SubscriptionEnded),
        )
        assert void.status is Status.VOIDED
        assert shop.assets.get(asset.id).state is AssetState.IN_STOCK

    def test_storno_of_a_rental_awaits_billing_and_return(self) -> None:
        shop = Shop()
        rented = shop.rented()
        assert rented.asset_id is not None
        told_once_and_changed_once(shop, lambda: shop.void(rented.id), (SubscriptionVoided,))
        shop.billed(rented.id, NEXT_DAY.date(), NEXT_DAY)
        shop.take_back(rented.asset_id, NOW + timedelta(days=3))
        assert shop.subscriptions.get(rented.id).status is Status.VOIDED

    def test_a_consumer_withdraws_and_a_business_does_not(self) -> None:
        shop = Shop()
        rented = shop.rented()
        off = told_once_and_changed_once(
            shop, lambda: shop.withdraw(rented.id), (WithdrawalDeclared,)
        )
        assert off.is_void
        firm = replace(shop.customers.get(rented.customer_id), is_business=True)
        shop.store.run(lambda work: work.put(firm), NOW)
        with pytest.raises(NoRightOfWithdrawal, match="cancel"):
            shop.withdraw(rented.id)

    def test_an_order_is_withdrawn_with_its_reservation(self) -> None:
        shop = Shop()
        pending = shop.pending()
        asset = shop.register_asset()
        shop.allocate(pending.id, asset.id)
        off = told_once_and_changed_once(
            shop, lambda: shop.withdraw(pending.id), (ReservationReleased, SubscriptionWithdrawn)
        )
        assert off.status is Status.WITHDRAWN
        assert shop.assets.get(asset.id).state is AssetState.IN_STOCK

    def test_an_ended_one_is_taken_up_again_and_gets_another_asset(self) -> None:
        shop = Shop()
        rented = shop.rented()
        assert rented.asset_id is not None
        shop.cancel(rented.id)
        shop.take_back(rented.asset_id, NOW + timedelta(days=20))
        later = NOW + timedelta(days=40)
        assert shop.billed(rented.id, OCTOBER, later).status is Status.ENDED

        def reactivate(*, payment_ready: bool = True) -> Subscription:
            return shop.reactivate(rented.id, later, payment_ready=payment_ready)

        with pytest.raises(PaymentNotReady):
            reactivate(payment_ready=False)
        assert reactivate().status is Status.ACTIVE
        assert reactivate() == shop.subscriptions.get(rented.id)
        fresh = shop.register_asset("B-2")
        shop.transfer(Transfer(subscription_id=rented.id, asset_id=fresh.id), later)
        assert shop.subscriptions.get(rented.id).asset_id == fresh.id

    def test_what_is_not_sold_any_more_is_not_taken_up_again(self) -> None:
        shop = Shop()
        rented = shop.rented()
        shop.publish(replace(CITY_FLAT, name="Newer"))

        def reactivate() -> Subscription:
            return shop.reactivate(rented.id, NEXT_DAY)

        shop.cancel(rented.id)
        with pytest.raises(NotEnded):
            reactivate()
        assert rented.asset_id is not None
        shop.take_back(rented.asset_id, NOW + timedelta(days=20))
        shop.billed(rented.id, OCTOBER, NOW + timedelta(days=40))
        with pytest.raises(PlanNotOnSale, match="new order"):
            reactivate()

    def test_only_staff_takes_up_again_what_was_ended_for_cause(self) -> None:
        shop = Shop()
        ended = shop.ended(shop.terminate)
        with pytest.raises(EndedForCause, match="ask customer service"):
            shop.reactivate(ended.id, AFTER_THE_END)
        again = shop.reactivate(ended.id, AFTER_THE_END, by_staff=True)
        assert again.status is Status.ACTIVE

    def test_who_may_not_order_does_not_take_up_again_either(self) -> None:
        shop = Shop()
        ended = shop.ended(shop.cancel)
        shop.block(ended.customer_id)
        with pytest.raises(OrderRefused):
            shop.reactivate(ended.id, AFTER_THE_END)
        assert shop.reactivate(ended.id, AFTER_THE_END, by_staff=True).status is Status.ACTIVE


class TestTransfer:
    def test_a_swap_in_a_pause_leaves_the_pause_and_the_bills_as_they_are(self) -> None:
        shop = Shop()
        rented = shop.rented()
        assert rented.asset_id is not None
        wish = PauseWish(subscription_id=rented.id, ends_on=date(2026, 9, 20))
        paused = shop.pause(wish)
        fresh = shop.register_asset("B-2")
        command = Transfer(subscription_id=rented.id, asset_id=fresh.id, station_id=STATION.id)
        in_the_pause = NEXT_DAY + timedelta(days=3)
        assert paused.is_paused(in_the_pause.date())
        swapped = shop.transfer(command, in_the_pause)
        assert swapped == replace(paused, asset_id=fresh.id, version=swapped.version)
        assert shop.assets.get(rented.asset_id).state is AssetState.RETURN_INSPECTION
        holder = shop.assets.get(fresh.id).holder
        assert holder is not None
        assert (holder.subscription_id, holder.start) == (rented.id, in_the_pause)

    def test_a_swap_is_one_work_and_never_touches_billing(self) -> None:
        shop = Shop()
        rented = shop.rented()
        former, fresh = rented.asset_id, shop.register_asset("B-2")
        assert former is not None
        commits = shop.store.commits
        command = Transfer(subscription_id=rented.id, asset_id=fresh.id, station_id=STATION.id)
        stored = told_once_and_changed_once(
            shop,
            lambda: shop.transfer(command),
            (AssetReturned, AssetReserved, AssetHandedOver, AssetTransferred),
        )
        assert shop.store.commits == commits + 1
        assert shop.assets.get(former).state is AssetState.RETURN_INSPECTION
        assert shop.assets.get(fresh.id).state is AssetState.ON_RENT
        assert replace(stored, asset_id=former, version=rented.version) == rented

    def test_a_missing_asset_is_replaced_and_found_later(self) -> None:
        shop = Shop()
        rented = shop.rented()
        former, fresh = rented.asset_id, shop.register_asset("B-2")
        assert former is not None
        command = Transfer(subscription_id=rented.id, asset_id=fresh.id)
        with pytest.raises(AssetNotReturned, match="station"):
            shop.transfer(command)
        gone = shop.assets.get(former).moved_to(AssetState.MISSING)
        shop.store.run(lambda work: work.put(gone), NOW)
        shop.transfer(command)
        shop.take_back(former, NOW + timedelta(days=9))
        assert shop.subscriptions.get(rented.id).asset_id == fresh.id

    def test_only_a_running_one_gets_an_asset_of_its_plans_model(self) -> None:
        shop = Shop()
        pending = shop.pending()
        asset = shop.register_asset()
        with pytest.raises(NotActive):
            shop.transfer(Transfer(subscription_id=pending.id, asset_id=asset.id))
        rented = shop.rented(replace(CITY_FLAT, plan_id="other", asset_model="city-bike"))
        cargo = replace(asset, id="ast_cargo", model="cargo", serial="C-1", version=0)
        shop.store.run(lambda work: work.put(cargo), NOW)
        with pytest.raises(WrongAssetModel):
            shop.transfer(
                Transfer(subscription_id=rented.id, asset_id="ast_cargo", station_id=STATION.id)
            )


class TestCoupons:
    def test_a_coupon_is_frozen_as_it_was_offered(self) -> None:
        shop = Shop()
        coupons = MemoryCoupons(shop.store)
        draft = Coupon(id="spring", name="Spring", percent=Decimal(10))
        shop.store.run(lambda work: publish_coupon(draft, work=work, coupons=coupons), NOW)
        rented = shop.rented()

        def apply(coupon_id: str) -> Subscription:
            return shop.store.run(
                lambda work: apply_coupon(
                    CouponUse(subscription_id=rented.id, coupon_id=coupon_id),
                    work=work,
                    subscriptions=shop.subscriptions,
                    plans=shop.plans,
                    coupons=coupons,
                ),
                NEXT_DAY,
            )

        for _ in range(2):
            (applied,) = apply("spring").coupons
            assert (applied.coupon.percent, applied.starts_on) == (Decimal(10), OCTOBER)
        with pytest.raises(UnknownCoupon):
            apply("autumn")
        for _ in range(2):
            left = shop.store.run(
                lambda work: remove_coupon(
                    CouponEnd(subscription_id=rented.id, coupon_id="spring"),
                    work=work,
                    subscriptions=shop.subscriptions,
                ),
                NEXT_DAY,
            )
            assert left.coupons == ()


class TestOrderAndImport:
    def test_an_order_may_lie_a_year_ahead_and_not_behind(self) -> None:
        ahead = Shop().pending(starts_on=OCTOBER, early_start_requested=True)
        assert (ahead.wanted_start, ahead.early_start_requested) == (OCTOBER, True)
        for day in (date(2026, 8, 31), date(2027, 9, 3)):
            with pytest.raises(NotPossibleThen) as refusal:
                Shop().pending(starts_on=day)
            assert refusal.value.field == "starts_on"

    def test_the_same_contract_is_imported_once(self) -> None:
        shop = Shop()
        shop.publish(CITY_FLAT)
        contract = RunningContract(
            external_id="C-1",
            customer_id=shop.sign_up().id,
            plan_id="city-flat",
            plan_version=1,
            currency="EUR",
            starts_on=date(2025, 9, 15),
            billed_through=date(2026, 9, 15),
        )
        for _ in range(2):
            taken_over = shop.store.run(
                lambda work: import_subscription(contract, work=work, desk=shop.import_desk),
                NOW,
            )
            assert taken_over.due_on == date(2026, 9, 15)
        assert len(list(shop.store.all(Subscription))) == 1

    def test_an_import_hands_the_asset_over(self) -> None:
        shop = Shop()
        shop.publish(CITY_FLAT)
        asset = shop.register_asset()
        contract = RunningContract(
            external_id="C-1",
            customer_id=shop.sign_up().id,
            plan_id="city-flat",
            plan_version=1,
            currency="EUR",
            starts_on=date(2025, 9, 15),
            billed_through=date(2026, 9, 15),
            asset_id=asset.id,
        )
        taken_over = shop.store.run(
            lambda work: import_subscription(contract, work=work, desk=shop.import_desk), NOW
        )
        assert taken_over.asset_id == asset.id
        handed_over = shop.assets.get(asset.id)
        assert handed_over.holder is not None
        assert handed_over.holder.subscription_id == taken_over.id
        second = replace(contract, external_id="C-2")
        with pytest.raises(IllegalTransition):
            shop.store.run(
                lambda work: import_subscription(second, work=work, desk=shop.import_desk), NOW
            )
