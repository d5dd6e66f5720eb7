"""Take the next number of a series for a document that is issued by hand, outside any run."""

from umlauf.billing.numbering import FreeNumber, NumberBlock, Series
from umlauf.billing.ports import Numbers
from umlauf.kernel.work import Work


def take_number(series_id: str, command_id: str, *, work: Work, numbers: Numbers) -> FreeNumber:
    """Reserve one number, as a block of its own under the command, in the work that uses it.

    So no number is lost when the work is not committed, and two who take one meet in the series.
    Each take sees those before it in the same work.
    """
    series = _as_left_by(work, series_id) or numbers.series(series_id) or Series(series_id)
    earlier = sum(1 for one in work.aggregates if isinstance(one, NumberBlock))
    series, block = series.reserve(f"{command_id}#by_hand#{earlier:04d}", 1)
    work.put(series)
    work.put(block)
    (number,) = block.numbers()
    return FreeNumber(number, block.id)


def _as_left_by(work: Work, series_id: str) -> Series | None:
    for aggregate in work.aggregates:
        if isinstance(aggregate, Series) and aggregate.id == series_id:
            return aggregate
    return None
