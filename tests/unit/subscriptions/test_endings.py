"""Ends: by notice, for cause, by withdrawal, by Storno; taken back, and taken up again."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.offer_fakes import pending_under
from tests.subscription_samples import (
    ANNUAL,
    BOUND,
    CITY,
    ONE_YEAR,
    PREPAID,
    TERMED,
    billed,
    noon,
    plan_of,
    running,
)
from umlauf.catalog.model import Plan, Terms
from umlauf.catalog.policies import CreditPolicy
from umlauf.subscriptions.agreements import BindFor, ChangePlan, Pause, ScheduledChange
from umlauf.subscriptions.changing import projected, request_change
from umlauf.subscriptions.ending import (
    cancelled,
    end_date,
    first_end,
    revoked,
    terminated,
    voided,
)
from umlauf.subscriptions.errors import (
    EndedAlready,
    NotActive,
    NotEnded,
    NotPossibleThen,
    WithdrawalTooLate,
)
from umlauf.subscriptions.holidays import easter_sunday, is_working_day, next_working_day
from umlauf.subscriptions.lifecycle import mark_billed, reactivated, started, without_asset
from umlauf.subscriptions.model import EndReason, ReasonNotDue, Status, Subscription
from umlauf.subscriptions.timeline import schedule, term_end
from umlauf.subscriptions.withdrawing import last_withdrawal_day, withdrawn

START = date(2026, 9, 1)
MID = date(2026, 9, 16)
OCTOBER = date(2026, 10, 1)


def held(subscription: Subscription) -> Subscription:
    return replace(subscription, asset_id="ast_1")


def ended(on: date = OCTOBER) -> Subscription:
    return billed(cancelled(billed(running(), START), on, noon(MID)), on)


class TestStart:
    def test_begun_ahead_it_waits_for_its_day(self) -> None:
        ordered = replace(pending_under(CITY), wanted_start=OCTOBER)
        early = started(ordered, CITY, noon(date(2026, 9, 28)))
        assert (early.starts_on, early.anchor, early.due_on) == (OCTOBER, OCTOBER, OCTOBER)
        assert early.next_due_at == datetime.fromisoformat("2026-09-30T22:00:00+00:00")

    def test_handed_over_late_it_starts_late(self) -> None:
        ordered = replace(pending_under(CITY), wanted_start=OCTOBER)
        late = started(ordered, CITY, noon(date(2026, 10, 5)))
        assert (late.starts_on, late.anchor) == (date(2026, 10, 5), date(2026, 10, 5))


class TestNotice:
    def test_a_notice_is_reckoned_by_what_is_agreed_for_then(self) -> None:
        term = running(TERMED, term=ONE_YEAR)
        longer = ScheduledChange("c1", BindFor(ONE_YEAR), date(2027, 9, 1), noon(MID))
        listed, _ = request_change(term, longer, plan_of=plan_of, now=noon(MID))
        standing = projected(listed, plan_of=plan_of, now=noon(MID))
        assert first_end(term, TERMED, noon(MID)) == date(2027, 9, 1)
        assert first_end(standing, TERMED, noon(MID)) == date(2028, 9, 1)

    def test_it_ends_with_a_period_of_the_grid_that_is_in_force_then(self) -> None:
        change = ScheduledChange(
            "c1", ChangePlan(plan_id="annual", plan_version=1), date(2026, 11, 1), noon(MID)
        )
        listed, _ = request_change(billed(running(), START), change, plan_of=plan_of, now=noon(MID))
        standing = projected(listed, plan_of=plan_of, now=noon(MID))
        assert end_date(standing, ANNUAL, noon(MID), wanted_end=OCTOBER) == OCTOBER
        assert end_date(standing, ANNUAL, noon(MID), wanted_end=date(2026, 12, 24)) == date(
            2027, 11, 1
        )

    def test_an_end_inside_paid_time_is_put_right_on_its_day(self) -> None:
        ending = cancelled(billed(running(), START), MID + timedelta(days=4), noon(MID))
        assert (ending.repair_from, ending.due_on) == (date(2026, 9, 20), date(2026, 9, 20))

    def test_one_that_has_not_begun_is_served_for_a_day_at_least(self) -> None:
        to_the_day = replace(CITY, terms=Terms(ends_with_period=False))
        ordered = replace(pending_under(to_the_day), wanted_start=OCTOBER)
        early = started(ordered, to_the_day, noon(MID))
        assert first_end(early, to_the_day, noon(MID)) == date(2026, 10, 2)


class TestRevocation:
    def test_until_the_end_a_notice_can_be_taken_back(self) -> None:
        subscription = billed(running(), START)
        ending = cancelled(subscription, OCTOBER, noon(MID), credit=CreditPolicy.NONE)
        on = revoked(ending, noon(date(2026, 9, 30)))
        assert (on.ends_on, on.cancelled_at, on.end_reason) == (None, None, None)
        assert (on.due_on, on.end_credit) == (OCTOBER, CreditPolicy.UNUSED)
        assert revoked(on, noon(MID)) == on

    def test_a_stub_that_was_billed_for_the_end_is_filled_up_later(self) -> None:
        ending = cancelled(billed(running(), START), date(2026, 10, 10), noon(MID))
        short = billed(ending, OCTOBER)
        assert short.billed_through == date(2026, 10, 10)
        on = billed(revoked(short, noon(date(2026, 10, 5))), date(2026, 10, 10))
        assert on.billed_through == date(2026, 11, 1)

    def test_an_end_that_has_come_or_was_not_theirs_stays(self) -> None:
        ending = cancelled(held(billed(running(), START)), OCTOBER, noon(MID))
        with pytest.raises(EndedAlready, match="reactivate"):
            revoked(ending, noon(OCTOBER))
        thrown_out = terminated(billed(running(), START), OCTOBER, noon(MID))
        with pytest.raises(EndedAlready, match="cannot be revoked"):
            revoked(thrown_out, noon(MID))
        with pytest.raises(NotActive):
            revoked(pending_under(CITY), noon(MID))


class TestTermination:
    def test_it_ends_on_the_very_day_whatever_the_term(self) -> None:
        ending = terminated(billed(running(BOUND), START), MID, noon(MID))
        assert (ending.ends_on, ending.end_reason) == (MID, EndReason.TERMINATED)
        assert (ending.repair_from, ending.next_due_at) == (MID, noon(MID))
        over, _ = mark_billed(ending, MID, noon(MID))
        assert over.status is Status.ENDED

    def test_an_earlier_end_stays_and_a_later_one_is_brought_forward(self) -> None:
        ending = cancelled(billed(running(), START), OCTOBER, noon(MID))
        assert terminated(ending, date(2026, 11, 1), noon(MID)) == ending
        assert terminated(ending, MID, noon(MID)).ends_on == MID

    def test_it_lasts_a_day_at_least(self) -> None:
        with pytest.raises(NotPossibleThen, match="2026-09-02") as refusal:
            terminated(running(), START, noon(START))
        assert refusal.value.field == "ends_on"


class TestStorno:
    def test_everything_that_was_billed_is_looked_at_again(self) -> None:
        void = voided(billed(running(), date(2026, 11, 5)), noon(date(2026, 11, 6)))
        assert (void.repair_from, list(schedule(void, date(2027, 1, 1)))) == (START, [])
        over, events = mark_billed(void, date(2026, 11, 6), noon(date(2026, 11, 6)))
        assert (over.status, over.reason_not_due) == (Status.VOIDED, ReasonNotDue.VOIDED)
        assert len(events) == 1
        assert voided(over, noon(date(2026, 11, 7))) == over

    def test_what_was_never_billed_is_over_at_once(self) -> None:
        for subscription in (running(), running(PREPAID), pending_under(CITY)):
            assert voided(subscription, noon(START)).status is Status.VOIDED

    def test_it_lives_until_the_asset_is_back(self) -> None:
        void = voided(held(billed(running(), START)), noon(MID))
        over, _ = mark_billed(void, MID, noon(MID))
        assert (over.status, over.reason_not_due) == (
            Status.ACTIVE,
            ReasonNotDue.AWAITING_RETURN,
        )
        back, _ = without_asset(over, noon(OCTOBER))
        assert back.status is Status.VOIDED

    def test_also_one_that_has_ended_can_be_undone(self) -> None:
        void = voided(ended(), noon(date(2026, 11, 1)))
        assert (void.repair_from, void.next_due_at) == (START, noon(date(2026, 11, 1)))
        over, events = mark_billed(void, date(2026, 11, 1), noon(date(2026, 11, 1)))
        assert (over.status, over.ended_at, events) == (Status.VOIDED, noon(OCTOBER), ())


class TestWithdrawal:
    @pytest.mark.parametrize(
        ("ordered_on", "last"),
        [
            pytest.param(date(2026, 9, 1), date(2026, 9, 15), id="fourteen days, not this one"),
            pytest.param(date(2026, 9, 5), date(2026, 9, 21), id="off a Saturday"),
            pytest.param(date(2026, 9, 6), date(2026, 9, 21), id="off a Sunday"),
            pytest.param(date(2026, 3, 20), date(2026, 4, 7), id="off Good Friday over Easter"),
            pytest.param(date(2026, 12, 11), date(2026, 12, 28), id="off Christmas"),
            pytest.param(date(2026, 9, 19), date(2026, 10, 5), id="off 3 October, a Saturday"),
            pytest.param(date(2026, 11, 4), date(2026, 11, 19), id="off a holiday of one state"),
        ],
    )
    def test_the_last_day_is_a_working_day(self, ordered_on: date, last: date) -> None:
        assert last_withdrawal_day(ordered_on, 14, "DE") == last

    def test_elsewhere_only_weekends_are_known(self) -> None:
        assert last_withdrawal_day(date(2026, 12, 11), 14, "NL") == date(2026, 12, 25)

    def off(self, subscription: Subscription, today: date, plan: Plan = CITY) -> Subscription:
        return withdrawn(subscription, plan, noon(today), country="DE")

    def test_without_an_early_start_everything_is_given_back(self) -> None:
        off = self.off(billed(running(), START), date(2026, 9, 15))
        assert (off.is_void, off.end_reason, off.repair_from) == (
            True,
            EndReason.WITHDRAWN,
            START,
        )
        over, _ = mark_billed(off, date(2026, 9, 15), noon(date(2026, 9, 15)))
        assert over.status is Status.WITHDRAWN
        assert self.off(over, MID) == over

    def test_who_asked_for_an_early_start_pays_until_today(self) -> None:
        early = replace(billed(running(), START), early_start_requested=True)
        off = self.off(early, date(2026, 9, 10))
        assert (off.is_void, off.ends_on, off.repair_from) == (
            False,
            date(2026, 9, 10),
            date(2026, 9, 10),
        )
        assert off.end_credit is CreditPolicy.UNUSED
        over, _ = mark_billed(off, date(2026, 9, 10), noon(date(2026, 9, 10)))
        assert over.status is Status.WITHDRAWN
        assert self.off(early, START).is_void

    def test_afterwards_the_message_names_the_last_day(self) -> None:
        with pytest.raises(WithdrawalTooLate, match="2026-09-15"):
            self.off(billed(running(), START), MID)
        none = replace(CITY, terms=Terms(withdrawal_days=0))
        with pytest.raises(WithdrawalTooLate):
            self.off(running(none), START, none)
        with pytest.raises(NotActive):
            self.off(ended(date(2026, 9, 10)), date(2026, 9, 15))


class TestHolidays:
    @pytest.mark.parametrize(
        ("year", "easter"),
        [(2024, (3, 31)), (2026, (4, 5)), (2038, (4, 25)), (2049, (4, 18)), (2285, (3, 22))],
    )
    def test_easter_falls_where_it_is_printed(self, year: int, easter: tuple[int, int]) -> None:
        assert easter_sunday(year) == date(year, *easter)

    def test_a_holiday_counts_from_its_first_year_to_its_last(self) -> None:
        assert is_working_day(date(2018, 9, 20), "DE")
        assert not is_working_day(date(2019, 9, 20), "DE")
        assert [is_working_day(date(year, 5, 8), "DE") for year in (2019, 2020, 2024, 2025)] == [
            True,
            False,
            True,
            False,
        ]
        assert next_working_day(date(2026, 12, 24), "DE") == date(2026, 12, 24)


class TestReactivation:
    def test_it_goes_on_from_today_and_the_time_between_is_a_pause(self) -> None:
        today = date(2026, 11, 10)
        again = reactivated(ended(), CITY, noon(today))
        assert (again.status, again.ends_on, again.ended_at) == (Status.ACTIVE, None, None)
        assert again.pauses == (Pause(OCTOBER, today),)
        assert (again.anchor, again.billed_through, again.due_on) == (today, today, today)
        assert again.current.agreed_on == today

    def test_the_term_begins_anew(self) -> None:
        bound = billed(terminated(billed(running(BOUND), START), MID, noon(MID)), MID)
        again = reactivated(bound, BOUND, noon(OCTOBER))
        assert term_end(again, BOUND) == ONE_YEAR.after(OCTOBER, 1)

    def test_on_the_day_of_the_end_nothing_lies_between(self) -> None:
        assert reactivated(ended(), CITY, noon(OCTOBER)).pauses == ()

    def test_only_an_ended_one_is_taken_up_again(self) -> None:
        void = voided(running(), noon(START))
        for subscription in (running(), void, pending_under(CITY)):
            with pytest.raises(NotEnded):
                reactivated(subscription, CITY, noon(MID))
