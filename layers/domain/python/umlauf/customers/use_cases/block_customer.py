"""Put a customer on the block list."""

from dataclasses import dataclass
from datetime import datetime

from umlauf.customers.events import CustomerBlocked
from umlauf.customers.model import BlockEntry
from umlauf.customers.ports import Customers
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    command_key: str
    customer_id: str
    reason: str
    entered_by: str
    expires_at: datetime


def block_customer(command: Block, *, work: Work, customers: Customers) -> BlockEntry:
    """Refuse new orders until the block expires or a person lifts it.

    Running contracts go on: a block is about new risk. Raises UnknownCustomer, BadBlock.
    """
    customer = customers.get(command.customer_id)
    entry = BlockEntry(
        id=derive_id("blk", command.command_key),
        customer_id=customer.id,
        reason=command.reason,
        entered_by=command.entered_by,
        starts_at=work.now,
        expires_at=command.expires_at,
    )
    work.put(entry, CustomerBlocked(customer.id, entry.id, entry.expires_at))
    return entry
