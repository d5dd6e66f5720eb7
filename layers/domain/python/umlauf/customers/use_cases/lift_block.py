"""End a block early: what an appeal to a person may come to."""

from dataclasses import replace

from umlauf.customers.events import BlockLifted
from umlauf.customers.model import BlockEntry
from umlauf.customers.ports import BlockEntries
from umlauf.kernel.work import Work


def lift_block(
    customer_id: str, block_id: str, *, work: Work, block_entries: BlockEntries
) -> BlockEntry:
    """Lift a live block; one that ended already is left as it is. Raises UnknownBlock."""
    entry = block_entries.get(customer_id, block_id)
    if not entry.is_live(work.now):
        return entry
    lifted = replace(entry, lifted_at=work.now)
    work.put(lifted, BlockLifted(customer_id, block_id))
    return lifted
