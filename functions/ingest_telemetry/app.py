"""Believes what devices report: their lock, their motion, and what became of commands."""

from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from report_messages import read_report
from umlauf.fleet.admission import admit_report
from umlauf.fleet.use_cases.record_report import DeviceReport, record_report
from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.work import carry_out
from umlauf_adapters.fleet.commands import DynamoCommands
from umlauf_adapters.fleet.devices import DynamoDevices
from umlauf_adapters.kernel.device_intake import SpeaksForAnother, read_device_message
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.queue_records import QueueProcessor

WORKS: Final = DynamoWorks()
DEVICES: Final = DynamoDevices()
COMMANDS: Final = DynamoCommands()

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("MessageReceived", MetricUnit.Count, len(event["Records"]))
    return process_partial_response(
        event=event, record_handler=_ingest, processor=processor, context=context
    )


def _ingest(record: SQSRecord) -> None:
    """Record one report. Whatever it raises sends this record, alone, back to the queue."""
    now = datetime.now(UTC)
    try:
        report = admit_report(read_report(read_device_message(record.body)), now)
        _record(report, now)
    except UmlaufError as refusal:
        is_foreign = isinstance(refusal, SpeaksForAnother)
        metric = "ForeignMessageRefused" if is_foreign else "ReportRefused"
        metrics.add_metric(metric, MetricUnit.Count, 1)
        logger.warning(
            "report_refused",
            code=refusal.code,
            field=refusal.field,
            reason=refusal.message,
            message_id=record.message_id,
        )
        raise


def _record(report: DeviceReport, now: datetime) -> None:
    carry_out(
        lambda work: record_report(report, work=work, devices=DEVICES, commands=COMMANDS),
        works=WORKS,
        now=now,
    )
    metrics.add_metric("ReportRecorded", MetricUnit.Count, 1)
    logger.info(
        "report_recorded",
        device_id=report.device_id,
        command_id=report.answer.command_id if report.answer else None,
    )
