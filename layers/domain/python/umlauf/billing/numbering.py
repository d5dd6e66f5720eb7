"""Document numbers: reserved in blocks, used once, and voided on record when not used.

A series counts upwards per legal entity and year. Only reserving a block touches the series, so
issuing invoices from many shards at once never meets in one item. A `DocumentNumber` is put once,
by the document that uses it or by the run that voids it, so each number of a block is accounted for
exactly once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.billing.documents import DocumentKind
from umlauf.kernel.money import Money

MAX_BLOCK: Final = 100
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class Series:
    """One gapless run of numbers: `RE-2026` counts RE-2026-000001 upwards."""

    KIND: ClassVar[str] = "series"

    id: str
    reserved_up_to: int = 0
    version: int = 0

    def reserve(self, block_id: str, count: int) -> "tuple[Series, NumberBlock]":
        """The next `count` numbers, as a block of their own."""
        if not 1 <= count <= MAX_BLOCK:
            raise ValueError(f"a block holds 1 to {MAX_BLOCK} numbers, not {count}")
        first = self.reserved_up_to + 1
        last = self.reserved_up_to + count
        return replace(self, reserved_up_to=last), NumberBlock(block_id, self.id, first, last)


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers set aside for one shard of a run (`<run>#<shard>#<n>`): a rerun finds them again."""

    KIND: ClassVar[str] = "number_block"

    id: str
    series: str
    first: int
    last: int
    version: int = 0

    def numbers(self) -> Iterator[str]:
        return (f"{self.series}-{n:0{_DIGITS}d}" for n in range(self.first, self.last + 1))


class NumberUse(StrEnum):
    ISSUED = "issued"
    VOIDED = "voided"


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """What became of one number. Put once: the second who wants it finds it taken.

    Of an issued one it says enough to report on a run by its numbers: `gross` is what the document
    is over, `subscription_ids` the contracts that are billed on it.
    """

    KIND: ClassVar[str] = "document_number"

    id: str
    block_id: str
    use: NumberUse
    document_id: str | None = None
    reason: str | None = None
    document: DocumentKind | None = None
    gross: Money | None = None
    subscription_ids: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, slots=True)
class FreeNumber:
    """A number that a document may use."""

    number: str
    block_id: str

    def used_on(
        self, document_id: str, kind: DocumentKind, gross: Money, subscription_ids: Iterable[str]
    ) -> DocumentNumber:
        """The record that it is taken, to be put with the document."""
        return DocumentNumber(
            self.number,
            self.block_id,
            NumberUse.ISSUED,
            document_id,
            document=kind,
            gross=gross,
            subscription_ids=tuple(dict.fromkeys(subscription_ids)),
        )


def series_of(prefix: str, year: int) -> str:
    return f"{prefix}-{year}"


def free_numbers(
    blocks: Iterable[NumberBlock], taken: Iterable[DocumentNumber], series: str
) -> list[FreeNumber]:
    """The numbers of a series that are neither used nor voided, lowest first."""
    gone = {number.id for number in taken}
    return [
        FreeNumber(number, block.id)
        for block in sorted(blocks, key=lambda block: block.first)
        if block.series == series
        for number in block.numbers()
        if number not in gone
    ]
