"""Close a run: its report goes on record and the hours it looked at count as done."""

from dataclasses import replace
from datetime import datetime

from umlauf.billing.events import RunCompleted
from umlauf.billing.ports import Runs
from umlauf.billing.runs import BillingRun, RunCursor, ShardReport
from umlauf.kernel.work import Work


def finish_run(
    run: BillingRun,
    report: ShardReport,
    *,
    through: datetime,
    voided_numbers: tuple[str, ...],
    work: Work,
    runs: Runs,
) -> BillingRun:
    """Seal `run`, loaded before its numbers were settled; a sealed one stays as it is."""
    if run.finished_at is not None:
        return run
    finished = replace(run, finished_at=work.now, report=report, voided_numbers=voided_numbers)
    cursor = runs.cursor() or RunCursor()
    work.put(cursor.completed(through))
    work.put(
        finished,
        RunCompleted(
            run_id=run.id,
            due=report.due,
            billed=report.billed,
            nothing_to_charge=report.nothing_to_charge,
            skipped=sum(report.skipped.values()),
            parked=sum(report.parked.values()),
            voided_numbers=len(voided_numbers),
        ),
    )
    return finished
