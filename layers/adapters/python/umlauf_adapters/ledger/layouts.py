"""Where the ledger's aggregates lie in its table.

An entry lies with its business reference, so that what was posted about one payment is read
consistently; indexes find it by debtor and by day. A day's entries are spread over shards.
"""

from datetime import date
from typing import Final
from zlib import crc32

from umlauf.ledger.model import Debtor, JournalEntry, debtor_id
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("ledger")
DAY_SHARDS: Final = 8


def reference_partition(reference: str) -> str:
    return f"REFERENCE#{reference}"


def debtor_partition(debtor_id: str) -> str:
    return f"DEBTOR#{debtor_id}"


def day_partition(day: date, shard: int) -> str:
    return f"DAY#{day}#{shard}"


def _debtor_key(entry: JournalEntry) -> Key | None:
    if entry.debtor is None:
        return None
    account = debtor_id(entry.legal_entity, entry.debtor)
    return debtor_partition(account), f"{entry.posted_on}#{entry.id}"


JOURNAL_ENTRIES: Final = Layout(
    JournalEntry,
    _TABLE,
    key=lambda entry: (reference_partition(entry.reference), f"ENTRY#{entry.id}"),
    gsi1=_debtor_key,
    gsi2=lambda entry: (
        day_partition(entry.posted_on, crc32(entry.id.encode()) % DAY_SHARDS),
        entry.id,
    ),
)
DEBTORS: Final = Layout(Debtor, _TABLE, key=lambda debtor: (debtor_partition(debtor.id), "DEBTOR"))
