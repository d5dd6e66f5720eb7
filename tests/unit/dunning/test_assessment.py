"""What a case has to do, and when: the calendar of a plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect_fakes import CUSTOMER, INVOICE, NOW, PRICE, SUBSCRIPTION
from umlauf.dunning.assessment import Over, StepDue, WaitUntil, WithPeople, assess
from umlauf.dunning.model import (
    Case,
    CaseState,
    Debt,
    Outcome,
    Plan,
    RetryAdvice,
    Step,
    StepKind,
    StepOutcome,
    StepRecord,
)
from umlauf.dunning.plans import plan_for
from umlauf.dunning.retry_calendar import retry_steps
from umlauf.kernel.money import Money
from umlauf.payments.reasons import Retry

PLAN = plan_for("DE", is_business=False)
NOTHING = Money(0, "EUR")


def a_case(opened_at: datetime = NOW) -> Case:
    return Case(
        id="cas_one",
        invoice_id=INVOICE,
        subscription_id=SUBSCRIPTION,
        customer_id=CUSTOMER,
        number=1,
        plan_id=PLAN.id,
        time_zone="Europe/Berlin",
        due_on=NOW.date(),
        reason="payment_failed:insufficient_funds",
        opened_at=opened_at,
    )


DEBT = Debt(
    invoice_id=INVOICE,
    subscription_id=SUBSCRIPTION,
    customer_id=CUSTOMER,
    legal_entity="umlauf-de",
    country="DE",
    is_business=False,
    time_zone="Europe/Berlin",
    due_on=NOW.date(),
    open=PRICE,
    paid=NOTHING,
    is_paid=False,
    is_processing=False,
)


def diary(case: Case, plan: Plan, debt: Debt = DEBT) -> dict[str, datetime]:
    """Walk through the plan as the state machine does; when each step was taken."""
    now, taken = case.opened_at, {}
    for _ in range(200):  # a plan of a few steps needs a wait and a step each
        due = assess(case, debt, plan, now)
        if isinstance(due, WaitUntil):
            assert due.at > now, "a wait that does not move on would never end"
            now = due.at
        elif isinstance(due, StepDue):
            taken[due.step.id] = now
            case = case.record(StepRecord(due.step.id, StepOutcome.TAKEN, now))
            if due.step.kind is StepKind.HAND_TO_PEOPLE:
                case = replace(case, state=CaseState.WITH_PEOPLE)
        else:
            return taken
    raise AssertionError("the plan does not end")


def days_after(case: Case, moments: dict[str, datetime]) -> dict[str, int]:
    return {step: (moment.date() - case.opened_at.date()).days for step, moment in moments.items()}


def test_a_german_consumer_is_reminded_tried_again_written_to_restricted_and_handed_over() -> None:
    case = a_case()
    assert days_after(case, diary(case, PLAN)) == {
        "first_reminder": 3,
        "second_attempt": 7,
        "letter": 14,
        "no_new_sessions": 21,
        "people": 42,
    }


def test_before_the_due_date_the_card_may_be_tried_again_but_nobody_is_reminded() -> None:
    case = replace(a_case(), due_on=NOW.date() + timedelta(days=14))
    assert days_after(case, diary(case, PLAN)) == {
        "second_attempt": 7,
        "first_reminder": 14 + 3,
        "letter": 14 + 14,
        "no_new_sessions": 14 + 21,
        "people": 14 + 42,
    }


def test_a_step_is_taken_at_nine_in_the_morning_also_after_the_clocks_change() -> None:
    """Summer time ends on 25 October: 9:00 in Berlin is 7:00, then 8:00 in UTC."""
    moments = diary(a_case(datetime(2026, 10, 13, 20, 0, tzinfo=UTC)), PLAN)
    assert moments["second_attempt"] == datetime(2026, 10, 20, 7, 0, tzinfo=UTC)
    assert moments["letter"] == datetime(2026, 10, 27, 8, 0, tzinfo=UTC)


def test_retries_and_overdue_states_keep_their_own_days() -> None:
    """Gaps add up, and the other steps fall in between."""
    steps = [
        *retry_steps([1, 1, 8, 6], "retry"),
        Step("notify", StepKind.SEND_REMINDER, 10),
        Step("block", StepKind.RESTRICT, 14, restriction="any"),
        Step("cancel", StepKind.HAND_TO_PEOPLE, 21),
    ]
    plan = Plan("calendar.1", tuple(sorted(steps, key=lambda step: step.after_days)))
    days = days_after(a_case(), diary(a_case(), plan))
    assert [day for step, day in days.items() if step.startswith("retry")] == [1, 2, 10, 16]
    assert (days["notify"], days["block"], days["cancel"]) == (10, 14, 21)


@pytest.mark.parametrize(("minor", "is_worth_it"), [(14_999, False), (15_000, True)])
def test_below_the_currencys_threshold_nobody_is_dunned(minor: int, *, is_worth_it: bool) -> None:
    plan = replace(PLAN, thresholds=(Money(15_000, "EUR"), Money(10_000, "USD")))
    assert plan.is_worth_it(Money(minor, "EUR")) is is_worth_it
    assert plan.is_worth_it(Money(minor, "USD"))


@pytest.mark.parametrize("country", ["DE", "NL", "AT"])
@pytest.mark.parametrize("is_business", [False, True])
def test_nobody_is_dunned_for_what_no_provider_would_take(
    country: str, *, is_business: bool
) -> None:
    plan = plan_for(country, is_business=is_business)
    assert not plan.is_worth_it(Money(49, "EUR"))
    assert plan.is_worth_it(Money(50, "EUR"))


@given(days=st.integers(0, 60))
def test_paid_means_over_whatever_the_day(days: int) -> None:
    debt = replace(DEBT, open=NOTHING, is_paid=True)
    assert assess(a_case(), debt, PLAN, NOW + timedelta(days=days)) == Over(Outcome.PAID)


def test_processing_is_not_unpaid() -> None:
    late = NOW + timedelta(days=30)
    debt = replace(DEBT, is_processing=True)
    assert assess(a_case(), debt, PLAN, late) == WaitUntil(late + timedelta(days=1))


def test_a_dispute_freezes_everything_and_its_days_do_not_count() -> None:
    late = NOW + timedelta(days=4)
    frozen = a_case().frozen(NOW + timedelta(days=1))
    assert isinstance(assess(frozen, DEBT, PLAN, late), WaitUntil)

    thawed = frozen.thawed(NOW + timedelta(days=11))
    assert days_after(thawed, diary(thawed, PLAN))["first_reminder"] == 3 + 10


def test_a_retry_waits_for_the_day_the_bank_asked_for() -> None:
    not_before = NOW + timedelta(days=9)
    case = replace(
        a_case(), advice=RetryAdvice("att_1", "pmt_1", Retry.LATER, not_before=not_before)
    )
    moments = diary(case, PLAN)
    assert moments["second_attempt"] == not_before
    assert days_after(case, moments)["letter"] == 14


def test_with_people_the_plan_rests_until_a_payment_ends_it() -> None:
    case = replace(a_case(), state=CaseState.WITH_PEOPLE)
    late = NOW + timedelta(days=100)
    assert assess(case, DEBT, PLAN, late) == WithPeople()
    assert assess(case, replace(DEBT, open=NOTHING, is_paid=True), PLAN, late) == Over(Outcome.PAID)
