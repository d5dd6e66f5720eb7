"""A part payment pays costs first, then interest, then principal, and never more than there is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umlauf.billing.allocation import Arrears, allocate
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money

amounts = st.integers(0, 100_000).map(lambda minor: Money(minor, "EUR"))
NOTHING = Money(0, "EUR")


@given(payment=amounts, costs=amounts, interest=amounts, principal=amounts)
def test_what_is_paid_and_what_is_left_add_up_to_what_was_owed(
    payment: Money, costs: Money, interest: Money, principal: Money
) -> None:
    owed = Arrears(costs, interest, principal)
    left = allocate(payment, owed)
    assert left.total == max(owed.total - payment, NOTHING)


@given(payment=amounts, costs=amounts, interest=amounts, principal=amounts)
def test_no_part_is_touched_before_those_that_go_first_are_paid(
    payment: Money, costs: Money, interest: Money, principal: Money
) -> None:
    left = allocate(payment, Arrears(costs, interest, principal))
    assert left.principal == principal or (left.costs, left.interest) == (NOTHING, NOTHING)
    assert left.interest == interest or left.costs == NOTHING


@given(first=amounts, second=amounts, costs=amounts, principal=amounts)
def test_two_payments_leave_what_their_sum_leaves(
    first: Money, second: Money, costs: Money, principal: Money
) -> None:
    owed = Arrears(costs, NOTHING, principal)
    assert allocate(second, allocate(first, owed)) == allocate(first + second, owed)


def test_a_payment_is_never_negative() -> None:
    with pytest.raises(InvalidInput):
        allocate(Money(-1, "EUR"), Arrears(NOTHING, NOTHING, NOTHING))
