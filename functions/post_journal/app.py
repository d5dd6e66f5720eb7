"""Posts the journal entry of each event that moves money, exactly once, in its entity's books."""

from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.kernel.work import AlreadyClaimed, carry_out
from umlauf.ledger.errors import NotPosted
from umlauf.ledger.facts import FACTS
from umlauf.ledger.use_cases.post_journal import Notice, post_journal
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.ledger.journal import DynamoDebtors

WORKS: Final = DynamoWorks()
DEBTORS: Final = DynamoDebtors()

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("EventReceived", MetricUnit.Count, len(event["Records"]))
    return process_partial_response(
        event=event, record_handler=_post, processor=processor, context=context
    )


def _post(record: SQSRecord) -> None:
    """Post one event. Whatever it raises sends this record, alone, back to the queue."""
    envelope = read_event(record.body)
    view = FACTS.get(envelope.type)
    if view is None:
        raise NotPosted(f"the ledger has no coding rule for {envelope.type}", field="type")
    notice = Notice(envelope.id, envelope.type, envelope.occurred_at, decode(view, envelope.data))
    try:
        entry = carry_out(
            lambda work: post_journal(notice, work=work, debtors=DEBTORS),
            works=WORKS,
            now=datetime.now(UTC),
        )
    except AlreadyClaimed:
        logger.info("event_posted_before", event_id=envelope.id)
        return
    if entry is not None:
        metrics.add_metric("JournalEntryPosted", MetricUnit.Count, 1)
        logger.info("journal_entry_posted", entry_id=entry.id, event_id=envelope.id)
