"""The published cases of prepaid starts. Amounts in the cases are euros or millionths of one."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.wallets.purses import Purse, eur, ride, terms
from umlauf.wallets.errors import InsufficientBalance
from umlauf.wallets.pricing import affordable_units
from umlauf.wallets.start_policy import StartPolicy

CASES = {
    case["id"]: case
    for case in json.loads(
        (Path(__file__).parents[2] / "vectors" / "wallets.json").read_text(encoding="utf-8")
    )
}
MICRO_PER_MINOR = 10_000


def minor(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


def test_iot_10_a_lease_is_granted_from_the_balance_above_the_reserve() -> None:
    inputs, expected = (CASES["IOT-10"][part] for part in ("inputs", "expected"))
    reserve = inputs["reserve_micro"] // MICRO_PER_MINOR
    policy = StartPolicy(minimum_minor=reserve, reserve_minor=reserve)
    rate = terms(str(inputs["rate_micro_per_min"] // MICRO_PER_MINOR))
    balance = inputs["balance_micro"] // MICRO_PER_MINOR

    session = Purse(balance, policy).start(terms_=rate)
    assert session.lease == expected["lease_minutes"] * 60
    assert affordable_units(rate, eur(balance), 1000) == expected["minutes_to_zero"]
    with pytest.raises(InsufficientBalance):
        Purse(reserve - 1, policy).start(terms_=rate)


def test_wallet_04_nobody_starts_below_the_minimum_and_each_level_is_debited() -> None:
    inputs, expected = (CASES["WALLET-04"][part] for part in ("inputs", "expected"))
    policy = StartPolicy(minimum_minor=minor(inputs["min_to_start"]), reserve_minor=0)
    purse = Purse(minor(inputs["balance"]), policy)
    with pytest.raises(InsufficientBalance):
        purse.start("too-early")

    purse.credit("att_2", minor(inputs["after_top_up"]) - minor(inputs["balance"]))
    for level in inputs["usage"]:
        _use(purse, level)
    taken = [entry.amount for entry in purse.entries if entry.amount < eur(0)]
    assert sum(amount.amount_minor for amount in taken) == -minor(expected["debit"])
    assert purse.wallet.balance == eur(minor(expected["balance"]))


def _use(purse: Purse, level: dict[str, Any]) -> None:
    key = f"level-{level['level']}"
    purse.start(key, terms_=terms(str(minor(level["per_min"]))))
    purse.settle(ride(level["minutes"] * 60, source_id=key))
