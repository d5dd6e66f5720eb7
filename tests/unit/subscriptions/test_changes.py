"""What a change makes of a subscription, when it begins, and what it refuses."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.offer_fakes import MONTHLY, pending_under
from tests.subscription_samples import (
    ANNUAL,
    BOUND,
    CITY,
    GENEROUS,
    GIFT,
    LITE,
    ON_THE_FIRST,
    ON_THE_LAST,
    ONE_YEAR,
    PREPAID,
    TERMED,
    TWO_YEARS,
    billed,
    noon,
    plan_of,
    running,
)
from umlauf.catalog.errors import NoPriceInCurrency, UnknownAddOn, UnknownPlan, UnknownTerm
from umlauf.catalog.model import Plan
from umlauf.catalog.policies import ChangeTiming, CreditPolicy
from umlauf.kernel.calendar import Interval, IntervalUnit
from umlauf.kernel.errors import InvalidInput, UmlaufError
from umlauf.subscriptions.agreements import (
    AddAddOn,
    BeginPause,
    BindFor,
    Change,
    ChangePlan,
    ChangeQuantity,
    ChooseAmount,
    RemoveAddOn,
    ScheduledChange,
)
from umlauf.subscriptions.changing import (
    MOST_SCHEDULED,
    apply_change,
    begin_scheduled,
    projected,
    request_change,
    without_scheduled,
)
from umlauf.subscriptions.ending import cancelled
from umlauf.subscriptions.errors import (
    AddOnNotTaken,
    AddOnTakenAlready,
    BadQuantity,
    NoChosenAmount,
    NotActive,
    NotPossibleThen,
    ScheduledChangeInTheWay,
    TooEarly,
    TooMany,
    UnknownScheduledChange,
)
from umlauf.subscriptions.model import ReasonNotDue, Subscription
from umlauf.subscriptions.timeline import schedule
from umlauf.subscriptions.timing import begins_on, require_timing

START = date(2026, 9, 1)
MID = date(2026, 9, 16)
TO_PLUS = ChangePlan(plan_id="plus", plan_version=1)
TO_LITE = ChangePlan(plan_id="lite", plan_version=1)
TO_ANNUAL = ChangePlan(plan_id="annual", plan_version=1)


def changed(
    subscription: Subscription, change: Change, on: date = MID, *, asked: date = MID
) -> Subscription:
    return apply_change(subscription, change, on, plan_of=plan_of, now=noon(asked))


def requested(
    subscription: Subscription, change: Change, on: date, *, asked: date = MID, key: str = "c1"
) -> Subscription:
    wanted = ScheduledChange(key, change, on, noon(asked))
    after, _ = request_change(subscription, wanted, plan_of=plan_of, now=noon(asked))
    return after


class TestAgreements:
    def test_a_change_follows_what_was_agreed_before_and_is_billed_at_once(self) -> None:
        subscription = billed(running(), START)
        after = changed(subscription, TO_PLUS)
        assert [(one.plan_id, one.starts_on) for one in after.agreements] == [
            ("city", START),
            ("plus", MID),
        ]
        assert after.current.agreed_on == MID
        assert after.current.anchor == START
        assert (after.repair_from, after.next_due_at) == (MID, noon(MID))
        assert after.billed_through == date(2026, 10, 1)

    def test_the_plan_that_is_left_says_what_is_given_back(self) -> None:
        assert changed(running(GENEROUS), TO_PLUS).current.credit is CreditPolicy.FULL
        assert changed(running(), TO_PLUS).current.credit is CreditPolicy.UNUSED
        left_twice = changed(changed(running(GENEROUS), TO_PLUS), TO_LITE, date(2026, 9, 20))
        assert left_twice.current.credit is CreditPolicy.UNUSED
        on_the_first_day = changed(running(GENEROUS), TO_PLUS, START, asked=START)
        assert on_the_first_day.current.credit is CreditPolicy.FULL

    def test_what_a_change_does_not_name_is_kept(self) -> None:
        subscription = changed(running(add_ons=("theft-cover",)), ChangeQuantity(3, "theft-cover"))
        subscription = changed(subscription, ChangeQuantity(2))
        after = changed(subscription, TO_LITE, MID + timedelta(days=1)).current
        assert (after.quantity, after.add_ons, after.quantity_of("theft-cover")) == (
            2,
            ("theft-cover",),
            3,
        )

    def test_only_a_new_deal_takes_the_prices_of_its_day(self) -> None:
        for change, agreed_on in (
            (ChangeQuantity(2), START),
            (AddAddOn("helmet"), START),
            (TO_PLUS, MID),
        ):
            assert changed(running(), change).current.agreed_on == agreed_on

    def test_what_is_so_already_changes_nothing(self) -> None:
        subscription = running(add_ons=("helmet",))
        for change in (
            ChangePlan(plan_id="city", plan_version=1),
            ChangeQuantity(1),
            AddAddOn("helmet"),
            RemoveAddOn("theft-cover"),
        ):
            assert changed(subscription, change) == subscription

    def test_there_and_back_on_one_day_is_as_if_nothing_had_been(self) -> None:
        subscription = billed(running(), START)
        back = ChangePlan(plan_id="city", plan_version=1)
        for there in (TO_PLUS, TO_ANNUAL, TO_LITE):
            after = changed(changed(subscription, there), back)
            assert after.agreements == subscription.agreements

    def test_a_move_to_a_newer_version_is_a_change_like_any_other(self) -> None:
        after = changed(running(), ChangePlan(plan_id="city", plan_version=2))
        assert (after.plan_id, after.plan_version) == ("city", 2)

    def test_a_chosen_amount_is_frozen_in_the_agreement(self) -> None:
        after = changed(running(GIFT), ChooseAmount("gift", 1_500))
        assert after.current.chosen_minor == {"gift": 1_500}

    def test_what_cost_nothing_falls_due_when_it_costs_something(self) -> None:
        prepaid = running(PREPAID)
        assert prepaid.reason_not_due is ReasonNotDue.SETTLED_FROM_WALLET
        after = changed(prepaid, AddAddOn("theft-cover"))
        assert (after.due_on, after.billed_through, after.next_due_at) == (MID, MID, noon(MID))
        assert changed(prepaid, ChangeQuantity(2)).next_due_at is None


class TestGrids:
    def test_another_interval_starts_a_grid_of_its_own(self) -> None:
        subscription = billed(running(), START)
        after = changed(subscription, TO_ANNUAL)
        assert (after.anchor, after.billed_through, after.repair_from) == (MID, MID, MID)
        periods = [one.period for one in schedule(after, date(2028, 1, 1))]
        assert [(one.start, one.end) for one in periods] == [
            (START, MID),
            (MID, date(2027, 9, 16)),
            (date(2027, 9, 16), date(2028, 9, 16)),
        ]

    def test_a_plan_that_bills_on_a_fixed_day_brings_its_day_along(self) -> None:
        after = changed(running(), ChangePlan(plan_id="on-the-last", plan_version=1))
        assert after.anchor == date(2026, 10, 31)
        ends = [one.period.end for one in schedule(after, date(2026, 11, 1))]
        assert ends == [MID, date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)]

    @pytest.mark.parametrize(
        ("plan", "start", "boundaries"),
        [
            pytest.param(
                ON_THE_LAST,
                date(2028, 1, 15),
                [date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30)],
                id="31 is the last day, over a leap year",
            ),
            pytest.param(
                ON_THE_LAST,
                date(2027, 2, 10),
                [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)],
                id="from within February",
            ),
            pytest.param(
                ON_THE_FIRST,
                date(2026, 10, 17),
                [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)],
                id="a short first period",
            ),
            pytest.param(
                ON_THE_FIRST,
                date(2026, 12, 1),
                [date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1), date(2027, 4, 1)],
                id="on the day itself",
            ),
        ],
    )
    def test_everybody_is_billed_on_the_plans_day(
        self, plan: Plan, start: date, boundaries: list[date]
    ) -> None:
        subscription = running(plan, start)
        found = [one.period.end for one in schedule(subscription, start + timedelta(days=130))]
        assert found[:4] == boundaries

    def test_a_year_billed_on_a_fixed_day_begins_within_a_month(self) -> None:
        plan = replace(ANNUAL, anchor_day=1)
        periods = list(schedule(running(plan, date(2026, 10, 17)), date(2026, 12, 1)))
        assert [one.period.end for one in periods] == [date(2026, 11, 1), date(2027, 11, 1)]


class TestScheduled:
    def test_a_change_that_lies_ahead_is_listed_until_its_day(self) -> None:
        subscription = billed(running(), START)
        boundary = date(2026, 10, 1)
        listed = requested(subscription, TO_LITE, boundary)
        assert listed.plan_id == "city"
        assert [one.starts_on for one in listed.scheduled] == [boundary]
        assert projected(listed, plan_of=plan_of, now=noon(MID)).plan_id == "lite"

        begun, events = begin_scheduled(listed, boundary, plan_of=plan_of, now=noon(boundary))
        assert (begun.plan_id, begun.scheduled) == ("lite", ())
        assert begun.current.agreed_on == MID
        assert [type(event).__name__ for event in events] == ["SubscriptionChanged"]

    def test_it_falls_due_on_its_day_inside_a_period(self) -> None:
        listed = requested(billed(running(), START), TO_LITE, date(2026, 9, 20))
        assert listed.due_on == date(2026, 9, 20)

    def test_asked_twice_it_is_listed_once(self) -> None:
        once = requested(running(), TO_LITE, date(2026, 10, 1))
        twice = requested(once, TO_LITE, date(2026, 10, 1), key="c2")
        assert twice == once

    def test_it_can_be_withdrawn_until_it_begins(self) -> None:
        subscription = billed(running(), START)
        listed = requested(subscription, TO_LITE, date(2026, 9, 20))
        left = without_scheduled(listed, "c1", plan_of=plan_of, now=noon(MID))
        assert (left.scheduled, left.due_on) == ((), date(2026, 10, 1))
        with pytest.raises(UnknownScheduledChange):
            without_scheduled(left, "c1", plan_of=plan_of, now=noon(MID))

    def test_a_late_billing_run_does_not_keep_a_change_from_beginning_first(self) -> None:
        listed = requested(billed(running(), START), TO_LITE, date(2026, 9, 20))
        late = date(2026, 9, 25)
        after = requested(listed, AddAddOn("theft-cover"), late, asked=late, key="c2")
        assert [(one.plan_id, one.starts_on) for one in after.agreements[1:]] == [
            ("lite", date(2026, 9, 20)),
            ("lite", late),
        ]
        assert after.repair_from == date(2026, 9, 20)

    def test_what_is_listed_may_not_be_made_impossible(self) -> None:
        taken = running(add_ons=("helmet",))
        listed = requested(taken, ChangeQuantity(2, "helmet"), date(2026, 10, 1))
        with pytest.raises(ScheduledChangeInTheWay, match="withdraw it first"):
            requested(listed, RemoveAddOn("helmet"), MID, key="c2")

    def test_an_impossible_change_is_refused_when_it_is_asked_for(self) -> None:
        with pytest.raises(UnknownAddOn):
            requested(running(), AddAddOn("gold-bell"), date(2026, 10, 1))

    def test_what_lies_after_the_end_never_begins(self) -> None:
        listed = requested(billed(running(), START), TO_LITE, date(2026, 11, 1))
        ending = cancelled(listed, date(2026, 10, 1), noon(MID))
        begun, events = begin_scheduled(ending, date(2027, 1, 1), plan_of=plan_of, now=noon(MID))
        assert (begun, events) == (ending, ())

    def test_the_list_has_an_end(self) -> None:
        subscription = running()
        for n in range(MOST_SCHEDULED):
            subscription = requested(
                subscription, ChangeQuantity(n + 2), date(2026, 10, 1) + timedelta(n), key=f"c{n}"
            )
        with pytest.raises(TooMany):
            requested(subscription, ChangeQuantity(9_000), date(2027, 6, 1), key="one more")


class TestTiming:
    def day(self, change: Change, plan: Plan = CITY, today: date = MID) -> date:
        return begins_on(running(plan), change, None, plan_of=plan_of, now=noon(today))

    @pytest.mark.parametrize(
        ("change", "day"),
        [
            pytest.param(TO_PLUS, MID, id="dearer at once"),
            pytest.param(TO_LITE, date(2026, 10, 1), id="cheaper at the period's end"),
            pytest.param(TO_ANNUAL, date(2026, 10, 1), id="590 a year is less than 59 a month"),
            pytest.param(ChangePlan(plan_id="city", plan_version=2), MID, id="as dear at once"),
            pytest.param(ChangeQuantity(2), date(2026, 9, 16), id="a flat price has no quantity"),
            pytest.param(AddAddOn("helmet"), MID, id="an add-on at once"),
            pytest.param(BeginPause(), MID, id="a pause without notice at once"),
        ],
    )
    def test_dearer_begins_at_once_and_cheaper_when_the_period_is_over(
        self, change: Change, day: date
    ) -> None:
        assert self.day(change) == day

    def test_on_a_boundary_the_period_that_begins_is_the_one_that_ends(self) -> None:
        assert self.day(TO_LITE, today=date(2026, 10, 1)) == date(2026, 11, 1)

    def test_dropping_an_add_on_waits_for_the_periods_end(self) -> None:
        subscription = running(add_ons=("helmet",))
        day = begins_on(subscription, RemoveAddOn("helmet"), None, plan_of=plan_of, now=noon(MID))
        assert day == date(2026, 10, 1)

    def test_a_wish_may_be_later_than_the_policy_and_never_earlier(self) -> None:
        subscription = running()
        for when, day in (
            (ChangeTiming.AT_ONCE, MID),
            (ChangeTiming.PERIOD_END, date(2026, 10, 1)),
            (date(2026, 12, 24), date(2026, 12, 24)),
        ):
            found = begins_on(subscription, TO_LITE, when, plan_of=plan_of, now=noon(MID))
            assert found == day
        require_timing(subscription, TO_LITE, date(2026, 12, 24), plan_of=plan_of, now=noon(MID))
        with pytest.raises(TooEarly, match="2026-10-01") as refusal:
            require_timing(subscription, TO_LITE, MID, plan_of=plan_of, now=noon(MID))
        assert refusal.value.field == "starts_on"


class TestTerms:
    def test_a_renewal_counts_from_its_day_and_takes_the_prices_of_its_term(self) -> None:
        subscription = running(TERMED, term=ONE_YEAR)
        renewed = changed(subscription, BindFor(TWO_YEARS), date(2027, 9, 1)).current
        assert (renewed.term, renewed.term_starts_on) == (TWO_YEARS, date(2027, 9, 1))
        assert renewed.agreed_on == MID

    def test_a_plan_without_choice_is_renewed_for_its_own_term(self) -> None:
        renewed = changed(running(BOUND), BindFor(ONE_YEAR), date(2027, 9, 1)).current
        assert (renewed.term, renewed.term_starts_on) == (None, date(2027, 9, 1))

    def test_another_plan_does_not_start_the_term_anew(self) -> None:
        after = changed(running(CITY), ChangePlan(plan_id="bound", plan_version=1)).current
        assert after.term_starts_on == START
        chosen = ChangePlan(plan_id="termed", plan_version=1, term=ONE_YEAR)
        assert changed(running(CITY), chosen).current.term_starts_on == MID


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "refusal", "field"),
        [
            pytest.param(ChangeQuantity(0), BadQuantity, "quantity", id="none"),
            pytest.param(ChangeQuantity(-1), BadQuantity, "quantity", id="less than none"),
            pytest.param(ChangeQuantity(10_001), BadQuantity, "quantity", id="too many"),
            pytest.param(ChangeQuantity(2, "bell"), UnknownAddOn, "add_ons", id="of no add-on"),
            pytest.param(
                ChangeQuantity(2, "theft-cover"), AddOnNotTaken, "add_on", id="of one not taken"
            ),
            pytest.param(AddAddOn("bell"), UnknownAddOn, "add_ons", id="unknown add-on"),
            pytest.param(AddAddOn("helmet", 0), BadQuantity, "quantity", id="no helmet"),
            pytest.param(
                AddAddOn("helmet", 2), AddOnTakenAlready, "add_on", id="taken in another quantity"
            ),
            pytest.param(RemoveAddOn("bell"), UnknownAddOn, "add_ons", id="drop no add-on"),
            pytest.param(
                ChangePlan(plan_id="gold", plan_version=1), UnknownPlan, None, id="no plan"
            ),
            pytest.param(TO_LITE, UnknownAddOn, "add_ons", id="a plan without the helmet"),
            pytest.param(
                ChangePlan(plan_id="termed", plan_version=1, add_ons=()),
                UnknownTerm,
                "term",
                id="a plan whose term must be chosen",
            ),
            pytest.param(BindFor(MONTHLY), UnknownTerm, "term", id="no such term"),
            pytest.param(
                ChooseAmount("base-fee", 500), NoChosenAmount, "item", id="not ours to choose"
            ),
            pytest.param(ChooseAmount("bell", 500), NoChosenAmount, "item", id="no such item"),
            pytest.param(
                ChangePlan(plan_id="plus", plan_version=1, quantity=0),
                InvalidInput,
                "quantity",
                id="another plan, none of it",
            ),
        ],
    )
    def test_an_impossible_change_names_the_field(
        self, change: Change, refusal: type[UmlaufError], field: str | None
    ) -> None:
        with pytest.raises(refusal) as found:
            changed(running(add_ons=("helmet",)), change)
        assert found.value.field == field

    def test_a_plan_without_a_price_in_the_currency_is_refused(self) -> None:
        in_dollars = replace(running(), currency="USD")
        with pytest.raises(NoPriceInCurrency, match="USD"):
            changed(in_dollars, TO_PLUS)

    def test_less_than_the_minimum_is_refused(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            changed(running(GIFT), ChooseAmount("gift", 499))
        assert refusal.value.field

    @pytest.mark.parametrize(
        ("on", "named"),
        [
            pytest.param(date(2026, 8, 31), "2026-09-01", id="before the start"),
            pytest.param(date(2026, 12, 1), "2026-12-01", id="on the end"),
            pytest.param(date(2027, 1, 1), "2026-12-01", id="after the end"),
        ],
    )
    def test_a_day_outside_its_life_is_refused_by_name(self, on: date, named: str) -> None:
        ending = cancelled(running(), date(2026, 12, 1), noon(MID))
        with pytest.raises(NotPossibleThen, match=named) as refusal:
            changed(ending, TO_PLUS, on)
        assert refusal.value.field == "starts_on"

    def test_a_change_reaches_back_to_the_agreement_in_force_and_no_further(self) -> None:
        subscription = billed(changed(running(), TO_PLUS), MID)
        late = date(2026, 11, 23)
        after = changed(subscription, AddAddOn("helmet"), MID, asked=late)
        assert [one.add_ons for one in after.agreements] == [(), ("helmet",)]
        with pytest.raises(NotPossibleThen, match="2026-09-16"):
            changed(subscription, AddAddOn("helmet"), date(2026, 9, 15), asked=late)

    def test_only_a_running_subscription_changes(self) -> None:
        void = replace(running(), is_void=True)
        for subscription in (pending_under(CITY), void):
            with pytest.raises(NotActive) as refusal:
                changed(subscription, TO_PLUS)
            assert refusal.value.field == "subscription_id"

    def test_a_weekly_plan_cannot_be_compared_by_its_number_alone(self) -> None:
        weekly = replace(LITE, plan_id="weekly", interval=Interval(IntervalUnit.WEEK), add_ons=())

        def with_weekly(plan_id: str, plan_version: int) -> Plan:
            return weekly if plan_id == "weekly" else plan_of(plan_id, plan_version)

        # 39 a week is dearer than 59 a month.
        change = ChangePlan(plan_id="weekly", plan_version=1)
        day = begins_on(running(), change, None, plan_of=with_weekly, now=noon(MID))
        assert day == MID
