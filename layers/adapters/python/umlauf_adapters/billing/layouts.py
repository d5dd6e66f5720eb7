"""Where billing's aggregates lie in its table.

An invoice and its receivable share a partition; so do a credit balance and its entries, a run and
its number blocks, and a block's numbers. Index partitions hold one kind each. The index of watched
receivables is sparse: only what is open and not reported yet is in it.

The registers (gsi2) list documents by day of issue, spread over shards. That of invoices is of the
receivables, which are small, and which alone know what is settled: what staff looks for most, what
is still open, are the few of many years.
"""

from datetime import date
from typing import Final
from zlib import crc32

from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.billing.model import (
    Invoice,
    Receivable,
    ReceivableStatus,
    overdue_shard,
)
from umlauf.billing.numbering import DocumentNumber, NumberBlock, Series
from umlauf.billing.runs import BillingRun, ParkedContract, RunCursor
from umlauf.billing.stored_documents import StoredDocument
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.kernel.items import context_table
from umlauf_adapters.kernel.layouts import Key, Layout

_TABLE = context_table("billing")
RUNS_PARTITION: Final = "RUNS"
PARKED_PARTITION: Final = "PARKED"
_REGISTER_SHARDS: Final = 4
"""A receivable is less than 1 KB, so four take some 4,000 new invoices a second."""


def invoice_partition(invoice_id: str) -> str:
    return f"INVOICE#{invoice_id}"


def document_partition(document_id: str) -> str:
    return f"DOCUMENT#{document_id}"


def customer_partition(customer_id: str) -> str:
    return f"CUSTOMER#{customer_id}"


def noted_partition(customer_id: str) -> str:
    return f"NOTED#{customer_id}"


def register_partitions(which: str) -> tuple[str, ...]:
    """All partitions of one register."""
    return tuple(f"{which}#{shard}" for shard in range(_REGISTER_SHARDS))


def balance_partition(balance_id: str) -> str:
    return f"BALANCE#{balance_id}"


def balances_partition(customer_id: str) -> str:
    return f"BALANCES#{customer_id}"


def overdue_partition(shard: int) -> str:
    return f"OVERDUE#{shard}"


def subscription_partition(subscription_id: str) -> str:
    return f"SUBSCRIPTION#{subscription_id}"


CHARGES: Final = "CHARGE#"
UNSETTLED: Final = "UNSETTLED"
SETTLED: Final = "SETTLED"
NOTES: Final = "NOTES"


def charge_key(subscription_id: str, ends_on: date, charge_id: str) -> Key:
    """Sorted by the end of the service period: the latest charges are one query."""
    return subscription_partition(subscription_id), f"{CHARGES}{ends_on}#{charge_id}"


def run_partition(run_id: str) -> str:
    return f"RUN#{run_id}"


def block_prefix(shard: str) -> str:
    return f"BLOCK#{shard}#" if shard else "BLOCK#"


def block_partition(block_id: str) -> str:
    return f"BLOCK#{block_id}"


def _block_key(block: NumberBlock) -> Key:
    run_id, _, place = block.id.partition("#")
    return run_partition(run_id), f"BLOCK#{place}"


def _watched_key(receivable: Receivable) -> Key | None:
    if receivable.watch_on is None or receivable.status is not ReceivableStatus.OPEN:
        return None
    partition = overdue_partition(overdue_shard(receivable.id))
    return partition, f"{receivable.watch_on}#{receivable.id}"


def _register_key(which: str, id_: str, issued_on: date, number: str) -> Key:
    partitions = register_partitions(which)
    return partitions[crc32(id_.encode()) % len(partitions)], f"{issued_on}#{number}"


def _invoice_register_key(receivable: Receivable) -> Key:
    which = SETTLED if receivable.status is ReceivableStatus.PAID else UNSETTLED
    return _register_key(which, receivable.id, receivable.issued_on, receivable.number)


def _parked_key(parked: ParkedContract) -> Key | None:
    if parked.is_resolved:
        return None
    return PARKED_PARTITION, f"{encode_instant(parked.first_parked_at)}#{parked.id}"


INVOICES: Final = Layout(
    Invoice,
    _TABLE,
    key=lambda invoice: (invoice_partition(invoice.id), "INVOICE"),
    gsi1=lambda invoice: (
        customer_partition(invoice.customer_id),
        f"{invoice.issued_on}#{invoice.number}",
    ),
)
RECEIVABLES: Final = Layout(
    Receivable,
    _TABLE,
    key=lambda receivable: (invoice_partition(receivable.id), "RECEIVABLE"),
    gsi1=_watched_key,
    gsi2=_invoice_register_key,
)
BILLED_CHARGES: Final = Layout(
    BilledCharge,
    _TABLE,
    key=lambda charge: charge_key(charge.subscription_id, charge.period.end, charge.id),
)
CREDIT_NOTES: Final = Layout(
    CreditNote,
    _TABLE,
    key=lambda note: (f"NOTE#{note.id}", "NOTE"),
    gsi1=lambda note: (
        noted_partition(note.customer_id),
        f"{note.issued_on}#{note.number}",
    ),
    gsi2=lambda note: _register_key(NOTES, note.id, note.issued_on, note.number),
)
CREDIT_BALANCES: Final = Layout(
    CreditBalance,
    _TABLE,
    key=lambda balance: (balance_partition(balance.id), "BALANCE"),
    gsi1=lambda balance: (balances_partition(balance.customer_id), balance.id),
)
CREDIT_ENTRIES: Final = Layout(
    CreditEntry,
    _TABLE,
    key=lambda entry: (balance_partition(entry.balance_id), f"ENTRY#{entry.number:06d}"),
)
STORED_DOCUMENTS: Final = Layout(
    StoredDocument,
    _TABLE,
    key=lambda document: (document_partition(document.id), "DOCUMENT"),
)
SERIES: Final = Layout(Series, _TABLE, key=lambda series: (f"SERIES#{series.id}", "SERIES"))
NUMBER_BLOCKS: Final = Layout(NumberBlock, _TABLE, key=_block_key)
DOCUMENT_NUMBERS: Final = Layout(
    DocumentNumber,
    _TABLE,
    key=lambda number: (block_partition(number.block_id), f"NUMBER#{number.id}"),
)
RUN_CURSORS: Final = Layout(RunCursor, _TABLE, key=lambda cursor: (f"CURSOR#{cursor.id}", "CURSOR"))
BILLING_RUNS: Final = Layout(
    BillingRun,
    _TABLE,
    key=lambda run: (run_partition(run.id), "RUN"),
    gsi1=lambda run: (RUNS_PARTITION, run.id),
)
PARKED_CONTRACTS: Final = Layout(
    ParkedContract,
    _TABLE,
    key=lambda parked: (f"PARKED#{parked.id}", "PARKED"),
    gsi1=_parked_key,
)
