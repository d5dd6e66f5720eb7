"""Credits a wallet when the payment of its top-up has succeeded, and debits it when that goes back.

Each once per payment.
"""

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
from umlauf.payments.events import PaymentReturned, PaymentSucceeded
from umlauf.wallets.use_cases.credit_top_up import ArrivedPayment, credit_top_up
from umlauf.wallets.use_cases.take_back_top_up import ReturnedPayment, take_back_top_up
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
        event=event, record_handler=_move, processor=processor, context=context
    )


def _move(record: SQSRecord) -> None:
    """Book one payment. Whatever it raises sends this record, alone, back to the queue."""
    try:
        payment = _read_payment(record.body)
        if isinstance(payment, ArrivedPayment):
            _credit(payment)
        elif payment is not None:
            _take_back(payment)
    except AlreadyClaimed:
        metrics.add_metric("TopUpDuplicated", MetricUnit.Count, 1)
    except Exception:
        logger.exception("payment_not_booked", message_id=record.message_id)
        raise


def _credit(payment: ArrivedPayment) -> None:
    carry_out(
        lambda work: credit_top_up(payment, work=work, wallets=WALLETS, top_ups=TOP_UPS),
        works=WORKS,
        now=datetime.now(UTC),
    )
    metrics.add_metric("TopUpCredited", MetricUnit.Count, 1)
    logger.info("top_up_credited", wallet_id=payment.wallet_id, attempt_id=payment.payment_id)


def _take_back(payment: ReturnedPayment) -> None:
    returned = carry_out(
        lambda work: take_back_top_up(payment, work=work, works=WORKS, wallets=WALLETS),
        works=WORKS,
        now=datetime.now(UTC),
    )
    metrics.add_metric("TopUpTakenBack", MetricUnit.Count, 1)
    logger.info(
        "top_up_taken_back",
        wallet_id=payment.wallet_id,
        attempt_id=payment.payment_id,
        shortfall_minor=returned.shortfall.amount_minor,
    )


def _read_payment(body: str) -> ArrivedPayment | ReturnedPayment | None:
    """None for a payment that tops nothing up."""
    envelope = read_event(body)
    told: PaymentSucceeded | PaymentReturned
    match envelope.type:
        case PaymentSucceeded.TYPE:
            told = decode(PaymentSucceeded, envelope.data)
        case PaymentReturned.TYPE:
            told = decode(PaymentReturned, envelope.data)
        case _:
            raise InvalidInput(f"{envelope.type} moves no wallet", field="type")
    if told.top_up_id is None:
        return None
    if told.wallet_id is None:
        raise InvalidInput(f"{told.attempt_id} names no wallet", field="wallet_id")
    if isinstance(told, PaymentReturned):
        return ReturnedPayment(told.attempt_id, told.wallet_id, told.amount)
    return ArrivedPayment(told.attempt_id, told.wallet_id, told.amount, told.top_up_id)
