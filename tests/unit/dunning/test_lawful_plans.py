"""Plans and fees are lawful by construction."""

from itertools import pairwise

import pytest

from umlauf.dunning.errors import CustomerNotAtFault, FeeAboveCost, UnknownPlan, UnlawfulPlan
from umlauf.dunning.model import Fee, Plan, Step, StepKind
from umlauf.dunning.plans import plan, plan_for
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money

PEOPLE = Step("people", StepKind.HAND_TO_PEOPLE, 30)
COST = (Money(110, "EUR"),)


def test_a_fee_above_its_cost_or_for_somebody_without_fault_cannot_be_made() -> None:
    """Courts struck down flat fees for returned debits."""
    cost = Money(350, "EUR")
    assert Fee(cost, documented_cost=cost).amount == cost
    with pytest.raises(FeeAboveCost):
        Fee(Money(351, "EUR"), documented_cost=cost)
    with pytest.raises(CustomerNotAtFault):
        Fee(cost, documented_cost=cost, is_customer_fault=False)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((), id="no steps"),
        pytest.param((Step("letter", StepKind.SEND_LETTER, 1, COST), PEOPLE), id="first not free"),
        pytest.param(
            (
                Step("reminder", StepKind.SEND_REMINDER, 1),
                Step("again", StepKind.SEND_REMINDER, 2, COST),
                PEOPLE,
            ),
            id="a fee for an e-mail",
        ),
        pytest.param((Step("reminder", StepKind.SEND_REMINDER, 1),), id="no people at the end"),
        pytest.param(
            (
                Step("reminder", StepKind.SEND_REMINDER, 9),
                Step("sooner", StepKind.SEND_REMINDER, 2),
                PEOPLE,
            ),
            id="out of order",
        ),
        pytest.param(
            (
                Step("same", StepKind.SEND_REMINDER, 1),
                Step("same", StepKind.SEND_REMINDER, 2),
                PEOPLE,
            ),
            id="two steps of one name",
        ),
    ],
)
def test_a_careless_plan_cannot_be_made(steps: tuple[Step, ...]) -> None:
    with pytest.raises(UnlawfulPlan):
        Plan("careless.1", steps)


@pytest.mark.parametrize("is_business", [False, True])
@pytest.mark.parametrize("country", ["DE", "NL", "FR"])
def test_no_plan_asks_for_a_remote_lock(country: str, *, is_business: bool) -> None:
    steps = plan_for(country, is_business=is_business).steps
    assert {step.restriction for step in steps} <= {None, "no_new_prepaid_session"}


def test_where_no_law_is_known_nothing_is_charged_or_restricted() -> None:
    steps = plan_for("FR", is_business=False).steps
    assert not any(step.documented_costs or step.restriction for step in steps)


def test_a_dutch_letter_is_free_and_leaves_fourteen_days_before_people_act() -> None:
    steps = plan_for("NL", is_business=False).steps
    letter = next(step for step in steps if step.kind is StepKind.SEND_LETTER)
    assert letter.documented_costs == ()
    assert steps[-1].after_days - letter.after_days > 14


@pytest.mark.parametrize("is_business", [False, True])
@pytest.mark.parametrize("country", ["DE", "NL", "FR"])
def test_a_case_finds_its_plan_by_id(country: str, *, is_business: bool) -> None:
    in_force = plan_for(country, is_business=is_business)
    assert plan(in_force.id) is in_force
    days = [step.after_days for step in in_force.steps]
    assert all(earlier <= later for earlier, later in pairwise(days))


def test_an_unknown_plan_is_refused() -> None:
    with pytest.raises(UnknownPlan):
        plan("de-consumer.0")


def test_a_letter_in_a_currency_without_documented_cost_is_free() -> None:
    letter = next(
        step
        for step in plan_for("DE", is_business=False).steps
        if step.kind is StepKind.SEND_LETTER
    )
    assert letter.fee("EUR") == Fee(Money(110, "EUR"), Money(110, "EUR"))
    assert letter.fee("USD") is None


def test_an_unlawful_fee_is_bad_input_and_says_so() -> None:
    with pytest.raises(InvalidInput, match="above the documented cost"):
        Fee(Money(111, "EUR"), documented_cost=Money(110, "EUR"))
