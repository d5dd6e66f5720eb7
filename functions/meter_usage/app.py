"""Counts what devices measured, and debits the wallet of who rides prepaid, in one work.

A batch is grouped by device: one work places all its readings of a device, so a batch costs few
calls however the queue mixed it. Every message still fails alone; what can never be read or belongs
to no device ends in the dead letters, and nothing is dropped.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from read_ahead import ReadAhead, read_ahead
from reading_messages import read_reading
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.work import Work, carry_out
from umlauf.usage.admission import admit_reading
from umlauf.usage.model import Reading
from umlauf.usage.use_cases.record_readings import MAX_READINGS, Recorded, record_readings
from umlauf.wallets.use_cases.settle_usage import settle_usage
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.kernel.device_intake import SpeaksForAnother, read_device_message
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.usage.readings import DynamoReadings
from umlauf_adapters.wallets.sessions import DynamoSessions
from umlauf_adapters.wallets.wallets import DynamoWallets

WORKS: Final = DynamoWorks()
HISTORY: Final = DynamoReadings()
WALLETS: Final = DynamoWallets()
SESSIONS: Final = DynamoSessions()
PLANS: Final = DynamoPlans()

logger = Logger()
metrics = Metrics()


@dataclass(frozen=True)
class Received:
    """A believable reading and the queue message it came in."""

    message_id: str
    reading: Reading


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages that must come again, each alone."""
    metrics.add_metric("MessageReceived", MetricUnit.Count, len(event["Records"]))
    now = datetime.now(UTC)
    failed: list[str] = []
    received = list(_read(event["Records"], now, failed))
    if received:
        ahead = read_ahead([one.reading for one in received], PLANS)
        for together in _by_device(received):
            failed += _record(together, ahead, now)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _read(records: list[dict[str, Any]], now: datetime, failed: list[str]) -> Iterator[Received]:
    for record in records:
        message_id = record["messageId"]
        try:
            message = read_device_message(record["body"])
            yield Received(message_id, admit_reading(read_reading(message), now))
        except UmlaufError as refusal:
            failed.append(message_id)
            _tell_refusal(refusal, message_id)


def _by_device(received: list[Received]) -> Iterator[list[Received]]:
    """Those of one device together, as many as one work takes."""
    groups: defaultdict[str, list[Received]] = defaultdict(list)
    for one in received:
        groups[one.reading.device_id].append(one)
    for group in groups.values():
        for start in range(0, len(group), MAX_READINGS):
            yield group[start : start + MAX_READINGS]


def _record(together: list[Received], ahead: ReadAhead, now: datetime) -> list[str]:
    """Record one device's readings; give the messages that must come again."""
    try:
        recorded = carry_out(
            lambda work: _count_and_settle(together, ahead, work), works=WORKS, now=now
        )
    except UmlaufError as refusal:
        for one in together:
            _tell_refusal(refusal, one.message_id)
    except Exception:
        logger.exception("readings_not_recorded", device_id=together[0].reading.device_id)
    else:
        _tell_recorded(together[0].reading.device_id, recorded)
        return []
    return [one.message_id for one in together]


def _count_and_settle(together: list[Received], ahead: ReadAhead, work: Work) -> Recorded:
    recorded = record_readings(
        [one.reading for one in together],
        work=work,
        meter_points=ahead.meter_points,
        history=HISTORY,
        rollups=ahead.rollups,
        holders=ahead.tenants,
    )
    prepaid = [ahead.tenants.prepaid_usage(allotment) for allotment in recorded.allotments]
    settle_usage(
        [usage for usage in prepaid if usage is not None],
        work=work,
        wallets=WALLETS,
        sessions=SESSIONS,
    )
    return recorded


def _tell_recorded(device_id: str, recorded: Recorded) -> None:
    metrics.add_metric("ReadingRecorded", MetricUnit.Count, len(recorded.placed))
    if recorded.duplicates:
        metrics.add_metric("ReadingDuplicated", MetricUnit.Count, len(recorded.duplicates))
    if recorded.rejected:
        metrics.add_metric("ReadingRejected", MetricUnit.Count, len(recorded.rejected))
    logger.info(
        "readings_recorded",
        device_id=device_id,
        placed=len(recorded.placed),
        duplicates=len(recorded.duplicates),
        rejected=len(recorded.rejected),
    )


def _tell_refusal(refusal: UmlaufError, message_id: str) -> None:
    is_foreign = isinstance(refusal, SpeaksForAnother)
    metric = "ForeignMessageRefused" if is_foreign else "ReadingRefused"
    metrics.add_metric(metric, MetricUnit.Count, 1)
    logger.warning(
        "reading_refused",
        code=refusal.code,
        field=refusal.field,
        reason=refusal.message,
        message_id=message_id,
    )
