"""Lock an asset's device if, and only if, the policy engine allows it."""

from dataclasses import dataclass, replace

from umlauf.fleet.model import Command, CommandAction, Device, Measure, Reason, Restriction
from umlauf.fleet.policy import Facts
from umlauf.fleet.ports import Commands, Restrictions
from umlauf.fleet.use_cases.impose_restriction import RestrictionRequest, impose_restriction
from umlauf.fleet.use_cases.request_command import CommandOrder, request_command
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True)
class LockOrder:
    command_key: str
    reason: Reason
    subscription_id: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class LockAnswer:
    """The decision always; a command only where it allows one."""

    restriction: Restriction
    command: Command | None


def order_lock(
    order: LockOrder,
    device: Device,
    facts: Facts,
    *,
    work: Work,
    restrictions: Restrictions,
    commands: Commands,
) -> LockAnswer:
    """A refusal is an answer, not an error, so that it is committed as the audit entry it is.

    Whether the asset moves is taken from the device's own report, not from `facts`.
    """
    request = RestrictionRequest(
        request_id=order.command_key,
        measure=Measure.REMOTE_LOCK,
        reason=order.reason,
        subscription_id=order.subscription_id,
        customer_id=order.customer_id,
        asset_id=device.asset_id,
    )
    seen = replace(facts, is_moving=device.is_moving_at(work.now))
    restriction = impose_restriction(request, seen, work=work, restrictions=restrictions)
    if not restriction.holds_at(work.now):
        return LockAnswer(restriction, None)
    command = CommandOrder(order.command_key, CommandAction.LOCK, restriction.id)
    return LockAnswer(restriction, request_command(command, device, work=work, commands=commands))
