"""Take a contract off the parking list: it was billed, or is not due any more."""

from dataclasses import replace

from umlauf.billing.ports import ParkedContracts
from umlauf.kernel.work import Work


def release_contract(subscription_id: str, *, work: Work, parked: ParkedContracts) -> None:
    known = parked.get(subscription_id)
    if known is not None and not known.is_resolved:
        work.put(replace(known, is_resolved=True))
