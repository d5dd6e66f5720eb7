"""Billing runs: which days they look at, what they did, and who is parked until when.

A run that was killed is open, and the next one takes it up under the same id, so it finds its
number blocks. Days are looked at from the last completed run on, so a day without runs is caught
up and an hourly run costs few reads. A run without news, which only tried parked contracts in
vain, gives its name and its record to the next one: hours in which nothing happens leave nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final

from umlauf.billing.documents import DocumentKind
from umlauf.billing.numbering import DocumentNumber
from umlauf.kernel.money import Money
from umlauf.subscriptions.due import day_buckets

CURSOR_ID: Final = "billing"
OVERLAP: Final = timedelta(hours=3)
"""An index lags behind its table: usually by moments, but what if it is by more?

A day's bucket is looked at by each run of the day, and by the runs of the first hours after it.
"""
MAX_WINDOW: Final = timedelta(days=3)
"""How far one run looks.

After a long outage runs follow one another until they are up to date.
"""
HOURLY_TRIES: Final = 24
"""How often a parked contract is tried by each run; after that once a day."""
_ABOUT_A_DAY: Final = timedelta(hours=23, minutes=30)
"""Runs are some seconds early or late: the one of the same hour tries again."""


@dataclass(frozen=True, slots=True)
class Window:
    """The day buckets of one run, and up to when they are done when it is."""

    buckets: tuple[str, ...]
    through: datetime


@dataclass(frozen=True, slots=True)
class RunCursor:
    """Up to when runs are complete, and which run is open. There is one.

    `quiet_run_id` is the last run, if it had no news: the next one takes its place.
    """

    KIND: ClassVar[str] = "run_cursor"

    id: str = CURSOR_ID
    completed_through: datetime | None = None
    open_run_id: str | None = None
    runs_started: int = 0
    quiet_run_id: str | None = None
    version: int = 0

    def window(self, now: datetime) -> "Window":
        """What a run at `now` must look at, oldest first."""
        start = self._looks_from(now)
        through = min(now, start + MAX_WINDOW)
        return Window(tuple(day_buckets(start, through)), through)

    def opened(self) -> "RunCursor":
        """With the next run open. Runs are counted, so that each has its own name."""
        if self.quiet_run_id is not None:
            return replace(self, open_run_id=self.quiet_run_id, quiet_run_id=None)
        number = self.runs_started + 1
        return replace(self, runs_started=number, open_run_id=f"run_{number:06d}")

    def completed(self, through: datetime) -> "RunCursor":
        latest = max(through, self.completed_through or through)
        return replace(self, completed_through=latest, open_run_id=None)

    def _looks_from(self, now: datetime) -> datetime:
        if self.completed_through is None:
            return now - MAX_WINDOW
        return self.completed_through - OVERLAP


@dataclass(frozen=True, slots=True)
class PartReport:
    """What happened to the due contracts of a part of a run, or of all of it."""

    due: int = 0
    billed: int = 0
    """Contracts, however many documents they got."""
    nothing_to_charge: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Contracts that were not due any more, by reason."""
    parked: Mapping[str, int] = field(default_factory=dict)
    """Contracts that could not be billed, by the code of the reason."""
    parked_before: int = 0
    """Those of them that earlier runs could not bill either."""

    @property
    def has_news(self) -> bool:
        """Whether anything came of it that was not so before."""
        newly_parked = sum(self.parked.values()) - self.parked_before
        return bool(self.billed or self.nothing_to_charge or newly_parked)

    def __add__(self, other: "PartReport") -> "PartReport":
        return PartReport(
            self.due + other.due,
            self.billed + other.billed,
            self.nothing_to_charge + other.nothing_to_charge,
            _added(self.skipped, other.skipped),
            _added(self.parked, other.parked),
            self.parked_before + other.parked_before,
        )


@dataclass(frozen=True, slots=True)
class IssuedDocuments:
    """How many documents of one kind a run issued, and over how much in each currency."""

    kind: DocumentKind
    count: int
    gross: tuple[Money, ...]


def issued_documents(numbers: Iterable[DocumentNumber]) -> tuple[IssuedDocuments, ...]:
    """What numbers were issued for, by kind."""
    counts: Counter[DocumentKind] = Counter()
    sums: dict[DocumentKind, Counter[str]] = defaultdict(Counter)
    for number in numbers:
        if number.document is not None and number.gross is not None:
            counts[number.document] += 1
            sums[number.document][number.gross.currency] += number.gross.amount_minor
    return tuple(
        IssuedDocuments(
            kind,
            counts[kind],
            tuple(Money(minor, currency) for currency, minor in sorted(sums[kind].items())),
        )
        for kind in DocumentKind
        if counts[kind]
    )


@dataclass(frozen=True, slots=True)
class BillingRun:
    """One run. Its report is written when it is finished; until then a rerun goes on with it.

    `documents` and `report.billed` are counted from the record: an execution that was cut off left
    its documents, but no report. One that `is_by_hand` was asked for by a person: it tries every
    parked contract, and its record stays.
    """

    KIND: ClassVar[str] = "billing_run"

    id: str
    started_at: datetime
    finished_at: datetime | None = None
    report: PartReport | None = None
    voided_numbers: tuple[str, ...] = ()
    documents: tuple[IssuedDocuments, ...] = ()
    is_by_hand: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class ParkedContract:
    """A contract that could not be billed, and why. Later runs try it again, ever less often."""

    KIND: ClassVar[str] = "parked_contract"

    id: str
    """The subscription's."""
    due_at: datetime
    reason_code: str
    message: str
    run_id: str
    first_parked_at: datetime
    attempts: int = 1
    is_resolved: bool = False
    tried_at: datetime | None = None
    version: int = 0

    @property
    def is_stuck(self) -> bool:
        """Trying alone does not help: people must look at it."""
        return self.attempts >= HOURLY_TRIES

    def is_to_be_tried(self, now: datetime) -> bool:
        """Whether a run at `now` tries it, though nothing about it may have changed."""
        is_rested = self.tried_at is None or now - self.tried_at >= _ABOUT_A_DAY
        return is_rested or not self.is_stuck

    def waits_since(self, due_at: datetime | None) -> bool:
        """Whether a contract due then was tried already; one changed since is due anew."""
        return self.tried_at is not None and (due_at is None or due_at <= self.tried_at)


def _added(left: Mapping[str, int], right: Mapping[str, int]) -> dict[str, int]:
    return {key: left.get(key, 0) + right.get(key, 0) for key in sorted({*left, *right})}
