"""The tasks of the billing cycle: find what is due, bill it part by part, close the run.

Each contract is billed in a transaction of its own. So a task may be cut off anywhere and called
again: what is billed is not due any more, and what is not is found again.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from parts import ALL_PARKED_PART, PARKED_PART, bill_part, due_part
from umlauf.billing.model import OVERDUE_SHARDS
from umlauf.billing.numbering import DocumentNumber, NumberBlock
from umlauf.billing.runs import BillingRun, PartReport, RunCursor
from umlauf.billing.terms import latest_day
from umlauf.billing.use_cases.begin_run import begin_run
from umlauf.billing.use_cases.finish_run import finish_run
from umlauf.billing.use_cases.report_overdue import report_overdue
from umlauf.billing.use_cases.void_unused_numbers import void_unused_numbers
from umlauf.kernel.errors import Conflict, InvalidInput, NotFound, Transient
from umlauf.kernel.work import Work, carry_out
from umlauf.subscriptions.due import SHARDS
from umlauf_adapters.kernel.documents import decode, encode, encode_instant
from waiting import Waiting, is_anything_due, waiting_contracts
from wiring import NUMBERS, RECEIVABLES, RUNS, WORKS

TIME_TO_STOP_MS: Final = 15_000
"""A page that would begin with less time left than this is left to the next call."""
OVERDUE_PAGE: Final = 50
MAX_OVERDUE_PAGES: Final = 1_000

logger = Logger()
metrics = Metrics()


class OverdueUnfinished(Transient):
    """There were more than one call could report; the next goes on where this one stopped."""

    code = "billing.overdue_unfinished"


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Carry one task out. Raises InvalidInput for a task nobody knows."""
    metrics.add_metric("BillingTaskReceived", MetricUnit.Count, 1)
    now = datetime.now(UTC)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > TIME_TO_STOP_MS

    with _errors_by_kind():
        match event.get("task"):
            case "list_due_parts":
                return _list_due_parts(now)
            case "bill_part":
                return _bill_part(event, now, has_time)
            case "finish_run":
                return _finish_run(event, now)
            case "find_overdue":
                return _find_overdue(now, has_time)
            case unknown:
                raise InvalidInput(f"there is no task {unknown!r}", field="task")


@contextmanager
def _errors_by_kind() -> Iterator[None]:
    """Raise a refusal under its kind's name: it is what the state machine's retries go by."""
    try:
        yield
    except (InvalidInput, NotFound, Conflict, Transient) as error:
        kinds = (InvalidInput, NotFound, Conflict, Transient)
        kind = next(kind for kind in kinds if isinstance(error, kind))
        raise kind(f"{error.code}: {error.message}", field=error.field) from error


def _list_due_parts(now: datetime) -> dict[str, Any]:
    """Look into every day since the last completed run, and open a run if something is due."""
    cursor = RUNS.cursor() or RunCursor()
    window, waiting = cursor.window(now), waiting_contracts()
    _count_waiting(waiting)
    parts = [
        due_part(bucket, shard)
        for shard in range(SHARDS)
        for bucket in window.buckets
        if is_anything_due(bucket, shard, until=window.through, waiting=waiting)
    ]
    open_run = RUNS.get(cursor.open_run_id) if cursor.open_run_id else None
    if open_run is not None and open_run.is_by_hand:
        parts.append(ALL_PARKED_PART)
    elif any(one.is_to_be_tried(now) for one in waiting.values()):
        parts.append(PARKED_PART)

    run = carry_out(
        lambda work: begin_run(window, has_contracts=bool(parts), work=work, runs=RUNS),
        works=WORKS,
        now=now,
    )
    return {
        "has_run": run is not None,
        "run_id": run.id if run else "",
        "through": encode_instant(window.through),
        "is_behind": window.through < now,
        "parts": [{"part": part} for part in parts],
    }


def _count_waiting(waiting: Waiting) -> None:
    """Parked contracts, and those that trying alone does not help: an alarm watches these."""
    stuck = sum(one.is_stuck for one in waiting.values())
    metrics.add_metric("ContractWaiting", MetricUnit.Count, len(waiting))
    metrics.add_metric("ContractStuck", MetricUnit.Count, stuck)


def _bill_part(
    event: dict[str, Any], now: datetime, has_time: Callable[[], bool]
) -> dict[str, Any]:
    """Bill a part as far as time allows; the answer is the input of the next call."""
    report, rest = bill_part(event, now, has_time)
    metrics.add_metric("ContractBilled", MetricUnit.Count, report.billed)
    metrics.add_metric("ContractParked", MetricUnit.Count, sum(report.parked.values()))
    so_far = decode(PartReport, event.get("report", {}))
    return {**event, **rest, "report": encode(so_far + report)}


def _finish_run(event: dict[str, Any], now: datetime) -> dict[str, Any]:
    report = PartReport()
    for part in event["reports"]:
        report += decode(PartReport, part)
    through = decode(datetime, event["through"])

    run = carry_out(
        lambda work: _seal(str(event["run_id"]), report, through, work), works=WORKS, now=now
    )
    logger.info("billing_run_finished", run_id=run.id, report=encode(run.report))
    return {
        "run_id": run.id,
        "report": encode(run.report),
        "documents": encode(run.documents),
        "voided_numbers": list(run.voided_numbers),
        "is_behind": through < now,
    }


def _seal(run_id: str, report: PartReport, through: datetime, work: Work) -> BillingRun:
    """Settle the run's numbers, each block by itself, then close it.

    Numbers reserved in between change the run, so that closing it is decided anew.
    """
    run = RUNS.get(run_id)
    if run is None:
        raise InvalidInput(f"there is no billing run {run_id!r}", field="run_id")
    if run.finished_at is not None:
        return run
    numbers = [
        number for block in NUMBERS.blocks(run_id) for number in _settled_numbers(block, work.now)
    ]
    return finish_run(run, report, through=through, numbers=numbers, work=work, runs=RUNS)


def _settled_numbers(block: NumberBlock, now: datetime) -> list[DocumentNumber]:
    return list(
        carry_out(
            lambda work: void_unused_numbers(block, work=work, numbers=NUMBERS),
            works=WORKS,
            now=now,
        )
    )


def _find_overdue(now: datetime, has_time: Callable[[], bool]) -> dict[str, Any]:
    """Report each open invoice past its due date, once. Raises OverdueUnfinished out of time."""
    reported = 0
    for shard in range(OVERDUE_SHARDS):
        reported += _report_shard(shard, now, has_time)
    metrics.add_metric("InvoiceOverdue", MetricUnit.Count, reported)
    logger.info("overdue_invoices_reported", count=reported)
    return {"overdue": reported}


def _report_shard(shard: int, now: datetime, has_time: Callable[[], bool]) -> int:
    today = latest_day(now)
    reported, cursor = 0, None
    for _ in range(MAX_OVERDUE_PAGES):
        page = RECEIVABLES.overdue(shard, today, limit=OVERDUE_PAGE, cursor=cursor)
        for receivable in page.items:
            reported += _report_one(receivable.id, now)
        cursor = page.next_cursor
        if cursor is None:
            return reported
        if not has_time():
            break
    raise OverdueUnfinished("more invoices are overdue than one call can report")


def _report_one(invoice_id: str, now: datetime) -> bool:
    return carry_out(
        lambda work: report_overdue(invoice_id, work=work, receivables=RECEIVABLES),
        works=WORKS,
        now=now,
    )
