"""Open the next billing run: a new one, or in the place of the last if that had no news."""

from umlauf.billing.ports import Runs
from umlauf.billing.runs import BillingRun, RunCursor
from umlauf.kernel.work import Work


def open_run(cursor: RunCursor, *, work: Work, runs: Runs, is_by_hand: bool = False) -> BillingRun:
    """The run that is open from now on; none may be open yet."""
    opened = cursor.opened()
    run_id = str(opened.open_run_id)
    quiet = runs.get(run_id) if cursor.quiet_run_id == run_id else None
    run = BillingRun(
        id=run_id,
        started_at=work.now,
        is_by_hand=is_by_hand,
        version=quiet.version if quiet else 0,
    )
    work.put(opened)
    work.put(run)
    return run
