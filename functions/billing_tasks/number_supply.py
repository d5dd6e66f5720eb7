"""The document numbers of one part of a run: what an earlier call left over, then new blocks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from umlauf.billing.numbering import MAX_BLOCK, FreeNumber, NumberBlock, free_numbers
from umlauf.billing.results import NextNumber
from umlauf.billing.use_cases.reserve_numbers import NumbersWanted, reserve_numbers
from umlauf.kernel.errors import Transient
from umlauf.kernel.work import StaleVersion, Work, carry_out
from wiring import NUMBERS, RUNS, WORKS

_MOST_DOUBLINGS: Final = 5


class NumbersBusy(Transient):
    """Many parts of the run reserve numbers at this moment; a moment later it will work."""

    code = "billing.numbers_busy"


class NumberSupply:
    """Implements umlauf.billing.catching_up.NumberSource for one part of a run.

    A number stays free until a work that uses it is committed. What is expected to be needed is
    reserved at once, what comes as a surprise in blocks that double: the rest must be voided.
    """

    def __init__(self, run_id: str, part: str, now: datetime) -> None:
        self._run_id, self._part, self._now = run_id, part, now
        self._expected: dict[str, int] = {}
        self._blocks: list[NumberBlock] | None = None
        self._free: dict[str, list[FreeNumber]] = defaultdict(list)
        self._is_handed_out = False
        self._is_expectation_new = False

    def expect(self, counts: Mapping[str, int]) -> None:
        """How many numbers of each series will soon be asked for, as far as that is known."""
        self._expected = dict(counts)
        self._is_expectation_new = True

    def for_work(self, work: Work) -> NextNumber:
        del work  # numbers of a run are reserved ahead, in works of their own
        if self._is_handed_out:
            # The last work was refused: somebody else may work on this part too.
            self._blocks = None
        self._is_handed_out = False
        return self._nth

    def used(self, numbers: Iterable[str]) -> None:
        gone = set(numbers)
        for series, free in self._free.items():
            self._free[series] = [one for one in free if one.number not in gone]
        self._is_handed_out = False

    def _nth(self, series: str, place: int) -> FreeNumber:
        """Raises RunFinished, NumbersBusy."""
        self._look()
        if self._is_expectation_new:
            for expected, count in self._expected.items():
                self._expected[expected] = count - len(self._free[expected])
            self._is_expectation_new = False
        self._is_handed_out = True
        while len(self._free[series]) <= place:
            self._free[series].extend(self._reserved(series))
        return self._free[series][place]

    def _look(self) -> None:
        """Find what earlier calls reserved and did not use."""
        if self._blocks is not None:
            return
        self._blocks = list(NUMBERS.blocks(self._run_id, self._part))
        taken = [number for block in self._blocks for number in NUMBERS.taken(block)]
        self._free.clear()
        for series in {block.series for block in self._blocks}:
            self._free[series] = free_numbers(self._blocks, taken, series)

    def _reserved(self, series: str) -> list[FreeNumber]:
        blocks = self._blocks if self._blocks is not None else []
        doublings = min(sum(1 for block in blocks if block.series == series), _MOST_DOUBLINGS)
        count = max(self._expected.pop(series, 0), 2**doublings)
        wanted = NumbersWanted(self._run_id, self._part, series, min(count, MAX_BLOCK))
        try:
            block = carry_out(
                lambda work: reserve_numbers(wanted, work=work, numbers=NUMBERS, runs=RUNS),
                works=WORKS,
                now=self._now,
            )
        except StaleVersion as error:
            raise NumbersBusy(f"{series} is asked for from many sides; try again") from error
        blocks.append(block)
        return free_numbers([block], [], series)
