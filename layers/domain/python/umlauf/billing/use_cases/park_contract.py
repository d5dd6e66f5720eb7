"""Put a contract that cannot be billed aside, with the reason, so that it never stops a run."""

from dataclasses import dataclass, replace
from datetime import datetime

from umlauf.billing.events import ContractParked
from umlauf.billing.ports import ParkedContracts
from umlauf.billing.runs import ParkedContract
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a contract could not be billed; the message is for people."""

    code: str
    message: str


def park_contract(
    subscription_id: str,
    obstacle: Obstacle,
    *,
    run_id: str,
    due_at: datetime,
    work: Work,
    parked: ParkedContracts,
) -> ParkedContract:
    """Record it; the others are told once per reason, not once per attempt."""
    known = parked.get(subscription_id)
    if known is None or known.is_resolved:
        fresh = ParkedContract(
            id=subscription_id,
            due_at=due_at,
            reason_code=obstacle.code,
            message=obstacle.message,
            run_id=run_id,
            first_parked_at=work.now,
            tried_at=work.now,
            version=known.version if known else 0,
        )
        work.put(fresh, ContractParked(subscription_id, obstacle.code, run_id, due_at))
        return fresh

    again = replace(
        known,
        reason_code=obstacle.code,
        message=obstacle.message,
        run_id=run_id,
        attempts=known.attempts + 1,
        tried_at=work.now,
    )
    is_news = known.reason_code != obstacle.code
    news = (ContractParked(subscription_id, obstacle.code, run_id, due_at),) if is_news else ()
    work.put(again, *news)
    return again
