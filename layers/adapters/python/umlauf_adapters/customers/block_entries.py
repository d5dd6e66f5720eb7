"""The block list in DynamoDB, beside the customers it is about."""

from collections.abc import Sequence

from umlauf.customers.errors import UnknownBlock
from umlauf.customers.model import BlockEntry
from umlauf_adapters.customers.layouts import BLOCK, BLOCK_ENTRIES, customer_partition


class DynamoBlockEntries:
    """Implements umlauf.customers.ports.BlockEntries."""

    def get(self, customer_id: str, block_id: str) -> BlockEntry:
        entry = BLOCK_ENTRIES.get(customer_partition(customer_id), f"{BLOCK}{block_id}")
        if entry is None:
            raise UnknownBlock(f"customer {customer_id!r} has no block {block_id!r}")
        return entry

    def of_customer(self, customer_id: str) -> Sequence[BlockEntry]:
        return list(BLOCK_ENTRIES.all(customer_partition(customer_id), prefix=BLOCK))
