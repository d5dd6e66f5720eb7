"""Takes in what Stripe says about payments: each webhook once, in whatever order they come.

A webhook is only a reason to look: the payment is fetched and compared with the attempt, so one
that is late, repeated or overtaken does no harm. Their signatures were checked before the queue.

Once a day a schedule calls with `{"task": "look_after_unsettled"}`: attempts that a crash left
behind, or whose webhooks were lost, are looked up then.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.kernel.errors import UmlaufError
from umlauf.kernel.work import AlreadyClaimed, Claim
from umlauf.payments.errors import UnknownAttempt
from umlauf.payments.model import UNSETTLED_SHARDS, PaymentAttempt
from umlauf.payments.ports import PaymentDesk
from umlauf.payments.taking import (
    LEFT_BEHIND_AFTER,
    finish_payment,
    needs_looking_after,
    record_report,
)
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.payments.desk import dynamo_payment_desk
from umlauf_integrations.stripe.provider import stripe_provider
from umlauf_integrations.stripe.webhooks import read_notice

TIME_TO_STOP_MS: Final = 12_000
"""One look takes at most Stripe's time-out and its retries; less left is left to the next day."""
MAX_PAGES: Final = 200

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@cache
def desk() -> PaymentDesk:
    return dynamo_payment_desk(
        stripe_provider(
            client("ssm"),
            parameters_path=os.environ["STRIPE_PARAMETERS_PATH"],
            api_base=os.environ["STRIPE_API_BASE"],
            now=lambda: datetime.now(UTC),
        )
    )


@logger.inject_lambda_context
@metrics.log_metrics
def handle(
    event: dict[str, Any], context: LambdaContext
) -> PartialItemFailureResponse | dict[str, int]:
    if event.get("task") == "look_after_unsettled":
        return _look_after_unsettled(datetime.now(UTC), context)
    return process_partial_response(
        event=event, record_handler=_settle, processor=processor, context=context
    )


def _settle(record: SQSRecord) -> None:
    """Take one webhook in. One that was taken in before, or is about nothing of ours, is done."""
    metrics.add_metric("WebhookReceived", MetricUnit.Count, 1)
    notice = read_notice(record.body)
    inbox = Claim(f"PAYMENT#stripe#{notice.event_id}")
    if notice.payment_reference is None or desk().works.claimed(inbox.key):
        return
    report = desk().provider.payment(notice.payment_reference)
    if report.attempt_id is None:
        logger.info("webhook_ignored", webhook_id=notice.event_id, type=notice.type)
        return
    attempt = desk().attempts.get(report.attempt_id)
    if attempt is None:
        # An attempt is on record before Stripe hears of it, so this must not be lost.
        raise UnknownAttempt(f"there is no payment attempt {report.attempt_id}")
    try:
        settled = record_report(attempt, report, desk=desk(), now=datetime.now(UTC), inbox=inbox)
    except AlreadyClaimed:
        return
    if settled.state is not attempt.state:
        metrics.add_metric(f"Payment{settled.state.value.title()}", MetricUnit.Count, 1)
        logger.info(
            "payment_settled",
            attempt_id=settled.id,
            webhook_id=notice.event_id,
            state=settled.state.value,
            reason_code=settled.reason_code,
        )


def _look_after_unsettled(now: datetime, context: LambdaContext) -> dict[str, int]:
    """Ask after every attempt nobody may ever tell of; what time does not allow, tomorrow does."""
    looked, failed = 0, 0
    for attempt in _left_alone(now):
        if context.get_remaining_time_in_millis() < TIME_TO_STOP_MS:
            break
        try:
            finish_payment(attempt.id, desk=desk(), now=now)
            looked += 1
        except UmlaufError as error:
            # The others must not wait for it; an attempt that stays is looked at again tomorrow.
            failed += 1
            logger.warning("payment_not_settled", attempt_id=attempt.id, code=error.code)
    metrics.add_metric("PaymentLookedAfter", MetricUnit.Count, looked)
    metrics.add_metric("PaymentNotSettled", MetricUnit.Count, failed)
    return {"looked_after": looked, "failed": failed}


def _left_alone(now: datetime) -> Iterator[PaymentAttempt]:
    for shard in range(UNSETTLED_SHARDS):
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            page = desk().attempts.unsettled(shard, now - LEFT_BEHIND_AFTER, cursor=cursor)
            yield from (one for one in page.items if needs_looking_after(one, now))
            cursor = page.next_cursor
            if cursor is None:
                break
