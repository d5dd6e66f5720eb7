"""Several tales told on one clock: a month costs its hours once, however many live through it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from tests.scenarios.town import Town

Tale = Callable[[Town], Iterator[datetime]]
"""Acts and asserts; yields the moment at which it goes on."""


def tell_together(tales: Sequence[Tale], town: Town) -> dict[Tale, Exception | None]:
    """Let every tale go on at its moments, in order; gives what each of them stumbled over.

    A tale that fails ends there and keeps none of the others from being told.
    """
    failures: dict[Tale, Exception | None] = dict.fromkeys(tales)
    waiting: list[tuple[datetime, int, Tale, Iterator[datetime]]] = [
        (town.cloud.now(), number, tale, tale(town)) for number, tale in enumerate(tales)
    ]
    while waiting:
        waiting.sort(key=lambda one: one[:2])
        moment, number, tale, told = waiting.pop(0)
        try:
            if moment > town.cloud.now():
                town.cloud.move_to(moment)
            waiting.append((next(told), number, tale, told))
        except StopIteration:
            continue
        except Exception as failure:  # noqa: BLE001 - raised again by the test of this tale
            failures[tale] = failure
    return failures
