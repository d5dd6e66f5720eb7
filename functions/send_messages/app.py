"""Tells customers what happened, once, and only what is still true."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.notifications.occasions import OCCASIONS, wish_for
from umlauf.notifications.ports import MessageDesk
from umlauf.notifications.telling import tell
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.notifications.desk import dynamo_message_desk
from umlauf_adapters.notifications.ses_post import SesPost

NEWS: Final[Mapping[str, type[Any]]] = MappingProxyType({event.TYPE: event for event in OCCASIONS})

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@cache
def desk() -> MessageDesk:
    # A mail whose answer was lost may have gone out: only its lease decides about another try.
    ses = client("sesv2", tries=1)
    return dynamo_message_desk(SesPost(ses, os.environ["SENDER_ADDRESS"]))


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=_tell, processor=processor, context=context
    )


def _tell(record: SQSRecord) -> None:
    """Send the message an event gives occasion to. What it raises sends the record back."""
    metrics.add_metric("EventReceived", MetricUnit.Count, 1)
    envelope = read_event(record.body)
    news = NEWS.get(envelope.type)
    wish = wish_for(decode(news, envelope.data)) if news else None
    if wish is None:
        return
    told = tell(wish, desk=desk(), now=datetime.now(UTC))
    metrics.add_metric(f"Message{told.value.title()}", MetricUnit.Count, 1)
    logger.info(
        "message_told",
        message_id=wish.message_id,
        template=wish.template.value,
        customer_id=wish.customer_id,
        outcome=told.value,
    )
