"""Number series, blocks, billing runs and parked contracts in DynamoDB."""

from collections.abc import Sequence

from umlauf.billing.numbering import DocumentNumber, NumberBlock, Series
from umlauf.billing.runs import CURSOR_ID, BillingRun, ParkedContract, RunCursor
from umlauf.kernel.work import Page
from umlauf_adapters.billing.layouts import (
    BILLING_RUNS,
    DOCUMENT_NUMBERS,
    NUMBER_BLOCKS,
    PARKED_CONTRACTS,
    PARKED_PARTITION,
    RUN_CURSORS,
    RUNS_PARTITION,
    SERIES,
    block_partition,
    block_prefix,
    run_partition,
)


class DynamoNumbers:
    """Implements umlauf.billing.ports.Numbers."""

    def series(self, series_id: str) -> Series | None:
        return SERIES.get(f"SERIES#{series_id}", "SERIES")

    def blocks(self, run_id: str, shard: str = "") -> Sequence[NumberBlock]:
        return list(NUMBER_BLOCKS.all(run_partition(run_id), prefix=block_prefix(shard)))

    def taken(self, block: NumberBlock) -> Sequence[DocumentNumber]:
        return list(DOCUMENT_NUMBERS.all(block_partition(block.id)))


class DynamoRuns:
    """Implements umlauf.billing.ports.Runs."""

    def cursor(self) -> RunCursor | None:
        return RUN_CURSORS.get(f"CURSOR#{CURSOR_ID}", "CURSOR")

    def get(self, run_id: str) -> BillingRun | None:
        return BILLING_RUNS.get(run_partition(run_id), "RUN")

    def latest(self, *, limit: int = 50, cursor: str | None = None) -> Page[BillingRun]:
        return BILLING_RUNS.page(
            RUNS_PARTITION, index="gsi1", limit=limit, cursor=cursor, newest_first=True
        )


class DynamoParkedContracts:
    """Implements umlauf.billing.ports.ParkedContracts."""

    def get(self, subscription_id: str) -> ParkedContract | None:
        return PARKED_CONTRACTS.get(f"PARKED#{subscription_id}", "PARKED")

    def waiting(self, *, limit: int = 50, cursor: str | None = None) -> Page[ParkedContract]:
        return PARKED_CONTRACTS.page(PARKED_PARTITION, index="gsi1", limit=limit, cursor=cursor)
