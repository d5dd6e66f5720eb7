"""Reads the books of a running platform at rest and tries the invariants on them."""

import os
from hashlib import sha256
from typing import Any

from invariants.books import Books, DeadLetterQueue, read_books
from invariants.report import Report, check
from local.platform import Platform

_MAX_PAGES = 100


def watch(platform: Platform) -> None:
    """Let this process read the platform's tables, and the control API tell what holds."""
    os.environ["TABLE_PREFIX"] = platform.cloud.outputs["TablePrefix"]
    platform.cloud.extend("GET", "/invariants", lambda _: read(platform)[1].as_json())


def read(platform: Platform) -> tuple[Books, Report]:
    """Settle, read, check."""
    platform.cloud.settle()
    books = read_books(_running_cases(platform), _dead_letter_queues(platform), _archive(platform))
    return books, check(books)


def _running_cases(platform: Platform) -> frozenset[str]:
    states = platform.cloud.client("stepfunctions")
    machine = platform.cloud.outputs["DunningArn"]
    names: set[str] = set()
    query: dict[str, Any] = {"stateMachineArn": machine, "statusFilter": "RUNNING"}
    for _ in range(_MAX_PAGES):
        page = states.list_executions(**query)
        names |= {execution["name"] for execution in page["executions"]}
        if "nextToken" not in page:
            return frozenset(names)
        query["nextToken"] = page["nextToken"]
    raise RuntimeError(f"more than {_MAX_PAGES} pages of executions")


def _archive(platform: Platform) -> dict[str, str]:
    """Each file is read: what is on record of it is what is to be proven."""
    s3, bucket = platform.cloud.client("s3"), platform.cloud.resource("DocumentsBucket")
    keys = [
        item["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        for item in page.get("Contents", [])
    ]
    files = (s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys)
    return {key: sha256(file).hexdigest() for key, file in zip(keys, files, strict=True)}


def _dead_letter_queues(platform: Platform) -> list[DeadLetterQueue]:
    sqs, cloudwatch = platform.cloud.client("sqs"), platform.cloud.client("cloudwatch")
    watched = {
        dimension["Value"]
        for page in cloudwatch.get_paginator("describe_alarms").paginate()
        for alarm in page["MetricAlarms"]
        for dimension in alarm.get("Dimensions", [])
        if dimension["Name"] == "QueueName"
    }
    queues = []
    for url in sqs.list_queues().get("QueueUrls", []):
        name = url.rsplit("/", 1)[1]
        if "DeadLetters" not in name:
            continue
        attributes = sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )["Attributes"]
        messages = int(attributes["ApproximateNumberOfMessages"])
        queues.append(DeadLetterQueue(name, messages, name in watched))
    return queues
