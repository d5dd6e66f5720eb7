"""Number series, blocks, billing runs and parked contracts in DynamoDB."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from typing import Final

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
from umlauf_adapters.kernel.layouts import BadCursor

_BLOCKS_A_PAGE: Final = 25


class DynamoNumbers:
    """Implements umlauf.billing.ports.Numbers."""

    def series(self, series_id: str) -> Series | None:
        return SERIES.get(f"SERIES#{series_id}", "SERIES")

    def blocks(self, run_id: str, shard: str = "") -> Sequence[NumberBlock]:
        return list(NUMBER_BLOCKS.all(run_partition(run_id), prefix=block_prefix(shard)))

    def taken(self, block: NumberBlock) -> Sequence[DocumentNumber]:
        return list(DOCUMENT_NUMBERS.all(block_partition(block.id)))

    def of_run(
        self, run_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[DocumentNumber]:
        first, within = _read_place(cursor)
        blocks = [one for one in self.blocks(run_id) if one.id >= first]
        found: list[DocumentNumber] = []
        for block in blocks[:_BLOCKS_A_PAGE]:
            if len(found) == limit:
                return Page(found, _write_place(block.id, None))
            inner = within if block.id == first else None
            page = DOCUMENT_NUMBERS.page(
                block_partition(block.id), limit=limit - len(found), cursor=inner
            )
            found.extend(page.items)
            if page.next_cursor:
                return Page(found, _write_place(block.id, page.next_cursor))
        rest = blocks[_BLOCKS_A_PAGE:]
        return Page(found, _write_place(rest[0].id, None) if rest else None)


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


def _write_place(block_id: str, cursor: str | None) -> str:
    return urlsafe_b64encode(json.dumps([block_id, cursor]).encode()).decode()


def _read_place(cursor: str | None) -> tuple[str, str | None]:
    """The block to go on with, and the place in it."""
    if cursor is None:
        return "", None
    try:
        block_id, within = json.loads(urlsafe_b64decode(cursor.encode()))
    except (ValueError, Base64Error, TypeError):
        block_id, within = None, None
    if isinstance(block_id, str) and (within is None or isinstance(within, str)):
        return block_id, within
    raise BadCursor(
        "cursor must be a next_cursor of this list; leave it out to start", field="cursor"
    )
