"""Histories of single customers, with figures reckoned by hand in the test: each was wrong once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest

from tests.engine_world import YEARLY, EngineWorld, flat_plan, price
from umlauf.billing.model import LineKind, PriceBasis
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.model import (
    Delivery,
    Deposit,
    MeteredItem,
    OneOffFee,
    Plan,
    Supply,
    TaxCategory,
)
from umlauf.catalog.policies import ChangePolicy, Commitment, CreditPolicy, Phase
from umlauf.catalog.price_models.graduated import Graduated
from umlauf.catalog.price_models.per_unit import PerUnit
from umlauf.catalog.price_models.rating import Price
from umlauf.catalog.price_models.tiers import Tier
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import (
    AddAddOn,
    BeginPause,
    ChangePlan,
    ChangeQuantity,
    Resume,
)
from umlauf.subscriptions.applying import with_coupon
from umlauf.subscriptions.lifecycle import reactivated
from umlauf.subscriptions.model import ReasonNotDue, Status
from umlauf.subscriptions.withdrawing import withdrawn

NEW_YEAR: Final = date(2026, 1, 1)
FEBRUARY: Final = date(2026, 2, 1)
METER: Final = "minutes"
TWENTY_ONCE: Final = Coupon(
    id="twenty", name="Twenty", amounts=(Money(2_000, "EUR"),), is_once_amount=True
)


def _metered(minute_price: Price) -> Plan:
    minutes = MeteredItem(
        id="use",
        name="Minutes",
        prices=(minute_price,),
        meter=METER,
        unit="minute",
        meter_units_per_unit=1,
    )
    return replace(flat_plan("metered", 0), items=(minutes,))


def _give(world: EngineWorld, coupon: Coupon, starts_on: date | None = None) -> None:
    world.subscription = with_coupon(
        world.subscription, coupon, starts_on, plan_of=world.plan_of, now=world.now
    )


def _give_away(world: EngineWorld, minor: int) -> None:
    """A credit by hand over what is charged for time: the time stays paid."""
    world.bill()
    amount = Money(minor, "EUR")
    world.billed = tuple(
        one.give_back(amount) if one.kind is LineKind.BASE_FEE else one for one in world.billed
    )


def _pause_and_resume(world: EngineWorld, from_day: date, until: date) -> None:
    """Paused until further notice, and resumed before the month is over."""
    world.run_until(from_day)
    world.change(BeginPause())
    world.bill()
    world.run_until(until)
    world.change(Resume())
    world.bill()


def _giving_back(plan_id: str, minor: int, policy: CreditPolicy) -> Plan:
    """A plan that gives back so when it is left for another."""
    return replace(flat_plan(plan_id, minor), changes=ChangePolicy(credit=policy))


def _switch(world: EngineWorld, plan_id: str, day: date) -> None:
    world.run_until(day)
    world.change(ChangePlan(plan_id=plan_id, plan_version=1))


class TestCouponsGivenOnce:
    def test_a_cap_holds_beside_a_coupon(self) -> None:
        """1,000 minutes at 0.10 are 100.00, capped at 30.00; 20.00 off leaves 10.00."""
        capped = Price("EUR", PerUnit(Decimal(10)), maximum_minor=Decimal(3_000))
        world = EngineWorld.open([_metered(capped)], NEW_YEAR)
        world.use(METER, date(2026, 1, 5), 1_000)
        _give(world, TWENTY_ONCE, NEW_YEAR)
        world.run_until(FEBRUARY)
        assert world.total == Money(1_000, "EUR")

    def test_a_coupon_turns_no_credit_into_a_larger_one(self) -> None:
        """Capped at 5.00, of which the coupon takes all; undone, nothing was paid to give back."""
        capped = Price("EUR", PerUnit(Decimal(10)), maximum_minor=Decimal(500))
        world = EngineWorld.open([_metered(capped)], NEW_YEAR)
        world.use(METER, date(2026, 1, 5), 1_000)
        _give(world, TWENTY_ONCE, NEW_YEAR)
        world.run_until(FEBRUARY)
        assert world.total == Money(0, "EUR")
        world.void()
        world.bill()
        assert world.total == Money(0, "EUR")

    def test_what_a_coupon_took_off_a_minimum_is_not_charged_at_the_next_look(self) -> None:
        """10.00 + 40.00 to the minimum + 10.00 ahead - 20.00 off, then an add-on over 5.00."""
        bound = replace(flat_plan("bound", 1_000), commitments=(Commitment("EUR", 5_000),))
        world = EngineWorld.open([bound], NEW_YEAR)
        world.run_until(date(2026, 1, 10))
        _give(world, TWENTY_ONCE, FEBRUARY)
        world.run_until(FEBRUARY)
        assert world.total == Money(1_000 + 4_000 + 1_000 - 2_000, "EUR")
        world.change(AddAddOn("extra"))
        world.bill()
        assert world.total == Money(1_000 + 4_000 + 1_000 - 2_000 + 500, "EUR")


class TestCouponsForEachPeriod:
    def test_an_amount_is_given_once_a_period_however_it_is_cut(self) -> None:
        """100.00 and a box for 100.00, less 10.00; from the 16th on 16 of 31 days at 5.00 more."""
        plan = flat_plan("boxed", 10_000)
        box = Delivery(id="box", name="Box", prices=price(10_000))
        world = EngineWorld.open([replace(plan, items=(*plan.items, box))], NEW_YEAR)
        _give(world, Coupon(id="ten", name="Ten", amounts=(Money(1_000, "EUR"),)), NEW_YEAR)
        world.run_until(date(2026, 1, 16))
        world.change(AddAddOn("extra"))
        world.bill()
        assert world.total == Money(10_000 + 10_000 + 258 - 1_000, "EUR")


class TestCreditByHand:
    def test_what_was_given_back_of_a_minimum_stays_given_back(self) -> None:
        """10.00 of the 40.00 to the minimum are given back; then the period is looked at again."""
        bound = replace(flat_plan("bound", 1_000), commitments=(Commitment("EUR", 5_000),))
        world = EngineWorld.open([bound], NEW_YEAR)
        world.run_until(FEBRUARY)
        goodwill = Money(1_000, "EUR")
        world.billed = tuple(
            one.give_back(goodwill) if one.item.startswith("commitment") else one
            for one in world.billed
        )
        world.change(AddAddOn("extra"))
        assert [(line.item, line.amount.amount_minor) for line in world.bill()] == [("extra", 500)]

    @pytest.mark.parametrize(
        ("given", "charged"),
        [
            pytest.param(3_100, 0, id="all of January"),
            pytest.param(1_500, 600, id="half of it: 21.00 for 21 days used, less 15.00"),
            pytest.param(0, 2_100, id="nothing"),
        ],
    )
    def test_what_was_given_away_stays_given_when_a_pause_ends_early(
        self, given: int, charged: int
    ) -> None:
        """31.00 for January, some of it given away on the 5th; paused from the 11th to the 21st."""
        world = EngineWorld.open([flat_plan("one", 3_100)], NEW_YEAR)
        world.run_until(date(2026, 1, 5))
        _give_away(world, given)
        _pause_and_resume(world, date(2026, 1, 11), date(2026, 1, 21))
        assert world.total - Money(given, "EUR") == Money(charged, "EUR")

    def test_what_was_given_away_is_given_once_however_often_it_is_paused(self) -> None:
        """31.00 for January less 15.00; paused for four days and for two more: 25.00 - 15.00."""
        world = EngineWorld.open([flat_plan("one", 3_100)], NEW_YEAR)
        _give_away(world, 1_500)
        _pause_and_resume(world, date(2026, 1, 11), date(2026, 1, 15))
        _pause_and_resume(world, date(2026, 1, 21), date(2026, 1, 23))
        assert world.total - Money(1_500, "EUR") == Money(1_000, "EUR")

    def test_what_was_given_away_stays_given_when_the_bill_that_shows_it_is_cancelled(
        self,
    ) -> None:
        """15.00 given away; 16.00 are charged again less 5.00, and so they are once more."""
        world = EngineWorld.open([flat_plan("one", 3_100)], NEW_YEAR)
        _give_away(world, 1_500)
        _pause_and_resume(world, date(2026, 1, 11), date(2026, 1, 16))
        assert world.lines[-1].amount == Money(1_100, "EUR")
        assert world.cancel_latest()
        (again,) = world.bill()
        assert (again.amount, again.discounts[0].amount) == (Money(1_100, "EUR"), Money(500, "EUR"))

    def test_another_price_is_charged_in_full_where_the_old_one_was_given_away(self) -> None:
        """All 31.00 are given away, so nothing is left to give back; 21 days at 62.00 are 42.00."""
        world = EngineWorld.open([flat_plan("one", 3_100), flat_plan("two", 6_200)], NEW_YEAR)
        world.run_until(date(2026, 1, 5))
        _give_away(world, 3_100)
        _switch(world, "two", date(2026, 1, 11))
        (line,) = world.bill()
        assert (line.amount, line.discounts) == (Money(4_200, "EUR"), ())


class TestPricesWithAndWithoutTax:
    def test_each_side_of_a_change_is_taxed_as_it_is_priced(self) -> None:
        """100.00 net are 119.00. From the 11th on 21 of 31 days: 67.74 net back, 80.61 gross."""
        plans = [
            flat_plan("net", 10_000),
            replace(flat_plan("gross", 11_900), prices_include_tax=True),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "gross", date(2026, 1, 11))
        world.bill()
        _, documents = world.bills[-1][1:]
        assert [(one.draft.net, one.gross) for one in documents] == [
            (Money(-6_774, "EUR"), Money(-8_061, "EUR")),
            (Money(6_774, "EUR"), Money(8_061, "EUR")),
        ]

    def test_the_same_figure_with_tax_is_another_price(self) -> None:
        """100.00 net become 100.00 gross on the day they begin: 19.00 less in all."""
        plans = [
            flat_plan("net", 10_000),
            replace(flat_plan("gross", 10_000), prices_include_tax=True),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "gross", NEW_YEAR)
        world.bill()
        grosses = [one.gross.amount_minor for _, _, documents in world.bills for one in documents]
        assert grosses == [11_900, -11_900, 10_000]


class TestWhoTookItSays:
    @pytest.mark.parametrize("policy", CreditPolicy)
    def test_a_coupon_is_no_change_of_plan(self, policy: CreditPolicy) -> None:
        """31.00 for January; half of it off for the 21 days from the 11th on."""
        world = EngineWorld.open([_giving_back("one", 3_100, policy)], NEW_YEAR)
        world.run_until(date(2026, 1, 11))
        _give(world, Coupon(id="half", name="Half", percent=Decimal(50)), world.today)
        world.bill()
        assert world.total == Money(1_000 + 1_050, "EUR")

    @pytest.mark.parametrize("is_billed_between", [True, False])
    def test_what_a_change_took_stays_taken_by_the_next(self, *, is_billed_between: bool) -> None:
        """The first plan gives nothing back; the second, left after ten days, the rest of 42.00."""
        plans = [
            _giving_back("none", 3_100, CreditPolicy.NONE),
            flat_plan("two", 6_200),
            flat_plan("three", 9_300),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "two", date(2026, 1, 11))
        if is_billed_between:
            world.bill()
        _switch(world, "three", date(2026, 1, 21))
        world.bill()
        assert world.total == Money(3_100 + 4_200 - 2_200 + 3_300, "EUR")

    def test_an_end_gives_nothing_back_that_a_change_took_before(self) -> None:
        plans = [_giving_back("none", 3_100, CreditPolicy.NONE), flat_plan("two", 6_200)]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "two", date(2026, 1, 11))
        world.run_until(date(2026, 1, 21))
        world.end(world.today)
        world.bill()
        assert world.total == Money(3_100 + 4_200 - 2_200, "EUR")

    def test_what_another_grid_took_stays_taken_in_later_periods(self) -> None:
        """A year for 365.00 left in March for monthly plans: none of it comes back in May."""
        year = replace(_giving_back("year", 36_500, CreditPolicy.NONE), interval=YEARLY)
        plans = [year, flat_plan("two", 3_000), flat_plan("three", 3_000)]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "two", date(2026, 3, 1))
        _switch(world, "three", date(2026, 5, 1))
        world.run_until(date(2026, 8, 31))
        assert world.total == Money(36_500 + 6 * 3_000, "EUR")

    def test_a_withdrawal_gives_back_deposit_and_set_up_whatever_a_change_would(self) -> None:
        """Served for ten of 31 days; the plan gives nothing back when it is left for another."""
        plan = _giving_back("one", 3_100, CreditPolicy.NONE)
        once = (
            OneOffFee(id="setup", name="Set-up", prices=price(1_500)),
            Deposit(id="deposit", name="Deposit", prices=price(10_000)),
        )
        world = EngineWorld.open([replace(plan, items=(*plan.items, *once))], NEW_YEAR)
        world.subscription = replace(world.subscription, early_start_requested=True)
        world.run_until(date(2026, 1, 11))
        world.subscription = withdrawn(world.subscription, plan, world.now, country="DE")
        world.bill()
        assert world.total == Money(1_000, "EUR")


class TestPauses:
    def test_a_price_minimum_binds_for_the_days_that_are_not_paused(self) -> None:
        """At least 31.00 a month, paused for all but ten of 31 days, and nothing used."""
        least = Price("EUR", PerUnit(Decimal(10)), minimum_minor=Decimal(3_100))
        world = EngineWorld.open([_metered(least)], NEW_YEAR)
        world.change(BeginPause(FEBRUARY), date(2026, 1, 11))
        world.run_until(FEBRUARY)
        assert world.total == Money(1_000, "EUR")

    def test_a_maximum_holds_in_a_month_that_is_paused_all_through(self) -> None:
        """1,000 minutes at 0.10 in a paused January: neither for nothing, nor above 30.00."""
        plan = _metered(Price("EUR", PerUnit(Decimal(10))))
        bound = replace(plan, commitments=(Commitment("EUR", 2_000, 3_000),))
        world = EngineWorld.open([bound], NEW_YEAR)
        world.change(BeginPause(FEBRUARY))
        world.use(METER, date(2026, 1, 5), 1_000)
        world.run_until(FEBRUARY)
        assert world.total == Money(3_000, "EUR")

    def test_a_maximum_shrinks_with_the_time_under_contract_alone(self) -> None:
        """At most 31.00 a month; ended after 21 days, ten of which were paused: 21.00."""
        plan = _metered(Price("EUR", PerUnit(Decimal(10))))
        bound = replace(plan, commitments=(Commitment("EUR", None, 3_100),))
        world = EngineWorld.open([bound], NEW_YEAR)
        world.change(BeginPause(date(2026, 1, 11)))
        world.use(METER, date(2026, 1, 15), 1_000)
        world.end(date(2026, 1, 22))
        world.run_until(FEBRUARY)
        assert world.total == Money(2_100, "EUR")


class TestCommitments:
    def test_a_change_does_not_carry_a_bill_beyond_the_maximum(self) -> None:
        """30.00 a bike: one, two from the 11th, four from the 15th, at most 40.00 in all.

        By the days alone it is 9.68 + 7.74 + 65.81 = 83.23; the bills so far come to 83.24.
        """
        bound = replace(flat_plan("bound", 3_000), commitments=(Commitment("EUR", None, 4_000),))
        world = EngineWorld.open([bound], NEW_YEAR)
        for day, quantity in ((11, 2), (15, 4)):
            world.run_until(date(2026, 1, day))
            world.change(ChangeQuantity(quantity))
            world.bill()
        world.end(FEBRUARY)
        world.run_until(FEBRUARY)
        assert world.total == Money(4_000, "EUR")

    def test_what_a_change_took_without_credit_counts_towards_the_minimum(self) -> None:
        """31.00 paid and not given back, then 42.00 for 21 days: the 60.00 committed to are met."""
        plans = [
            replace(
                _giving_back("none", 3_100, CreditPolicy.NONE),
                commitments=(Commitment("EUR", 6_000),),
            ),
            flat_plan("two", 6_200),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "two", date(2026, 1, 11))
        world.end(FEBRUARY)
        world.run_until(FEBRUARY)
        assert world.total == Money(3_100 + 4_200, "EUR")

    def test_prices_with_and_without_tax_are_bound_apart_each_for_its_time(self) -> None:
        """62.00 net a month for ten days, then 93.00 gross for 21: 20.00 net, and 63.00 gross.

        Each commits to 124.00 a month: 40.00 net for ten days, 84.00 gross for 21.
        """
        both = (Commitment("EUR", 12_400),)
        plans = [
            replace(flat_plan("net", 6_200), commitments=both),
            replace(flat_plan("gross", 9_300), commitments=both, prices_include_tax=True),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "gross", date(2026, 1, 11))
        world.end(FEBRUARY)
        world.run_until(FEBRUARY)
        limits = {
            line.price_basis: line.amount.amount_minor
            for line in world.lines
            if line.kind is LineKind.TRUE_UP
        }
        assert limits == {PriceBasis.NET: 2_000, PriceBasis.GROSS: 2_100}
        assert len({charge.id for charge in world.billed}) == len(world.billed)


class TestTaxOfWhatIsKept:
    """Germany took 16 instead of 19 percent from July until the end of 2020."""

    def test_a_prepaid_year_bears_the_rate_of_its_end(self) -> None:
        world = EngineWorld.open([flat_plan("year", 36_600, YEARLY)], date(2020, 1, 1))
        world.bill()
        assert [(one.period.end, one.treatment.rate) for one in world.billed] == [
            (date(2021, 1, 1), Decimal(16))
        ]

    def test_ended_before_the_cut_its_first_half_bears_the_higher_rate(self) -> None:
        """182 of 366 days at 1.00 are kept: all 366.00 come back at 16, 182.00 are owed at 19."""
        world = EngineWorld.open([flat_plan("year", 36_600, YEARLY)], date(2020, 1, 1))
        world.run_until(date(2020, 3, 1))
        world.end(date(2020, 7, 1))
        world.run_until(date(2020, 7, 1))
        ((_, _, (note,)), *_) = [one for one in world.bills[1:] if one[2]]
        assert {one.treatment.rate: one.net for one in note.draft.taxes} == {
            Decimal(16): Money(-36_600, "EUR"),
            Decimal(19): Money(18_200, "EUR"),
        }
        assert world.total == Money(18_200, "EUR")

    def test_ended_after_it_nothing_changes_for_what_is_kept(self) -> None:
        world = EngineWorld.open([flat_plan("year", 36_600, YEARLY)], date(2020, 1, 1))
        world.run_until(date(2020, 3, 1))
        world.end(date(2020, 8, 1))
        world.run_until(date(2020, 8, 1))
        assert [line.amount.amount_minor for line in world.lines] == [36_600, -15_300]

    def test_what_was_given_away_of_it_stays_given(self) -> None:
        """182.00 kept, of which 100.00 had been given away by hand."""
        world = EngineWorld.open([flat_plan("year", 36_600, YEARLY)], date(2020, 1, 1))
        _give_away(world, 10_000)
        world.run_until(date(2020, 3, 1))
        world.end(date(2020, 7, 1))
        world.run_until(date(2020, 7, 1))
        assert world.total - Money(10_000, "EUR") == Money(8_200, "EUR")

    def test_what_an_end_keeps_without_credit_is_left_as_it_is(self) -> None:
        plan = flat_plan("year", 36_600, YEARLY)
        terms = replace(plan.terms, credit_on_end=CreditPolicy.NONE)
        world = EngineWorld.open([replace(plan, terms=terms)], date(2020, 1, 1))
        world.run_until(date(2020, 3, 1))
        world.subscription = replace(world.subscription, end_credit=CreditPolicy.NONE)
        world.end(date(2020, 7, 1))
        world.subscription = replace(world.subscription, end_credit=CreditPolicy.NONE)
        world.run_until(date(2020, 7, 1))
        assert [line.amount.amount_minor for line in world.lines] == [36_600]

    def test_who_has_moved_by_then_is_taxed_where_they_live_when_it_ends(self) -> None:
        """A vehicle by the year, ended in the month after a move to the Netherlands."""
        plan = flat_plan("year", 36_500, YEARLY)
        (fee,) = plan.items
        bike = replace(plan, items=(replace(fee, supply=Supply.TRANSPORT_HIRE),))
        world = EngineWorld.open([bike], NEW_YEAR)
        world.run_until(date(2026, 3, 1))
        world.move("NL")
        world.run_until(date(2026, 4, 1))
        world.end(world.today)
        world.bill()
        (document,) = world.bills[-1][2]
        assert {one.treatment.country: one.net for one in document.draft.taxes} == {
            "DE": Money(-36_500, "EUR"),
            "NL": Money(9_000, "EUR"),
        }


class TestTrials:
    def test_a_year_chosen_in_a_trial_is_billed_when_the_trial_is_over(self) -> None:
        """Fourteen days free from New Year on; on the fifth a year for 365.00 is chosen."""
        trial = Phase("trial", Interval(IntervalUnit.DAY, 14), is_free=True), Phase("paid")
        plans = [
            replace(flat_plan("month", 3_000), phases=trial),
            replace(flat_plan("year", 36_500, YEARLY), phases=trial),
        ]
        world = EngineWorld.open(plans, NEW_YEAR)
        _switch(world, "year", date(2026, 1, 5))
        world.run_until(date(2026, 1, 14))
        assert world.lines == []
        world.run_until(date(2027, 1, 14))
        (line,) = world.lines
        assert (line.period.start, line.period.end) == (date(2026, 1, 15), date(2027, 1, 15))
        assert line.amount == Money(36_500, "EUR")


def test_a_scheduled_change_that_is_so_already_when_its_day_comes_stops_nothing() -> None:
    """Two bikes from 16 January on are asked for; then they are taken at once."""
    world = EngineWorld.open([flat_plan("one", 3_100)], NEW_YEAR)
    world.run_until(date(2026, 1, 5))
    world.request(ChangeQuantity(2), date(2026, 1, 16))
    world.change(ChangeQuantity(2))
    world.run_until(FEBRUARY)
    assert world.total == Money(400 + 2 * 2_700 + 2 * 3_100, "EUR")


def test_a_coupon_in_mid_period_opens_no_second_free_tier() -> None:
    """300 minutes are free, the rest 0.10: 600 are 30.00, the coupon counts from February on."""
    tiers = Graduated((Tier(Decimal(300), Decimal(0)), Tier(None, Decimal(10))))
    world = EngineWorld.open([_metered(Price("EUR", tiers))], NEW_YEAR)
    world.use(METER, date(2026, 1, 5), 300)
    world.use(METER, date(2026, 1, 20), 300)
    world.use(METER, date(2026, 2, 5), 600)
    world.run_until(date(2026, 1, 16))
    _give(world, Coupon(id="ten", name="Ten", percent=Decimal(10)), date(2026, 1, 16))
    world.run_until(FEBRUARY)
    assert world.total == Money(3_000, "EUR")
    world.run_until(date(2026, 3, 1))
    assert world.total == Money(3_000 + 2_700, "EUR")


def test_use_told_after_the_last_bill_is_charged_a_week_after_the_end() -> None:
    """0.10 a minute: 50 minutes by the end, 20 more told the day after."""
    world = EngineWorld.open([_metered(Price("EUR", PerUnit(Decimal(10))))], NEW_YEAR)
    world.use(METER, date(2026, 1, 5), 50)
    world.end(date(2026, 1, 11))
    world.run_until(date(2026, 1, 11))
    assert (world.total, world.subscription.status) == (Money(500, "EUR"), Status.ENDED)
    world.use(METER, date(2026, 1, 10), 20)
    world.run_until(date(2026, 1, 17))
    assert world.total == Money(500, "EUR")
    world.run_until(FEBRUARY)
    assert world.total == Money(700, "EUR")
    ended = world.subscription
    assert (ended.next_due_at, ended.reason_not_due) == (None, ReasonNotDue.ENDED)


def test_one_that_is_taken_up_again_before_its_last_look_still_bills_what_was_told_late() -> None:
    """0.10 a minute: 50 by the end on the 11th, 20 more told late, taken up again on the 14th."""
    plan = _metered(Price("EUR", PerUnit(Decimal(10))))
    world = EngineWorld.open([plan], NEW_YEAR)
    world.use(METER, date(2026, 1, 5), 50)
    world.end(date(2026, 1, 11))
    world.run_until(date(2026, 1, 14))
    world.use(METER, date(2026, 1, 10), 20)
    world.subscription = reactivated(world.subscription, plan, world.now)
    assert world.subscription.closing_on is None
    world.run_until(date(2026, 2, 14))
    assert world.total == Money(700, "EUR")


@pytest.mark.parametrize(
    "limit", [{"minimum_minor": Decimal(800)}, {"maximum_minor": Decimal(300)}]
)
def test_a_limit_is_taxed_anew_with_the_use_that_it_limits(limit: dict[str, Any]) -> None:
    """50 minutes at 0.10, but at least 8.00, or at most 3.00: at 7 %, it turns out, not 19 %."""
    minutes = _metered(Price("EUR", PerUnit(Decimal(10)), **limit))
    (item,) = minutes.items
    reduced = replace(item, tax_category=TaxCategory.REDUCED)
    right = replace(minutes, plan_id="right", items=(reduced,))
    world = EngineWorld.open([minutes, right], NEW_YEAR)
    world.use(METER, date(2026, 1, 5), 50)
    world.run_until(FEBRUARY)
    world.change(ChangePlan(plan_id="right", plan_version=1), NEW_YEAR)
    world.bill()
    (net,) = limit.values()
    documents = [one for _, _, documents in world.bills for one in documents]
    assert sum(one.gross.amount_minor for one in documents) == net + net * 7 // 100
    assert len({one.id for one in world.billed}) == len(world.billed)


@pytest.mark.parametrize(
    ("other", "gross"),
    [
        pytest.param({"meter_units_per_unit": 60}, 8 + 2, id="by the hour"),
        pytest.param({"tax_category": TaxCategory.REDUCED}, 500 + 35, id="a lower rate"),
    ],
)
def test_use_is_billed_anew_when_only_its_unit_or_its_tax_was_wrong(
    other: dict[str, Any], gross: int
) -> None:
    """50 minutes at 0.10 were billed in January; in February it turns out what they were."""
    minutes = _metered(Price("EUR", PerUnit(Decimal(10))))
    (item,) = minutes.items
    right = replace(minutes, plan_id="right", items=(replace(item, **other),))
    world = EngineWorld.open([minutes, right], NEW_YEAR)
    world.use(METER, date(2026, 1, 5), 50)
    world.run_until(date(2026, 2, 5))
    world.change(ChangePlan(plan_id="right", plan_version=1), NEW_YEAR)
    world.bill()
    documents = [one for _, _, documents in world.bills for one in documents]
    assert sum(one.gross.amount_minor for one in documents) == gross
