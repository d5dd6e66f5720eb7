"""What the ledger needs from outside: its journal and its debtors."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from umlauf.kernel.work import Page
from umlauf.ledger.finding import JournalSearch
from umlauf.ledger.model import Debtor, JournalEntry


class Journal(Protocol):
    def of_reference(self, reference: str) -> Sequence[JournalEntry]:
        """Everything posted about one invoice, payment attempt or session."""

    def of_day(self, day: date) -> Iterator[JournalEntry]:
        """What was posted on a day; may lag behind by a moment."""


class JournalRegister(Protocol):
    def find(
        self, search: JournalSearch, *, limit: int = 50, cursor: str | None = None
    ) -> Page[JournalEntry]:
        """The entries that are wanted, newest first; may lag behind by a moment.

        A page is short only where it had to look at more than one request may, or is the last.
        """


class Debtors(Protocol):
    def get(self, debtor_id: str) -> Debtor | None: ...
