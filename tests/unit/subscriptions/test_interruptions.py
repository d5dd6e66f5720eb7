"""Pauses, skipped deliveries and coupons: from when to when, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.offer_fakes import pending_under
from tests.subscription_samples import (
    BOUND,
    BOX,
    CITY,
    ONE_YEAR,
    PLUS,
    PREPAID,
    TRIED,
    UNPAUSED,
    UNSTOPPED,
    billed,
    noon,
    plan_of,
    running,
)
from umlauf.catalog.coupons import Coupon
from umlauf.catalog.policies import CreditPolicy
from umlauf.kernel.errors import InvalidInput, UmlaufError
from umlauf.kernel.money import Money
from umlauf.subscriptions.agreements import BeginPause, BindFor, ChangePlan, Pause, Resume, Skip
from umlauf.subscriptions.applying import with_coupon, without_coupon
from umlauf.subscriptions.changes.pausing import MOST_PAUSES
from umlauf.subscriptions.changing import apply_change
from umlauf.subscriptions.ending import cancelled, end_date, first_end
from umlauf.subscriptions.errors import (
    CouponNotUsable,
    NoSuchDelivery,
    NotActive,
    NotPaused,
    NotPossibleThen,
    PauseNotAllowed,
    PausesOverlap,
    SkipTooLate,
    TermStandsStill,
    TooMany,
)
from umlauf.subscriptions.lifecycle import started
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.skipping import restored, skipped
from umlauf.subscriptions.timeline import coupon_end, coupons_on, term_end
from umlauf.subscriptions.timing import policy_day

START = date(2026, 9, 1)
MID = date(2026, 9, 16)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


def paused(
    subscription: Subscription, starts_on: date, ends_on: date | None = None
) -> Subscription:
    return apply_change(
        subscription, BeginPause(ends_on), starts_on, plan_of=plan_of, now=noon(MID)
    )


def resumed(subscription: Subscription, day: date) -> Subscription:
    return apply_change(subscription, Resume(), day, plan_of=plan_of, now=noon(MID))


class TestPauses:
    def test_a_pause_in_paid_time_is_put_right_when_its_day_comes(self) -> None:
        paid = billed(running(), START)
        now = paused(paid, MID, date(2026, 9, 20))
        assert (now.repair_from, now.next_due_at) == (MID, noon(MID))
        later = paused(paid, date(2026, 9, 25), OCTOBER)
        assert later.repair_from == later.due_on == date(2026, 9, 25)

    def test_a_pause_in_time_that_is_not_billed_needs_no_repair(self) -> None:
        subscription = billed(running(), START)
        after = paused(subscription, date(2026, 10, 10), date(2026, 10, 20))
        assert (after.repair_from, after.due_on) == (None, OCTOBER)

    def test_resuming_ends_shortens_or_calls_off_the_pause_the_day_lies_in(self) -> None:
        open_ended = paused(running(), MID)
        assert resumed(open_ended, OCTOBER).pauses == (Pause(MID, OCTOBER),)
        dated = paused(running(), MID, NOVEMBER)
        assert resumed(dated, OCTOBER).pauses == (Pause(MID, OCTOBER),)
        assert resumed(dated, MID).pauses == ()
        assert resumed(resumed(dated, OCTOBER), OCTOBER).pauses == (Pause(MID, OCTOBER),)

    def test_the_same_pause_twice_is_one_pause(self) -> None:
        once = paused(running(), MID, OCTOBER)
        assert paused(once, MID, OCTOBER) == once

    def test_pauses_may_touch_and_are_kept_in_order(self) -> None:
        after = paused(paused(running(), OCTOBER, NOVEMBER), MID, OCTOBER)
        assert after.pauses == (Pause(MID, OCTOBER), Pause(OCTOBER, NOVEMBER))

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            pytest.param((MID, OCTOBER), (date(2026, 9, 30), NOVEMBER), id="the last day"),
            pytest.param((MID, None), (NOVEMBER, None), id="after one without end"),
            pytest.param((OCTOBER, NOVEMBER), (MID, None), id="without end before another"),
            pytest.param((MID, NOVEMBER), (OCTOBER, date(2026, 10, 2)), id="inside another"),
        ],
    )
    def test_pauses_never_overlap(
        self, first: tuple[date, date | None], second: tuple[date, date | None]
    ) -> None:
        subscription = paused(running(), *first)
        with pytest.raises(PausesOverlap, match=str(first[0])) as refusal:
            paused(subscription, *second)
        assert refusal.value.field == "starts_on"

    def test_the_plan_says_whether_how_long_and_after_which_notice(self) -> None:
        with pytest.raises(PauseNotAllowed, match="cannot be paused"):
            paused(running(UNPAUSED), MID)
        subscription = running(UNSTOPPED)
        with pytest.raises(PauseNotAllowed, match="2026-10-16") as refusal:
            paused(subscription, MID, date(2026, 10, 17))
        assert refusal.value.field == "ends_on"
        assert policy_day(
            subscription, BeginPause(), plan_of=plan_of, now=noon(MID)
        ) == MID + timedelta(days=7)
        (pause,) = paused(subscription, MID).pauses
        assert (pause.ends_on, pause.credit, pause.stops_clock) == (
            date(2026, 10, 16),
            CreditPolicy.NONE,
            False,
        )

    def test_a_pause_needs_a_day_and_not_too_many_stand_beside_it(self) -> None:
        with pytest.raises(InvalidInput):
            paused(running(), MID, MID)
        with pytest.raises(NotPaused, match="its pauses: none"):
            resumed(running(), MID)
        elsewhere = paused(running(), MID + timedelta(days=9))
        with pytest.raises(NotPaused, match=f"{MID + timedelta(days=9)} until resumed") as refusal:
            resumed(elsewhere, MID)
        assert refusal.value.field == "resumes_on"
        subscription = running()
        for n in range(MOST_PAUSES):
            day = MID + timedelta(days=2 * n)
            subscription = paused(subscription, day, day + timedelta(days=1))
        with pytest.raises(TooMany):
            paused(subscription, date(2030, 1, 1))

    def test_a_given_end_moves_on_with_the_term_that_a_pause_stops(self) -> None:
        subscription = running(BOUND)
        ending = cancelled(subscription, date(2027, 9, 1), noon(MID))
        month = paused(ending, OCTOBER, NOVEMBER)
        # 31 days more, and not until the period is over: nobody is bound for longer.
        assert month.ends_on == date(2027, 10, 2)
        unstopped = cancelled(running(UNSTOPPED), date(2027, 9, 1), noon(MID))
        assert paused(unstopped, OCTOBER, date(2026, 10, 20)).ends_on == date(2027, 9, 1)
        with pytest.raises(TermStandsStill, match="give it an end"):
            paused(ending, OCTOBER)

    def test_a_term_that_a_pause_moved_ends_on_its_own_day(self) -> None:
        moved = paused(running(BOUND), OCTOBER, date(2026, 10, 11))
        over = date(2027, 9, 11)
        assert term_end(moved, BOUND) == first_end(moved, BOUND, noon(MID)) == over
        assert end_date(moved, BOUND, noon(MID), wanted_end=over) == over
        # Any later day is the end of the period it lies in, as the plan has it.
        a_day_more = date(2027, 9, 12)
        assert end_date(moved, BOUND, noon(MID), wanted_end=a_day_more) == date(2027, 10, 1)
        too_late = date(2027, 8, 20)
        assert first_end(moved, BOUND, noon(too_late)) == date(2027, 10, 1)

    def test_a_term_that_begins_in_a_pause_moves_on_by_what_is_left_of_it(self) -> None:
        interrupted = paused(running(BOUND), date(2026, 9, 6), date(2026, 9, 26))
        renewed = apply_change(interrupted, BindFor(ONE_YEAR), MID, plan_of=plan_of, now=noon(MID))
        assert term_end(renewed, BOUND) == date(2027, 9, 26)

    def test_an_end_cannot_be_reckoned_while_the_term_stands_still(self) -> None:
        with pytest.raises(TermStandsStill, match="resume it"):
            end_date(paused(running(BOUND), MID), BOUND, noon(MID))
        assert end_date(paused(running(CITY), MID), CITY, noon(MID)) == OCTOBER

    def test_what_is_settled_from_the_wallet_stays_so_in_a_pause(self) -> None:
        assert paused(running(PREPAID), MID).next_due_at is None


class TestSkips:
    skip = Skip("box", OCTOBER)

    def test_a_delivery_is_left_out_and_had_after_all(self) -> None:
        subscription = billed(running(BOX), START)
        without = skipped(subscription, self.skip, plan_of=plan_of, now=noon(MID))
        assert without.skips == (self.skip,)
        assert skipped(without, self.skip, plan_of=plan_of, now=noon(MID)) == without
        again = restored(without, self.skip, plan_of=plan_of, now=noon(MID))
        assert again.skips == ()
        assert restored(again, self.skip, plan_of=plan_of, now=noon(MID)) == again

    def test_it_is_possible_until_local_midnight_three_days_before(self) -> None:
        subscription = billed(running(BOX), START)
        cut_off = datetime(2026, 9, 27, 22, tzinfo=UTC)
        before = cut_off - timedelta(microseconds=1)
        assert skipped(subscription, self.skip, plan_of=plan_of, now=before).skips
        with pytest.raises(SkipTooLate, match="2026-09-27") as refusal:
            skipped(subscription, self.skip, plan_of=plan_of, now=cut_off)
        assert refusal.value.field == "period_start"
        without = skipped(subscription, self.skip, plan_of=plan_of, now=before)
        with pytest.raises(SkipTooLate):
            restored(without, self.skip, plan_of=plan_of, now=cut_off)

    @pytest.mark.parametrize(
        ("skip", "field"),
        [
            pytest.param(Skip("box", date(2026, 10, 2)), "period_start", id="no boundary"),
            pytest.param(Skip("box", date(2026, 12, 1)), "period_start", id="the end"),
            pytest.param(Skip("crate", OCTOBER), "item", id="no such item"),
            pytest.param(Skip("theft-cover", OCTOBER), "item", id="nothing that is sent"),
        ],
    )
    def test_only_a_delivery_that_is_due_can_be_skipped(self, skip: Skip, field: str) -> None:
        ending = cancelled(running(BOX), date(2026, 12, 1), noon(START))
        with pytest.raises(NoSuchDelivery) as refusal:
            skipped(ending, skip, plan_of=plan_of, now=noon(MID))
        assert refusal.value.field == field

    @pytest.mark.parametrize(
        ("day", "then"),
        [
            pytest.param(date(2026, 10, 2), "the next begins on 2026-11-01", id="between"),
            pytest.param(date(2026, 11, 2), "none begins later", id="in the last period"),
            pytest.param(date(2027, 3, 1), "none begins later", id="after the end"),
        ],
    )
    def test_a_skip_on_a_wrong_day_hears_the_next_delivery(self, day: date, then: str) -> None:
        ending = cancelled(running(BOX), date(2026, 12, 1), noon(START))
        with pytest.raises(NoSuchDelivery, match=then):
            skipped(ending, Skip("box", day), plan_of=plan_of, now=noon(MID))

    def test_nothing_is_sent_before_the_start(self) -> None:
        with pytest.raises(NotActive):
            skipped(pending_under(BOX), self.skip, plan_of=plan_of, now=noon(MID))


FIFTH = Coupon(id="fifth-off", name="A fifth off", percent=Decimal(20), periods=3)
FOREVER = Coupon(id="loyal", name="Loyal", percent=Decimal(5))


class TestCoupons:
    def apply(
        self, subscription: Subscription, coupon: Coupon = FIFTH, on: date | None = None
    ) -> Subscription:
        return with_coupon(subscription, coupon, on, plan_of=plan_of, now=noon(MID))

    def test_it_begins_with_the_first_period_that_is_not_billed(self) -> None:
        (applied,) = self.apply(billed(running(), START)).coupons
        assert (applied.starts_on, applied.ends_on) == (OCTOBER, date(2027, 1, 1))
        (endless,) = self.apply(billed(running(), START), FOREVER).coupons
        assert endless.ends_on is None

    def test_begun_inside_a_paid_period_it_counts_that_one_and_has_it_billed_anew(self) -> None:
        after = self.apply(billed(running(), START), on=MID)
        assert after.coupons[0].ends_on == date(2026, 12, 1)
        assert after.repair_from == MID

    def test_applied_to_an_order_it_begins_with_the_subscription(self) -> None:
        pending = self.apply(replace(pending_under(CITY), ordered_at=noon(START)))
        late = date(2026, 9, 30)
        (applied,) = started(pending, CITY, noon(late)).coupons
        assert (applied.starts_on, applied.ends_on) == (late, date(2026, 12, 30))

    def test_it_is_in_force_once(self) -> None:
        once = self.apply(billed(running(), START))
        assert self.apply(once) == once
        over = replace(once, coupons=(replace(once.coupons[0], starts_on=START, ends_on=OCTOBER),))
        assert len(self.apply(over).coupons) == 2

    def test_it_can_be_ended_and_one_that_lies_ahead_called_off(self) -> None:
        running_since = self.apply(billed(running(), START), on=MID)
        ended = without_coupon(running_since, "fifth-off", OCTOBER, now=noon(MID))
        assert coupon_end(ended, ended.coupons[0]) == OCTOBER
        assert without_coupon(ended, "fifth-off", NOVEMBER, now=noon(MID)) == ended
        ahead = self.apply(billed(running(), START))
        assert without_coupon(ahead, "fifth-off", MID, now=noon(MID)).coupons == ()
        assert without_coupon(ahead, "other", MID, now=noon(MID)) == ahead

    @pytest.mark.parametrize(
        ("pause", "end"),
        [
            pytest.param((OCTOBER, NOVEMBER), date(2027, 2, 1), id="a period: one more"),
            pytest.param((OCTOBER, date(2027, 1, 1)), date(2027, 4, 1), id="all three"),
            # 10 of October's 31 days are 9.7 of January's: the tenth is begun.
            pytest.param((date(2026, 10, 5), date(2026, 10, 15)), date(2027, 1, 11), id="a part"),
            pytest.param((date(2026, 9, 20), OCTOBER), date(2027, 1, 1), id="before it began"),
            pytest.param((date(2027, 1, 1), date(2027, 2, 1)), date(2027, 1, 1), id="after it"),
            pytest.param((OCTOBER, None), None, id="open: nobody knows yet"),
        ],
    )
    @pytest.mark.parametrize("stops_clock", [True, False])
    def test_a_pause_eats_none_of_its_periods(
        self, pause: tuple[date, date | None], end: date | None, *, stops_clock: bool
    ) -> None:
        granted = self.apply(billed(running(), START))
        interrupted = replace(granted, pauses=(Pause(*pause, stops_clock=stops_clock),))
        (applied,) = interrupted.coupons
        assert coupon_end(interrupted, applied) == end

    def test_what_a_pause_takes_of_it_another_pause_may_take_again(self) -> None:
        granted = self.apply(billed(running(), START))
        first, second = Pause(OCTOBER, NOVEMBER), Pause(date(2027, 1, 1), date(2027, 2, 1))
        (applied,) = granted.coupons
        twice = replace(granted, pauses=(first, second))
        assert coupon_end(twice, applied) == date(2027, 3, 1)

    def test_no_pause_gives_back_a_coupon_that_was_taken_away(self) -> None:
        granted = self.apply(billed(running(), START))
        taken = without_coupon(granted, "fifth-off", NOVEMBER, now=noon(MID))
        interrupted = paused(taken, OCTOBER, date(2026, 10, 20))
        assert coupon_end(interrupted, interrupted.coupons[0]) == NOVEMBER

    def test_a_trial_is_no_period_of_it(self) -> None:
        pending = self.apply(replace(pending_under(TRIED), ordered_at=noon(START)))
        (applied,) = started(pending, TRIED, noon(START)).coupons
        assert (applied.starts_on, applied.ends_on) == (START, date(2026, 12, 15))

    def test_one_for_other_plans_is_refused_and_rests_while_its_plan_is_left(self) -> None:
        for_city = replace(FIFTH, plans=("city", "box"))
        with pytest.raises(CouponNotUsable, match="is for city, box, and this") as found:
            self.apply(running(PLUS), for_city)
        assert found.value.field == "coupon_id"
        left = apply_change(
            self.apply(running(), for_city, on=START),
            ChangePlan(plan_id="plus", plan_version=1),
            OCTOBER,
            plan_of=plan_of,
            now=noon(OCTOBER),
        )
        assert [one.coupon.id for one in coupons_on(left, date(2026, 9, 30))] == ["fifth-off"]
        assert coupons_on(left, OCTOBER) == ()

    @pytest.mark.parametrize(
        ("coupon", "on", "refusal", "field"),
        [
            pytest.param(
                Coupon(id="usd", name="Dollars", amounts=(Money(500, "USD"),)),
                None,
                CouponNotUsable,
                "coupon_id",
                id="nothing in the currency",
            ),
            pytest.param(
                Coupon(id="crates", name="Crates", percent=Decimal(5), items=("crate",)),
                None,
                CouponNotUsable,
                "coupon_id",
                id="nothing for its items",
            ),
            pytest.param(FIFTH, date(2026, 8, 31), NotPossibleThen, "starts_on", id="too early"),
            pytest.param(FIFTH, date(2026, 12, 1), NotPossibleThen, "starts_on", id="at the end"),
        ],
    )
    def test_one_that_would_do_nothing_is_refused(
        self, coupon: Coupon, on: date | None, refusal: type[UmlaufError], field: str
    ) -> None:
        ending = cancelled(running(), date(2026, 12, 1), noon(START))
        with pytest.raises(refusal) as found:
            self.apply(ending, coupon, on)
        assert found.value.field == field
