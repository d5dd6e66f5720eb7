"""Credits a wallet when the payment of its top-up has succeeded, once per payment."""

from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.work import AlreadyClaimed, carry_out
from umlauf.payments.events import PaymentSucceeded
from umlauf.wallets.use_cases.credit_top_up import ArrivedPayment, credit_top_up
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor
from umlauf_adapters.wallets.wallets import DynamoTopUps, DynamoWallets

WORKS: Final = DynamoWorks()
WALLETS: Final = DynamoWallets()
TOP_UPS: Final = DynamoTopUps()

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("MessageReceived", MetricUnit.Count, len(event["Records"]))
    return process_partial_response(
        event=event, record_handler=_credit, processor=processor, context=context
    )


def _credit(record: SQSRecord) -> None:
    """Credit one payment. Whatever it raises sends this record, alone, back to the queue."""
    try:
        payment = _read_payment(record.body)
        if payment is not None:
            _book(payment)
    except Exception:
        logger.exception("payment_not_credited", message_id=record.message_id)
        raise


def _book(payment: ArrivedPayment) -> None:
    try:
        carry_out(
            lambda work: credit_top_up(payment, work=work, wallets=WALLETS, top_ups=TOP_UPS),
            works=WORKS,
            now=datetime.now(UTC),
        )
    except AlreadyClaimed:
        metrics.add_metric("TopUpDuplicated", MetricUnit.Count, 1)
        return
    metrics.add_metric("TopUpCredited", MetricUnit.Count, 1)
    logger.info("top_up_credited", wallet_id=payment.wallet_id, attempt_id=payment.payment_id)


def _read_payment(body: str) -> ArrivedPayment | None:
    """None for a payment that tops nothing up."""
    envelope = read_event(body)
    if envelope.type != PaymentSucceeded.TYPE:
        raise InvalidInput(f"{envelope.type} credits no wallet", field="type")
    paid = decode(PaymentSucceeded, envelope.data)
    if paid.top_up_id is None:
        return None
    if paid.wallet_id is None:
        raise InvalidInput(f"{paid.attempt_id} names no wallet", field="wallet_id")
    return ArrivedPayment(paid.attempt_id, paid.wallet_id, paid.amount, paid.top_up_id)
