"""Open a billing run, or go on with the one that was cut off."""

from umlauf.billing.ports import Runs
from umlauf.billing.runs import BillingRun, RunCursor, Window
from umlauf.billing.use_cases.open_run import open_run
from umlauf.kernel.work import Work


def begin_run(window: Window, *, has_contracts: bool, work: Work, runs: Runs) -> BillingRun | None:
    """The run that bills this window; None if nothing is due: the window is complete then."""
    cursor = runs.cursor() or RunCursor()
    if cursor.open_run_id is not None:
        return runs.get(cursor.open_run_id)
    if not has_contracts:
        work.put(cursor.completed(window.through))
        return None
    return open_run(cursor, work=work, runs=runs)
