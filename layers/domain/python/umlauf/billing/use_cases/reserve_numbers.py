"""Set numbers aside for one shard of a run."""

from dataclasses import dataclass

from umlauf.billing.errors import RunFinished
from umlauf.billing.numbering import NumberBlock, Series
from umlauf.billing.ports import Numbers, Runs
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True)
class NumbersWanted:
    """`shard` names the part of the run that will use them."""

    run_id: str
    shard: str
    series: str
    count: int


def reserve_numbers(
    wanted: NumbersWanted, *, work: Work, numbers: Numbers, runs: Runs
) -> NumberBlock:
    """Reserve a block beside those the shard has.

    Raises RunFinished: its numbers are settled already.
    """
    run = runs.get(wanted.run_id)
    if run is None or run.finished_at is not None:
        raise RunFinished(f"{wanted.run_id} is finished; the next run bills what is left")
    so_far = len(numbers.blocks(wanted.run_id, wanted.shard))
    series = numbers.series(wanted.series) or Series(wanted.series)
    block_id = f"{wanted.run_id}#{wanted.shard}#{so_far:04d}"
    series, block = series.reserve(block_id, wanted.count)
    work.put(series)
    work.put(block)
    work.put(run)  # unchanged, but one version on: finishing and reserving exclude each other
    return block
