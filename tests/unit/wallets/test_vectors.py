"""The published case of a prepaid start. Its amounts are millionths of a euro."""

import pytest

from tests.unit.wallets.purses import Purse, eur, terms
from tests.vectors.cases import copied_case
from umlauf.wallets.errors import InsufficientBalance
from umlauf.wallets.pricing import affordable_units
from umlauf.wallets.start_policy import StartPolicy

MICRO_PER_MINOR = 10_000


def test_iot_10_a_lease_is_granted_from_the_balance_above_the_reserve() -> None:
    case = copied_case("IOT-10")
    inputs, expected = case["inputs"], case["expected"]
    reserve = inputs["reserve_micro"] // MICRO_PER_MINOR
    policy = StartPolicy(minimum_minor=reserve, reserve_minor=reserve)
    rate = terms(str(inputs["rate_micro_per_min"] // MICRO_PER_MINOR))
    balance = inputs["balance_micro"] // MICRO_PER_MINOR

    session = Purse(balance, policy).start(terms_=rate)
    assert session.lease == expected["lease_minutes"] * 60
    assert affordable_units(rate, eur(balance), 1000) == expected["minutes_to_zero"]
    with pytest.raises(InsufficientBalance):
        Purse(reserve - 1, policy).start(terms_=rate)
