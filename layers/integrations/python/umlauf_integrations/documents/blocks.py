"""The body of a document as blocks that are never torn apart, and their way onto pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from umlauf.kernel.money import Money
from umlauf_integrations.documents.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Block:
    """What is drawn in `height` millimetres from a given y on.

    `carried` is set in the table of lines: the sum of its column up to and with this block.
    """

    height: float
    draw: Callable[[Sheet, float], None]
    carried: Money | None = None
    stays_with_next: bool = False


@dataclass(frozen=True, slots=True)
class Continuation:
    """What stands where the table of lines is torn: at the end of a page and on top of the next."""

    foot: Callable[[Money], Block]
    head: Callable[[Money], Block]


@dataclass(frozen=True, slots=True)
class Room:
    """How much height the first page has, and every other."""

    first: float
    other: float


def paginate(blocks: Sequence[Block], continuation: Continuation, room: Room) -> list[list[Block]]:
    """Fill page after page; a table that goes on carries its sum over."""
    pages: list[list[Block]] = [[]]
    left = room.first
    for place, block in enumerate(blocks):
        if pages[-1] and _needed(blocks, place, continuation) > left:
            before = blocks[place - 1].carried
            pages.append([])
            left = room.other
            if before is not None and block.carried is not None:
                pages[-2].append(continuation.foot(before))
                pages[-1].append(continuation.head(before))
                left -= pages[-1][0].height
        pages[-1].append(block)
        left -= block.height
    return pages


def _needed(blocks: Sequence[Block], place: int, continuation: Continuation) -> float:
    """The height a block must find: its own, and that of what may not be parted from it."""
    block, following = blocks[place], blocks[place + 1 : place + 2]
    if block.stays_with_next:
        return block.height + sum(one.height for one in following)
    is_torn = block.carried is not None and any(one.carried is not None for one in following)
    carried = continuation.foot(block.carried).height if is_torn and block.carried else 0.0
    return block.height + carried
