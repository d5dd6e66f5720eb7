"""Everything the invariants look at, read once.

The stored aggregates and what the cloud says of itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.credits import CreditBalance, CreditEntry
from umlauf.billing.model import Invoice, Receivable
from umlauf.billing.numbering import DocumentNumber, NumberBlock, Series
from umlauf.billing.runs import RunCursor
from umlauf.billing.stored_documents import StoredDocument
from umlauf.dunning.model import Case
from umlauf.fleet.model import Restriction
from umlauf.inventory.model import Asset, EndedAssignment
from umlauf.ledger.model import Debtor, JournalEntry
from umlauf.subscriptions.model import Subscription
from umlauf.usage.model import Correction, DayUsage, MeterPoint, PlacedReading
from umlauf.usage.usage_events import UsageEvent
from umlauf.wallets.model import Session, StartGate, UnsettledUsage, Wallet, WalletEntry
from umlauf_adapters.billing import layouts as _billing
from umlauf_adapters.dunning import layouts as _dunning
from umlauf_adapters.fleet import layouts as _fleet
from umlauf_adapters.inventory import layouts as _inventory
from umlauf_adapters.kernel.layouts import read_all
from umlauf_adapters.ledger import layouts as _ledger
from umlauf_adapters.subscriptions import subscriptions as _subscriptions
from umlauf_adapters.usage import layouts as _usage
from umlauf_adapters.wallets import layouts as _wallets

T = TypeVar("T")

# Reading a class needs its layout, which importing its adapter registers.
_ADAPTERS: Final = (
    _billing,
    _dunning,
    _fleet,
    _inventory,
    _ledger,
    _subscriptions,
    _usage,
    _wallets,
)
_CLASSES: Final[tuple[type, ...]] = (
    Asset,
    BilledCharge,
    Case,
    Correction,
    CreditBalance,
    CreditEntry,
    CreditNote,
    DayUsage,
    Debtor,
    DocumentNumber,
    EndedAssignment,
    Invoice,
    JournalEntry,
    MeterPoint,
    NumberBlock,
    PlacedReading,
    Receivable,
    Restriction,
    RunCursor,
    Series,
    Session,
    StartGate,
    StoredDocument,
    Subscription,
    UnsettledUsage,
    UsageEvent,
    Wallet,
    WalletEntry,
)


@dataclass(frozen=True)
class DeadLetterQueue:
    """A dead-letter queue as it stands: how much is in it, and whether an alarm watches it."""

    name: str
    messages: int
    is_watched: bool


@dataclass(frozen=True)
class Books:
    """A consistent reading needs a platform at rest: settle it first."""

    aggregates: dict[type, list[Any]] = field(default_factory=dict)
    running_executions: frozenset[str] = frozenset()
    """Names of the dunning machine's live executions: the ids of their cases."""

    dead_letter_queues: Sequence[DeadLetterQueue] = ()
    archive: Mapping[str, str] | None = None
    """The SHA-256 of each file in the archive of documents, by its key; None if nobody looked."""

    def of(self, cls: type[T]) -> list[T]:
        return cast("list[T]", self.aggregates.get(cls, []))


def read_books(
    running_executions: frozenset[str],
    dead_letter_queues: Sequence[DeadLetterQueue],
    archive: Mapping[str, str] | None = None,
) -> Books:
    """Read all tables named by TABLE_PREFIX."""
    return Books(read_all(*_CLASSES), running_executions, dead_letter_queues, archive)
