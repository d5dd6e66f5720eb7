"""Readings from the queue, one by one; a poison one fails alone."""

import base64
import json
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from fixture_adapters import things
from fixture_rules.limits import MOST

logger = Logger()
metrics = Metrics()


def _read(payload: str) -> dict[str, Any]:
    reading: dict[str, Any] = json.loads(base64.b64decode(payload))
    if int(reading["value"]) > MOST:
        raise ValueError(reading["value"])
    return reading


@metrics.log_metrics
def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
    failures = []
    for record in event["Records"]:
        message = json.loads(record["body"])
        try:
            reading = _read(message["payload"])
        except (ValueError, KeyError):
            metrics.add_metric(name="ReadingRefused", unit=MetricUnit.Count, value=1)
            failures.append({"itemIdentifier": record["messageId"]})
            continue
        things.put(f"reading#{message['reported_by']}", str(reading["value"]))
        logger.info("reading_recorded", device=message["reported_by"])
    return {"batchItemFailures": failures}
