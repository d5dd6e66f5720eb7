"""Charges an issued invoice to the customer's default payment method, off-session."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.billing.errors import UnknownInvoice
from umlauf.billing.events import InvoiceIssued
from umlauf.payments.errors import NoPaymentMethod, PaymentInFlight
from umlauf.payments.model import FIRST_COLLECTION, PaymentOrder, Purpose
from umlauf.payments.ports import PaymentDesk
from umlauf.payments.taking import take_payment
from umlauf_adapters.billing.invoices import DynamoReceivables
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.payments.desk import dynamo_payment_desk
from umlauf_integrations.stripe.provider import stripe_provider

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@dataclass(frozen=True)
class _Ports:
    desk: PaymentDesk
    receivables: DynamoReceivables


@cache
def ports() -> _Ports:
    provider = stripe_provider(
        client("ssm"),
        parameters_path=os.environ["STRIPE_PARAMETERS_PATH"],
        api_base=os.environ["STRIPE_API_BASE"],
        now=lambda: datetime.now(UTC),
    )
    return _Ports(dynamo_payment_desk(provider), DynamoReceivables())


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=_collect, processor=processor, context=context
    )


def _collect(record: SQSRecord) -> None:
    """Collect one invoice. A repetition finds the attempt it began and finishes it."""
    metrics.add_metric("EventReceived", MetricUnit.Count, 1)
    issued = decode(InvoiceIssued, read_event(record.body).data)
    receivable = ports().receivables.get(issued.invoice_id)
    if receivable is None:
        raise UnknownInvoice(f"there is no invoice {issued.invoice_id}", field="invoice_id")
    if not receivable.open:
        return
    order = PaymentOrder(
        purpose=Purpose.INVOICE,
        subject_id=receivable.id,
        customer_id=receivable.customer_id,
        amount=receivable.open,
        paid=receivable.paid,
        act=FIRST_COLLECTION,
        legal_entity=issued.legal_entity,
    )
    try:
        attempt = take_payment(order, desk=ports().desk, now=datetime.now(UTC)).attempt
    except (NoPaymentMethod, PaymentInFlight) as obstacle:
        # Not ours to solve: dunning asks for a method when the invoice is overdue, and a payment
        # that is under way decides by itself.
        metrics.add_metric("PaymentNotBegun", MetricUnit.Count, 1)
        logger.info("payment_not_begun", invoice_id=receivable.id, code=obstacle.code)
        return
    metrics.add_metric(f"Payment{attempt.state.value.title()}", MetricUnit.Count, 1)
    logger.info(
        "payment_taken",
        invoice_id=receivable.id,
        attempt_id=attempt.id,
        state=attempt.state.value,
        reason_code=attempt.reason_code,
    )
