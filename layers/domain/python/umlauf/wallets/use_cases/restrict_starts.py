"""Forbid a customer new prepaid sessions, as the policy engine decided."""

from umlauf.kernel.work import Work
from umlauf.wallets.model import StartGate, StartRestriction
from umlauf.wallets.ports import StartGates


def restrict_starts(
    customer_id: str, restriction: StartRestriction, *, work: Work, gates: StartGates
) -> StartGate:
    """Running sessions end as they would have. The same restriction again changes nothing."""
    gate = gates.find(customer_id) or StartGate(customer_id)
    restricted = gate.restricted(restriction)
    if restricted != gate:
        work.put(restricted)
    return restricted
