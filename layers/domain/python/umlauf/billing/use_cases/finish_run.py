"""Close a run: its report goes on record and the hours it looked at count as done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from umlauf.billing.events import RunCompleted
from umlauf.billing.numbering import DocumentNumber, NumberUse
from umlauf.billing.ports import Runs
from umlauf.billing.runs import BillingRun, PartReport, RunCursor, issued_documents
from umlauf.kernel.work import Work


def finish_run(
    run: BillingRun,
    report: PartReport,
    *,
    through: datetime,
    numbers: Sequence[DocumentNumber],
    work: Work,
    runs: Runs,
) -> BillingRun:
    """Seal `run`, loaded before its `numbers` were settled; a sealed one stays as it is.

    One without news tells nobody, and the next run takes its place.
    """
    if run.finished_at is not None:
        return run
    voided = tuple(sorted(one.id for one in numbers if one.use is NumberUse.VOIDED))
    billed = {contract for number in numbers for contract in number.subscription_ids}
    finished = replace(
        run,
        finished_at=work.now,
        report=replace(report, billed=len(billed)),
        voided_numbers=voided,
        documents=issued_documents(numbers),
    )
    cursor = (runs.cursor() or RunCursor()).completed(through)
    if not (finished.documents or report.has_news or run.is_by_hand):
        work.put(replace(cursor, quiet_run_id=run.id))
        work.put(finished)
        return finished
    work.put(cursor)
    work.put(
        finished,
        RunCompleted(
            run_id=run.id,
            due=report.due,
            billed=len(billed),
            nothing_to_charge=report.nothing_to_charge,
            skipped=sum(report.skipped.values()),
            parked=sum(report.parked.values()),
            voided_numbers=len(voided),
        ),
    )
    return finished
