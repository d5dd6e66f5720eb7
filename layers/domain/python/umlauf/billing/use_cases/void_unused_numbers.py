"""Explain the gaps: every number of a block that no invoice used is voided on record."""

from collections.abc import Sequence
from typing import Final

from umlauf.billing.numbering import DocumentNumber, NumberBlock, NumberUse, free_numbers
from umlauf.billing.ports import Numbers
from umlauf.kernel.work import Work

_REASON: Final = "reserved for a billing run that did not need it"


def void_unused_numbers(
    block: NumberBlock, *, work: Work, numbers: Numbers
) -> Sequence[DocumentNumber]:
    """Void what is left of the block; give what became of each of its numbers."""
    taken = numbers.taken(block)
    voided = [
        DocumentNumber(free.number, block.id, NumberUse.VOIDED, reason=_REASON)
        for free in free_numbers([block], taken, block.series)
    ]
    for number in voided:
        work.put(number)
    return [*taken, *voided]
