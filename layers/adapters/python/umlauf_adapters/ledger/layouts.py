"""Where the ledger's aggregates lie in its table.

An entry lies with its business reference, so that what was posted about one payment is read
consistently; indexes find it by debtor, and by day of posting, spread over shards.
"""

from datetime import date
from typing import Final
from zlib import crc32

from umlauf.ledger.model import Debtor, JournalEntry, debtor_id
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("ledger")
_SHARDS: Final = 8
"""Of one entry of 1 KB, some 8,000 a second."""


def reference_partition(reference: str) -> str:
    return f"REFERENCE#{reference}"


def debtor_partition(debtor_id: str) -> str:
    return f"DEBTOR#{debtor_id}"


def journal_partitions() -> tuple[str, ...]:
    """All partitions of the journal, in each of which entries lie by day."""
    return tuple(f"POSTED#{shard}" for shard in range(_SHARDS))


def posted_on(day: date) -> str:
    """What the sort keys of a day's entries begin with."""
    return f"{day}#"


def _debtor_key(entry: JournalEntry) -> Key | None:
    if entry.debtor is None:
        return None
    account = debtor_id(entry.legal_entity, entry.debtor)
    return debtor_partition(account), f"{posted_on(entry.posted_on)}{entry.id}"


def _journal_key(entry: JournalEntry) -> Key:
    shard = crc32(entry.id.encode()) % _SHARDS
    return journal_partitions()[shard], f"{posted_on(entry.posted_on)}{entry.id}"


JOURNAL_ENTRIES: Final = Layout(
    JournalEntry,
    _TABLE,
    key=lambda entry: (reference_partition(entry.reference), f"ENTRY#{entry.id}"),
    gsi1=_debtor_key,
    gsi2=_journal_key,
)
DEBTORS: Final = Layout(Debtor, _TABLE, key=lambda debtor: (debtor_partition(debtor.id), "DEBTOR"))
