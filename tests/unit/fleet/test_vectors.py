"""The published cases of remote locks and command lifecycles."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.fleet.fleets import NOW, Fleet
from tests.vectors.cases import copied_case
from umlauf.fleet.commands import TIME_TO_LIVE, standing
from umlauf.fleet.model import Command, CommandStatus, Measure, Outcome, Reason
from umlauf.fleet.policy import CustomerKind, Facts, decide_restriction
from umlauf.fleet.use_cases.record_report import CommandAnswer

LOCKS = copied_case("COL-16")
LIFECYCLES = copied_case("IOT-08")
REASONS = {
    "arrears": Reason.ARREARS,
    "theft_reported_by_customer": Reason.THEFT_REPORTED,
    "theft": Reason.THEFT_REPORTED,
    "prepaid_balance_zero": Reason.PREPAID_BALANCE_ZERO,
    "customer_request": Reason.CUSTOMER_REQUEST,
}
OUTCOMES = {
    "DENY": Outcome.DENIED,
    "ALLOW": Outcome.ALLOWED,
    "DEFER": Outcome.DEFERRED,
    "LEGAL_REVIEW": Outcome.IN_REVIEW,
}


@pytest.mark.parametrize(
    ("inputs", "expected"), list(zip(LOCKS["inputs"], LOCKS["expected"], strict=True))
)
def test_col_16_the_engine_denies_by_default(inputs: dict[str, Any], expected: str) -> None:
    # Where a case says nothing: a consumer, a running contract, standing still, locked for arrears.
    facts = Facts(
        customer=CustomerKind(inputs.get("customer", "consumer")),
        is_contract_running=inputs.get("contract", "active") == "active",
        has_lock_clause=inputs.get("individual_clause", False),
        is_moving=inputs.get("moving", False),
    )
    is_about_a_start = inputs.get("session") == "not started"
    measure = Measure.NO_NEW_PREPAID_SESSION if is_about_a_start else Measure.REMOTE_LOCK
    decision = decide_restriction(measure, REASONS[inputs.get("reason", "arrears")], facts, NOW)
    assert decision.outcome is OUTCOMES[expected.split(maxsplit=1)[0].rstrip(";")]


def offline_until_the_deadline(fleet: Fleet) -> tuple[CommandStatus, Command]:
    command = fleet.command()
    return standing(command, NOW + TIME_TO_LIVE, None), command


def acknowledged(fleet: Fleet) -> tuple[CommandStatus, Command]:
    command = fleet.send(fleet.command())
    fleet.report(1, answer=CommandAnswer(command.id))
    return fleet.stored(command).status, fleet.stored(command)


def never_acknowledged(fleet: Fleet) -> tuple[CommandStatus, Command]:
    command = fleet.send(fleet.command())
    heard_at = NOW + timedelta(minutes=1)
    fleet.report(1, heard_at)
    return standing(fleet.stored(command), NOW + TIME_TO_LIVE, heard_at), command


def acknowledged_late(fleet: Fleet) -> tuple[CommandStatus, Command]:
    command = fleet.send(fleet.command())
    fleet.report(1, NOW + TIME_TO_LIVE, answer=CommandAnswer(command.id))
    return fleet.stored(command).status, fleet.stored(command)


@pytest.mark.parametrize(
    ("story", "expected"),
    list(
        zip(
            [
                offline_until_the_deadline,
                acknowledged,
                never_acknowledged,
                acknowledged_late,
            ],
            LIFECYCLES["expected"],
            strict=True,
        )
    ),
)
def test_iot_08_a_command_ends_as_the_device_lets_it(story: Any, expected: str) -> None:
    status, command = story(Fleet())
    assert status.upper() == expected.split(maxsplit=1)[0]
    assert command.is_late == ("late=true" in expected)
