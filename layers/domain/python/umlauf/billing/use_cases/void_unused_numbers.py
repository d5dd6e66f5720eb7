"""Explain the gaps: every number of a block that no invoice used is voided on record."""

from typing import Final

from umlauf.billing.numbering import DocumentNumber, NumberBlock, NumberUse, free_numbers
from umlauf.billing.ports import Numbers
from umlauf.kernel.work import Work

_REASON: Final = "reserved for a billing run that did not need it"


def void_unused_numbers(block: NumberBlock, *, work: Work, numbers: Numbers) -> tuple[str, ...]:
    """Void what is left of the block and give the numbers voided in all."""
    taken = numbers.taken(block)
    left = free_numbers([block], taken, block.series)
    for free in left:
        work.put(DocumentNumber(free.number, block.id, NumberUse.VOIDED, reason=_REASON))
    voided_before = [number.id for number in taken if number.use is NumberUse.VOIDED]
    return tuple(sorted([*voided_before, *(free.number for free in left)]))
