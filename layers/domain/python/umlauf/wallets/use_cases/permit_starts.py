"""Let a customer start again as far as one restriction forbade it; others stay."""

from umlauf.kernel.work import Work
from umlauf.wallets.model import StartGate
from umlauf.wallets.ports import StartGates


def permit_starts(
    customer_id: str, restriction_id: str, *, work: Work, gates: StartGates
) -> StartGate:
    """Lifting what does not hold changes nothing."""
    gate = gates.find(customer_id) or StartGate(customer_id)
    permitted = gate.without(restriction_id)
    if permitted != gate:
        work.put(permitted)
    return permitted
