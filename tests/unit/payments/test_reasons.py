"""The R-codes and decline codes, and what each is worth."""

import pytest

from umlauf.payments.reasons import REASONS, Retry, reason


@pytest.mark.parametrize(
    ("code", "first", "second", "is_customer_fault"),
    [
        pytest.param("AC01", Retry.NEW_METHOD, Retry.NEW_METHOD, True, id="wrong account"),
        pytest.param("AC04", Retry.NEW_METHOD, Retry.NEW_METHOD, True, id="closed account"),
        pytest.param("AC06", Retry.NEW_METHOD, Retry.NEW_METHOD, True, id="blocked account"),
        pytest.param("AM04", Retry.LATER, Retry.NEW_METHOD, True, id="no funds, once"),
        pytest.param("AM05", Retry.NEVER, Retry.NEVER, False, id="our own duplicate"),
        pytest.param("MD01", Retry.NEW_METHOD, Retry.NEW_METHOD, False, id="no mandate"),
        pytest.param("MD06", Retry.NEVER, Retry.NEVER, False, id="refund asked for"),
        pytest.param("MD07", Retry.NEVER, Retry.NEVER, False, id="debtor died"),
        pytest.param("MS02", Retry.NEW_METHOD, Retry.NEW_METHOD, False, id="refused: ask"),
        pytest.param("MS03", Retry.LATER, Retry.NEW_METHOD, False, id="no reason given, once"),
        pytest.param("BE05", Retry.NEVER, Retry.NEVER, False, id="our data"),
        pytest.param("stolen_card", Retry.NEW_METHOD, Retry.NEW_METHOD, False, id="stolen"),
        pytest.param("fraudulent", Retry.NEVER, Retry.NEVER, False, id="fraud"),
        pytest.param("never_heard_of", Retry.LATER, Retry.NEW_METHOD, False, id="unknown"),
    ],
)
def test_each_reason_is_worth_what_the_rules_say(
    code: str, first: Retry, second: Retry, *, is_customer_fault: bool
) -> None:
    why = reason(code)
    assert (why.advice(1), why.advice(2)) == (first, second)
    assert why.is_customer_fault is is_customer_fault


@pytest.mark.parametrize("code", ["AM04", "MS03"])
def test_a_debit_is_not_repeated_before_five_days(code: str) -> None:
    assert 5 <= reason(code).wait_days <= 7


def test_no_reason_is_retried_for_ever() -> None:
    assert all(why.advice(10) is not Retry.LATER for why in REASONS.values())
