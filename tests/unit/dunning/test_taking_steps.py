"""A step runs once, whatever races, dies or is paid on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.collect_fakes import (
    CARD,
    FRESH_CARD,
    INVOICE,
    NOW,
    PRICE,
    Crash,
    FakeProvider,
    a_customer,
    a_receivable,
    a_settlement,
    an_order,
    dunning_desk,
    is_settled,
    payment_desk,
    put,
    with_a_card,
)
from tests.fakes import MemoryStore
from umlauf.billing.model import ChargedFee, SettlementState
from umlauf.dunning.assessment import Over, StepDue, WaitUntil, WithPeople
from umlauf.dunning.errors import UnknownCase
from umlauf.dunning.events import (
    CaseClosed,
    FeeCharged,
    HandedToPeople,
    RestrictionRequested,
    StepTaken,
)
from umlauf.dunning.model import Case, CaseState, Fee, Outcome, RetryAdvice, StepOutcome
from umlauf.dunning.taking_steps import assess_case, carry_step_out
from umlauf.dunning.triggers import Trigger
from umlauf.dunning.use_cases.charge_letter import charge_letter
from umlauf.dunning.use_cases.close_case import close_case
from umlauf.dunning.use_cases.open_case import open_case
from umlauf.dunning.use_cases.take_step import take_step
from umlauf.kernel.money import Money
from umlauf.kernel.work import AlreadyClaimed, Claim
from umlauf.payments.model import AttemptState, ProviderStatus
from umlauf.payments.reasons import Retry
from umlauf.payments.taking import take_payment

# The debt is due a week after its charge failed; what asks for it counts from then.
DAYS = {
    "second_attempt": 8,
    "first_reminder": 11,
    "letter": 22,
    "no_new_sessions": 29,
    "people": 50,
}
ADVICE = RetryAdvice("att_one", CARD, Retry.LATER)
BANK_FEE = ChargedFee("dunning_case#cas_one:1.1", Money(350, "EUR"), NOW)


class Story:
    """One open case with a card on file, and the clock in hand."""

    def __init__(self, advice: RetryAdvice = ADVICE) -> None:
        self.store, self.provider = MemoryStore(), FakeProvider()
        self.desk = dunning_desk(self.store)
        put(self.store, a_customer(), a_receivable())
        with_a_card(self.store)
        case = self.store.run(
            lambda work: open_case(Trigger(INVOICE, "failed", advice), work=work, desk=self.desk),
            NOW,
        )
        assert case is not None
        self.case_id = case.id

    @property
    def case(self) -> Case:
        case = self.store.get(Case, self.case_id)
        assert case is not None
        return case

    def take(self, step_id: str) -> None:
        carry_step_out(
            self.case_id,
            step_id,
            desk=self.desk,
            payment_desk=payment_desk(self.store, self.provider),
            now=NOW + timedelta(days=DAYS[step_id]),
        )

    def take_up_to(self, step_id: str) -> None:
        for step in DAYS:
            self.take(step)
            if step == step_id:
                return

    def told(self, kind: type) -> list[object]:
        return [event for event in self.store.events if isinstance(event, kind)]


@pytest.fixture
def story() -> Story:
    return Story()


def test_the_whole_plan_is_taken_once_and_ends_with_people(story: Story) -> None:
    story.provider.answers = [(ProviderStatus.FAILED, "insufficient_funds")]
    for _ in range(2):
        story.take_up_to("people")

    assert [record.step_id for record in story.case.records] == list(DAYS)
    assert story.case.state is CaseState.WITH_PEOPLE
    assert len(story.told(StepTaken)) == len(DAYS)
    assert len(story.told(RestrictionRequested)) == 1
    assert len(story.told(HandedToPeople)) == 1
    assert story.told(FeeCharged) == [], "a letter that did not go out costs nothing"


def test_of_two_executions_at_once_one_takes_the_step(story: Story) -> None:
    story.take("second_attempt")

    def rival(_work: object) -> None:
        story.take("first_reminder")

    story.store.before_commit = rival
    story.take("first_reminder")
    assert len(story.told(StepTaken)) == 2


def test_a_claimed_step_is_never_recorded_again(story: Story) -> None:
    """Even a record that was lost, or a case put back by hand, cannot take it twice."""
    story.take("second_attempt")
    story.store.claims[f"DUNNING#{story.case_id}#first_reminder"] = Claim("x")
    with pytest.raises(AlreadyClaimed):
        story.store.run(
            lambda work: take_step(story.case_id, "first_reminder", work=work, desk=story.desk),
            NOW + timedelta(days=11),
        )
    story.take("first_reminder")
    assert len(story.told(StepTaken)) == 1


def test_a_step_is_not_taken_before_its_day_or_its_turn(story: Story) -> None:
    carry_step_out(
        story.case_id,
        "first_reminder",
        desk=story.desk,
        payment_desk=payment_desk(story.store, story.provider),
        now=NOW,
    )
    story.take("letter")
    assert story.case.records == ()


def test_a_payment_that_closes_the_case_between_look_and_record_stops_the_step(
    story: Story,
) -> None:
    story.take("second_attempt")

    def rival(_work: object) -> None:
        is_settled(story.store, a_settlement(SettlementState.SUCCEEDED))
        story.store.run(lambda work: close_case(INVOICE, work=work, desk=story.desk), NOW)

    story.store.before_commit = rival
    story.take("first_reminder")
    assert len(story.told(StepTaken)) == 1
    assert story.case.state is CaseState.CLOSED


class TestALetterThatWentOut:
    def charge(self, story: Story, step_id: str) -> Fee | None:
        return story.store.run(
            lambda work: charge_letter(story.case_id, step_id, work=work, desk=story.desk),
            NOW + timedelta(days=30),
        )

    def test_is_charged_once_at_its_documented_cost(self, story: Story) -> None:
        self.charge(story, "letter")
        with pytest.raises(AlreadyClaimed):
            self.charge(story, "letter")
        (fee,) = story.told(FeeCharged)
        assert isinstance(fee, FeeCharged)
        assert (fee.amount, fee.documented_cost) == (Money(110, "EUR"), Money(110, "EUR"))
        assert (fee.invoice_id, fee.reason) == (INVOICE, "letter")

    def test_is_charged_though_the_case_was_closed_meanwhile(self, story: Story) -> None:
        is_settled(story.store, a_settlement(SettlementState.SUCCEEDED))
        story.store.run(lambda work: close_case(INVOICE, work=work, desk=story.desk), NOW)
        self.charge(story, "letter")
        assert len(story.told(FeeCharged)) == 1
        assert story.case.state is CaseState.CLOSED

    @pytest.mark.parametrize("step_id", ["first_reminder", "no_such_step"])
    def test_nothing_else_is_charged(self, story: Story, step_id: str) -> None:
        assert self.charge(story, step_id) is None
        assert story.told(FeeCharged) == []

    def test_of_an_unknown_case_is_refused(self, story: Story) -> None:
        story.case_id = "cas_strange"
        with pytest.raises(UnknownCase):
            self.charge(story, "letter")


class TestTheSecondAttempt:
    def test_charges_what_is_open_once(self, story: Story) -> None:
        for _ in range(2):
            story.take_up_to("second_attempt")
        assert [charge.amount for charge in story.provider.charged] == [PRICE]
        assert story.case.records[-1].note == AttemptState.SUCCEEDED.value

    def test_that_dies_before_its_record_is_not_charged_again(self, story: Story) -> None:
        def die_at_the_record(_key: str) -> None:
            # Two commits follow the call: the payment's answer, then the step.
            def arm(_work: object) -> None:
                story.store.before_commit = die

            story.store.before_commit = arm

        def die(_work: object) -> None:
            raise Crash

        story.provider.after = die_at_the_record
        with pytest.raises(Crash):
            story.take("second_attempt")
        assert not story.case.has_taken("second_attempt")

        story.provider.after = lambda _key: None
        story.take("second_attempt")
        assert story.case.has_taken("second_attempt")
        assert len(story.provider.charged) == 1

    def test_collects_the_fees_too(self, story: Story) -> None:
        put(story.store, a_receivable().charge(BANK_FEE))
        story.take_up_to("second_attempt")
        (charge,) = story.provider.charged
        assert charge.amount == PRICE + BANK_FEE.amount

    @pytest.mark.parametrize(
        ("retry", "note"),
        [
            pytest.param(Retry.NEVER, "never_retry", id="people look first"),
            pytest.param(Retry.NEW_METHOD, "needs_new_method", id="the account is closed"),
        ],
    )
    def test_that_would_not_help_is_skipped_on_record(self, retry: Retry, note: str) -> None:
        story = Story(RetryAdvice("att_one", CARD, retry))
        story.take_up_to("second_attempt")
        assert story.provider.charged == []
        record = story.case.records[-1]
        assert (record.outcome, record.note) == (StepOutcome.SKIPPED, note)

    def test_uses_the_card_that_replaced_the_bad_one(self) -> None:
        story = Story(RetryAdvice("att_one", CARD, Retry.NEW_METHOD))
        with_a_card(story.store, FRESH_CARD)
        story.take_up_to("second_attempt")
        assert story.provider.charged[0].provider_method_id == f"pm_{FRESH_CARD}"

    def test_leaves_a_payment_under_way_alone(self, story: Story) -> None:
        """A debit the customer gave us yesterday; billing has not heard of it yet."""
        story.provider.answers = [(ProviderStatus.PROCESSING, None)]
        take_payment(an_order("key-1"), desk=payment_desk(story.store, story.provider), now=NOW)
        story.take_up_to("second_attempt")
        assert story.case.records[-1].note == "payment_in_flight"
        assert len(story.provider.charged) == 1

    def test_without_any_method_is_skipped(self, story: Story) -> None:
        story.store.aggregates = {
            key: value
            for key, value in story.store.aggregates.items()
            if key[0].__name__ != "Payer"
        }
        story.take_up_to("second_attempt")
        assert story.case.records[-1].note == "no_method"


class TestAssessing:
    def test_tells_the_next_step_or_when(self, story: Story) -> None:
        early = assess_case(story.case_id, desk=story.desk, now=NOW)
        assert isinstance(early, WaitUntil)
        due = assess_case(story.case_id, desk=story.desk, now=early.at)
        assert isinstance(due, StepDue)
        assert due.step.id == "second_attempt"

    def test_closes_a_case_whose_payment_nobody_told(self, story: Story) -> None:
        is_settled(story.store, a_settlement(SettlementState.SUCCEEDED))
        for _ in range(2):
            found = assess_case(story.case_id, desk=story.desk, now=NOW)
            assert found == Over(Outcome.PAID)
        assert story.case.state is CaseState.CLOSED
        assert len(story.told(CaseClosed)) == 1

    def test_sees_that_people_have_it(self, story: Story) -> None:
        put(story.store, replace(story.case, state=CaseState.WITH_PEOPLE))
        assert assess_case(story.case_id, desk=story.desk, now=NOW) == WithPeople()

    def test_refuses_a_case_that_is_not_there(self, story: Story) -> None:
        with pytest.raises(UnknownCase):
            assess_case("cas_strange", desk=story.desk, now=NOW)
