"""What the ledger tells the other contexts."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class EntryPosted:
    TYPE: ClassVar[str] = "ledger.entry_posted.v1"

    entry_id: str
    source_event_id: str
    posted_on: date
    amount: Money
