"""Locking and unlocking from afar. A lock goes through the policy engine, always."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from groups import LOOK_UP, RUN
from umlauf.fleet.commands import standing
from umlauf.fleet.model import Command, CommandAction, Device, Reason, Restriction
from umlauf.fleet.policy import CustomerKind, Facts
from umlauf.fleet.use_cases.order_lock import LockOrder, order_lock
from umlauf.fleet.use_cases.request_command import CommandOrder, request_command
from umlauf.kernel.errors import Conflict
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, In, Out
from wiring import ASSETS, COMMANDS, CUSTOMERS, DEVICES, RESTRICTIONS, SUBSCRIPTIONS

routes = Routes(__name__, Access.STAFF, groups=RUN)


class AssetNotOnRent(Conflict):
    code = "commands.asset_not_on_rent"


class CommandIn(In):
    """A lock needs a reason; the policy engine decides whether it is lawful."""

    device_id: Identifier
    action: CommandAction
    reason: Reason | None = None

    @model_validator(mode="after")
    def _locks_for_a_reason(self) -> Self:
        if self.action is CommandAction.LOCK and self.reason is None:
            raise ValueError("a lock needs a reason")
        return self


class CommandOut(Out):
    """`succeeded` only when the device itself reported it."""

    id: str
    device_id: str
    asset_id: str
    action: str
    status: str
    created_at: datetime
    deadline: datetime
    answered_at: datetime | None
    failure: str | None

    @classmethod
    def of(cls, command: Command, device: Device, now: datetime) -> "CommandOut":
        heard_at = device.reported.received_at if device.reported else None
        return cls(
            id=command.id,
            device_id=command.device_id,
            asset_id=command.asset_id,
            action=command.action.value,
            status=standing(command, now, heard_at).value,
            created_at=command.created_at,
            deadline=command.deadline,
            answered_at=command.answered_at,
            failure=command.failure,
        )


class DecisionOut(Out):
    """What the policy engine said, and on what basis. It is on record either way."""

    restriction_id: str
    outcome: str
    basis: str
    expires_at: datetime | None

    @classmethod
    def of(cls, restriction: Restriction) -> "DecisionOut":
        return cls(
            restriction_id=restriction.id,
            outcome=restriction.outcome.value,
            basis=restriction.basis,
            expires_at=restriction.expires_at,
        )


class CommandAnswerOut(Out):
    """Without a command the lock was refused: read the decision."""

    decision: DecisionOut | None
    command: CommandOut | None


@endpoint(routes, "/v1/operator/commands", method="POST", status=201, errors=(404,))
def order_command(body: CommandIn, call: Call) -> CommandAnswerOut:
    """Lock or unlock a device, if that is lawful."""
    device = DEVICES.get(body.device_id)
    if body.action is CommandAction.UNLOCK or body.reason is None:
        order = CommandOrder(call.command_id, CommandAction.UNLOCK, call.identity.principal)
        command = request_command(order, device, work=call.work, commands=COMMANDS)
        return CommandAnswerOut(decision=None, command=CommandOut.of(command, device, call.now))
    return _lock(device, body.reason, call)


@endpoint(routes, "/v1/operator/commands/{command_id}", groups=LOOK_UP)
def get_command(command_id: str, call: Call) -> CommandOut:
    """Show what became of a command."""
    command = COMMANDS.get(command_id)
    return CommandOut.of(command, DEVICES.get(command.device_id), call.now)


def _lock(device: Device, reason: Reason, call: Call) -> CommandAnswerOut:
    holder = ASSETS.get(device.asset_id).holder
    if holder is None:
        raise AssetNotOnRent(f"{device.asset_id} is with nobody; there is no one to lock out")
    subscription = SUBSCRIPTIONS.get(holder.subscription_id)
    customer = CUSTOMERS.get(holder.customer_id)
    facts = Facts(
        customer=CustomerKind.BUSINESS if customer.is_business else CustomerKind.CONSUMER,
        is_contract_running=subscription.is_live,
    )
    order = LockOrder(call.command_id, reason, subscription.id, customer.id)
    answer = order_lock(
        order, device, facts, work=call.work, restrictions=RESTRICTIONS, commands=COMMANDS
    )
    command = CommandOut.of(answer.command, device, call.now) if answer.command else None
    return CommandAnswerOut(decision=DecisionOut.of(answer.restriction), command=command)
