"""Open a billing run because a person wants one now."""

from dataclasses import replace

from umlauf.billing.ports import Runs
from umlauf.billing.runs import BillingRun, RunCursor
from umlauf.billing.use_cases.open_run import open_run
from umlauf.kernel.work import Claim, Work


def start_run(command_id: str, *, work: Work, runs: Runs) -> BillingRun:
    """The run that will bill what is due now: a new one, or the one that is under way.

    A command has one run, whatever becomes of it: the claim's answer names it. Who claims it again
    meets AlreadyClaimed.
    """
    cursor = runs.cursor() or RunCursor()
    under_way = runs.get(cursor.open_run_id) if cursor.open_run_id is not None else None
    if under_way is None:
        # Never in the place of a quiet run: that one's last task may just be repeated, and would
        # close this one.
        fresh = replace(cursor, quiet_run_id=None)
        run = open_run(fresh, work=work, runs=runs, is_by_hand=True)
    else:
        run = replace(under_way, is_by_hand=True)
        work.put(run)
    work.claim(Claim(f"BILLING_RUN#{command_id}", answer={"run_id": run.id}))
    return run
