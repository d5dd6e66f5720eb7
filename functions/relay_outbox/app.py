"""Puts every domain event on the bus, in the order in which its aggregate made them.

Reads the stream of the `events` table. An event that was put twice has the same id, so consumers
can tell; one that could not be put sends the stream back to it, and after the bounded retries of
the template into the dead-letter queue.
"""

import os
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.event_intake import envelope_of_item, to_entry
from umlauf_adapters.kernel.items import plain_image

MAX_ENTRIES: Final = 10  # PutEvents takes no more

logger = Logger()
metrics = Metrics()


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with the first record that was not put.

    Lambda starts again there, so order is kept.
    """
    records = [record for record in event["Records"] if record["eventName"] == "INSERT"]
    for start in range(0, len(records), MAX_ENTRIES):
        failed = _relay(records[start : start + MAX_ENTRIES])
        if failed is not None:
            return {"batchItemFailures": [{"itemIdentifier": failed}]}
    return {"batchItemFailures": []}


def _relay(records: list[dict[str, Any]]) -> str | None:
    """Put up to MAX_ENTRIES events; give the sequence number of the first that was refused."""
    bus_name = os.environ["EVENT_BUS_NAME"]
    envelopes = [
        envelope_of_item(plain_image(record["dynamodb"]["NewImage"])) for record in records
    ]
    answer = client("events").put_events(
        Entries=[to_entry(envelope, bus_name) for envelope in envelopes]
    )
    metrics.add_metric("EventsRelayed", MetricUnit.Count, len(records) - answer["FailedEntryCount"])
    for record, envelope, entry in zip(records, envelopes, answer["Entries"], strict=True):
        if "ErrorCode" in entry:
            logger.warning("event_not_relayed", event_id=envelope.id, error=entry["ErrorCode"])
            return str(record["dynamodb"]["SequenceNumber"])
    return None
