"""Take the next number of a series for a document that is issued by hand, outside any run."""

from umlauf.billing.numbering import FreeNumber, Series
from umlauf.billing.ports import Numbers
from umlauf.kernel.work import Work


def take_number(series_id: str, command_id: str, *, work: Work, numbers: Numbers) -> FreeNumber:
    """Reserve one number, as a block of its own under the command, in the work that uses it.

    So no number is lost when the work is not committed, and two who take one meet in the series.
    """
    series = numbers.series(series_id) or Series(series_id)
    series, block = series.reserve(f"{command_id}#by_hand#0000", 1)
    work.put(series)
    work.put(block)
    (number,) = block.numbers()
    return FreeNumber(number, block.id)
