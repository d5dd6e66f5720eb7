"""What a bill looks at: back to the first day not billed as it should be, and no further."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.engine_world import MONTHLY, EngineWorld, flat_plan, price
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import BaseFee, MeteredItem, Plan
from umlauf.catalog.policies import BillingTiming, Commitment, CreditPolicy, ProrationBasis
from umlauf.catalog.price_models.flat import Flat
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price, PriceModel
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import (
    AppliedCoupon,
    BeginPause,
    ChangePlan,
    ChangeQuantity,
    Resume,
)

NEW_YEAR = date(2026, 1, 1)
QUARTERLY = Interval(IntervalUnit.MONTH, 3)


def _metered(plan_id: str, model: PriceModel, interval: Interval = MONTHLY) -> Plan:
    return _metered_at(plan_id, Price("EUR", model), interval)


def _metered_at(plan_id: str, minute_price: Price, interval: Interval = MONTHLY) -> Plan:
    minutes = MeteredItem(
        id="use",
        name="Minutes",
        prices=(minute_price,),
        meter="minutes",
        unit="minute",
        meter_units_per_unit=1,
    )
    return replace(flat_plan(plan_id, 1000, interval), items=(minutes,), add_ons=())


def _in_arrears(plan_id: str, minor: int) -> Plan:
    fee = BaseFee(id="base", name="Base fee", prices=price(minor), timing=BillingTiming.ARREARS)
    return replace(flat_plan(plan_id, minor), items=(fee,), add_ons=())


def _switch(plan_id: str) -> ChangePlan:
    return ChangePlan(plan_id=plan_id, plan_version=1)


def _lines(world: EngineWorld) -> list[tuple[str, date, int]]:
    return [(line.item, line.period.start, line.amount.amount_minor) for line in world.lines]


class TestRepairs:
    def test_a_change_three_months_back_is_put_right_in_every_month_since(self) -> None:
        world = EngineWorld.open([flat_plan("one", 10_000)], NEW_YEAR)
        world.run_until(date(2026, 3, 10))
        world.change(ChangeQuantity(2), date(2026, 1, 1))
        world.run_until(date(2026, 4, 1))
        assert world.standing() == {
            ("base", date(2026, 1, 1), date(2026, 2, 1)): 20_000,
            ("base", date(2026, 2, 1), date(2026, 3, 1)): 20_000,
            ("base", date(2026, 3, 1), date(2026, 4, 1)): 20_000,
            ("base", date(2026, 4, 1), date(2026, 5, 1)): 20_000,
        }

    def test_an_end_before_the_last_periods_gives_all_of_them_back(self) -> None:
        world = EngineWorld.open([flat_plan("one", 10_000)], NEW_YEAR)
        world.run_until(date(2026, 3, 10))
        world.end(date(2026, 2, 1))
        world.bill()
        assert world.standing() == {("base", date(2026, 1, 1), date(2026, 2, 1)): 10_000}

    def test_a_fee_paid_ahead_stays_paid_when_it_turns_into_one_in_arrears(self) -> None:
        world = EngineWorld.open(
            [flat_plan("ahead", 3_100), _in_arrears("behind", 6_200)], NEW_YEAR
        )
        world.run_until(date(2026, 1, 11))
        world.change(_switch("behind"))
        world.run_until(date(2026, 2, 1))
        assert _lines(world) == [
            ("base", date(2026, 1, 1), 3_100),
            ("base", date(2026, 1, 11), -2_100),
            ("base", date(2026, 1, 11), 4_200),
        ]

    def test_a_fee_in_arrears_that_turns_into_one_ahead_is_charged_once_for_each_day(self) -> None:
        world = EngineWorld.open(
            [_in_arrears("behind", 6_200), flat_plan("ahead", 3_100)], NEW_YEAR
        )
        world.run_until(date(2026, 1, 11))
        world.change(_switch("ahead"))
        world.run_until(date(2026, 2, 1))
        assert sorted(_lines(world)) == [
            ("base", date(2026, 1, 1), 2_000),
            ("base", date(2026, 1, 11), 2_100),
            ("base", date(2026, 2, 1), 3_100),
        ]

    def test_what_was_billed_elsewhere_is_never_looked_at(self) -> None:
        world = EngineWorld.open([_in_arrears("behind", 6_200)], NEW_YEAR)
        taken_over = date(2026, 3, 1)
        world.subscription = replace(
            world.subscription, billed_through=taken_over, imported_through=taken_over
        )
        world.go_to(taken_over)
        world.run_until(date(2026, 4, 1))
        assert _lines(world) == [("base", date(2026, 3, 1), 6_200)]


class TestUsage:
    def test_a_grid_that_changes_in_the_past_bills_no_use_twice(self) -> None:
        plans = [
            _metered("monthly", PerUnit(Decimal(10))),
            _metered("quarterly", PerUnit(Decimal(10)), QUARTERLY),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        for month in (1, 2, 3):
            world.use("minutes", date(2026, month, 20), 100)
        world.run_until(date(2026, 4, 5))
        world.change(_switch("quarterly"), date(2026, 1, 11))
        world.run_until(date(2026, 4, 11))
        assert world.total.amount_minor == 3_000

    def test_a_storno_takes_back_use_and_what_a_month_without_use_cost(self) -> None:
        world = EngineWorld.open([_metered("flat", Flat(Decimal(700)))], NEW_YEAR)
        world.use("minutes", date(2026, 1, 20), 5)
        world.run_until(date(2026, 3, 5))
        assert world.total.amount_minor == 1_400
        world.void()
        world.bill()
        assert world.total.amount_minor == 0

    @pytest.mark.parametrize("minutes", [10, 900])
    def test_a_storno_takes_back_minimum_and_maximum(self, minutes: int) -> None:
        bound = Price(
            "EUR",
            PerUnit(Decimal(10)),
            minimum_minor=Decimal(500),
            maximum_minor=Decimal(5_000),
        )
        world = EngineWorld.open([_metered_at("bound", bound)], NEW_YEAR)
        world.use("minutes", date(2026, 1, 20), minutes)
        world.run_until(date(2026, 2, 5))
        assert world.total.amount_minor in {500, 5_000}
        world.void()
        world.bill()
        assert world.total.amount_minor == 0

    def test_a_minimum_is_reckoned_anew_when_a_change_in_the_past_cuts_the_period(self) -> None:
        plans = [
            _metered_at(
                plan_id, Price("EUR", PerUnit(Decimal(cents)), minimum_minor=Decimal(3_100))
            )
            for plan_id, cents in (("one", 10), ("two", 20))
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        world.run_until(date(2026, 2, 5))
        world.change(_switch("two"), date(2026, 1, 11))
        world.bill()
        assert world.total.amount_minor == 3_100

    def test_a_commitment_holds_in_a_period_that_is_measured_in_two_ways(self) -> None:
        bound = replace(flat_plan("bound", 0), commitments=(Commitment("EUR", 3_100),))
        thirty = replace(flat_plan("thirty", 0), proration=ProrationBasis.THIRTY_DAYS)
        world = EngineWorld.open([bound, thirty], date(2026, 2, 1))
        world.run_until(date(2026, 2, 11))
        world.change(_switch("thirty"))
        world.run_until(date(2026, 3, 1))
        assert world.total.amount_minor == 3_100

    def test_a_grid_that_changes_in_the_past_keeps_the_cap_of_what_was_before(self) -> None:
        capped = replace(flat_plan("capped", 3_100), commitments=(Commitment("EUR", 0, 1_000),))
        world = EngineWorld.open([capped, flat_plan("quarterly", 9_000, QUARTERLY)], NEW_YEAR)
        world.run_until(date(2026, 3, 5))
        world.change(_switch("quarterly"), date(2026, 2, 28))
        world.run_until(date(2026, 5, 28))
        assert world.total.amount_minor == 1_000 + round(1_000 * 27 / 28) + 2 * 9_000

    def test_an_amount_given_once_leaves_a_cap_alone(self) -> None:
        most = Price("EUR", PerUnit(Decimal(10)), maximum_minor=Decimal(1_000))
        gift = Coupon(id="gift", name="Gift", amounts=(Money(300, "EUR"),), is_once_amount=True)
        world = EngineWorld.open(
            [_metered_at("capped", most)], NEW_YEAR, coupons=(AppliedCoupon(gift, NEW_YEAR),)
        )
        world.use("minutes", date(2026, 1, 20), 500)
        world.run_until(date(2026, 2, 1))
        assert world.total.amount_minor == 1_000 - 300

    def test_a_commitment_given_up_in_the_past_is_given_back(self) -> None:
        bound = replace(flat_plan("bound", 1_000), commitments=(Commitment("EUR", 3_000),))
        world = EngineWorld.open([bound, flat_plan("free", 1_000)], NEW_YEAR)
        world.run_until(date(2026, 2, 5))
        assert world.total.amount_minor == 1_000 + 2_000 + 1_000
        world.change(_switch("free"), NEW_YEAR)
        world.bill()
        assert world.total.amount_minor == 2_000


class TestCredits:
    @pytest.mark.parametrize(
        ("policy", "back"),
        [(CreditPolicy.NONE, 0), (CreditPolicy.UNUSED, 2_100), (CreditPolicy.FULL, 3_100)],
    )
    def test_an_end_gives_back_what_its_policy_says(self, policy: CreditPolicy, back: int) -> None:
        world = EngineWorld.open([flat_plan("one", 3_100)], NEW_YEAR)
        world.run_until(date(2026, 1, 11))
        world.end(world.today)
        world.subscription = replace(world.subscription, end_credit=policy)
        world.bill()
        assert world.total.amount_minor == 3_100 - back

    def test_pausing_twice_in_an_annual_plan_gives_back_each_pause_once(self) -> None:
        world = EngineWorld.open([flat_plan("year", 36_500, Interval(IntervalUnit.YEAR))], NEW_YEAR)
        for start, end in [
            (date(2026, 2, 1), date(2026, 2, 11)),
            (date(2026, 6, 1), date(2026, 6, 21)),
        ]:
            world.run_until(start)
            world.change(BeginPause(end))
            world.bill()
        assert world.total.amount_minor == 36_500 - 1_000 - 2_000

    def test_a_pause_that_is_resumed_at_once_leaves_nothing(self) -> None:
        world = EngineWorld.open([flat_plan("one", 3_100)], NEW_YEAR)
        world.run_until(date(2026, 1, 11))
        world.change(BeginPause(date(2026, 1, 21)))
        world.change(Resume())
        assert world.bill() == []
