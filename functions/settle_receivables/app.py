"""Applies what became of payments, what dunning charged, and what credit arose, to what is owed.

All may be told twice and out of order: the receivable keeps one place per attempt, where only newer
news replaces older, and one per fee; and credit pays only what is open. So a repetition is a
success that changes nothing.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from crediting import CREDITED, invoices_to_be_paid, is_disputed
from umlauf.billing.credits import may_be_paid_by_credit
from umlauf.billing.model import ChargedFee, Receivable, Settlement, SettlementState
from umlauf.billing.ports import SettlementDesk
from umlauf.billing.use_cases.add_fee import add_fee
from umlauf.billing.use_cases.settle_receivable import settle_receivable
from umlauf.billing.use_cases.use_credit import use_credit
from umlauf.dunning.events import FeeCharged
from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.events import EventEnvelope
from umlauf.kernel.work import Work, carry_out
from umlauf.payments.events import (
    PaymentFailed,
    PaymentProcessing,
    PaymentReturned,
    PaymentSucceeded,
)
from umlauf.payments.reasons import Retry
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.billing.invoices import DynamoInvoices, DynamoReceivables
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor

WORKS: Final = DynamoWorks()
DESK: Final = SettlementDesk(DynamoInvoices(), DynamoReceivables(), DynamoCreditBalances())

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    metrics.add_metric("SettlementReceived", MetricUnit.Count, len(event["Records"]))
    return process_partial_response(
        event=event, record_handler=_settle, processor=processor, context=context
    )


def _settle(record: SQSRecord) -> None:
    """Apply one message. Whatever it raises sends this record, alone, back to the queue."""
    envelope = read_event(record.body)
    of_balance = CREDITED.get(envelope.type)
    if of_balance is not None:
        _use_credit(of_balance(envelope))
        return
    read = READERS.get(envelope.type)
    if read is None:
        raise InvalidInput(f"{envelope.type} settles no receivable", field="type")
    change = read(envelope)
    if change is None:
        return  # a top-up: no invoice waits for it

    now = datetime.now(UTC)
    receivable = carry_out(change, works=WORKS, now=now)
    if may_be_paid_by_credit(receivable) and not _is_contested(envelope, receivable):
        _pay_from_credit(receivable.id, now)  # it failed or came back, or a fee was added
    metrics.add_metric("SettlementApplied", MetricUnit.Count, 1)
    logger.info(
        "settlement_applied",
        invoice_id=receivable.id,
        event_id=envelope.id,
        event_type=envelope.type,
        status=receivable.status.value,
    )


def _is_contested(envelope: EventEnvelope, receivable: Receivable) -> bool:
    """Whether money was taken back for a reason that people look at first.

    Of a cancelled invoice nothing is left to contest: its credit is there for it.
    """
    if envelope.type != PaymentReturned.TYPE or receivable.cancelled_by:
        return False
    return decode(PaymentReturned, envelope.data).retry is Retry.NEVER


def _use_credit(balance: str | None) -> None:
    """Let a balance that grew pay what is open, one invoice after the other."""
    if balance is None:
        return  # the note took all of it off its own invoices
    now = datetime.now(UTC)
    for invoice_id in invoices_to_be_paid(balance, now):
        _pay_from_credit(invoice_id, now)


def _pay_from_credit(invoice_id: str, now: datetime) -> None:
    if is_disputed(invoice_id):
        return
    receivable = carry_out(
        lambda work: use_credit(invoice_id, work=work, desk=DESK), works=WORKS, now=now
    )
    logger.info("credit_used", invoice_id=receivable.id, status=receivable.status.value)


_Change = Callable[[Work], Receivable]


def _processing(envelope: EventEnvelope) -> _Change | None:
    told = decode(PaymentProcessing, envelope.data)
    state = SettlementState.PROCESSING
    news = Settlement(told.attempt_id, state, told.amount, envelope.occurred_at)
    return _settling(told.invoice_id, news)


def _succeeded(envelope: EventEnvelope) -> _Change | None:
    told = decode(PaymentSucceeded, envelope.data)
    state = SettlementState.SUCCEEDED
    news = Settlement(told.attempt_id, state, told.amount, told.settled_at)
    return _settling(told.invoice_id, news)


def _failed(envelope: EventEnvelope) -> _Change | None:
    told = decode(PaymentFailed, envelope.data)
    state = SettlementState.FAILED
    news = Settlement(told.attempt_id, state, told.amount, told.failed_at)
    return _settling(told.invoice_id, news, told.reason_code)


def _returned(envelope: EventEnvelope) -> _Change | None:
    told = decode(PaymentReturned, envelope.data)
    state = SettlementState.RETURNED
    news = Settlement(told.attempt_id, state, told.amount, told.returned_at)
    return _settling(told.invoice_id, news, told.reason_code)


def _settling(invoice_id: str | None, news: Settlement, reason: str = "") -> _Change | None:
    if invoice_id is None:
        return None
    return lambda work: settle_receivable(invoice_id, news, reason, work=work, desk=DESK)


def _charged(envelope: EventEnvelope) -> _Change:
    told = decode(FeeCharged, envelope.data)
    fee = ChargedFee(envelope.id, told.amount, envelope.occurred_at)
    return lambda work: add_fee(told.invoice_id, fee, work=work, desk=DESK)


READERS: Final[dict[str, Callable[[EventEnvelope], _Change | None]]] = {
    PaymentProcessing.TYPE: _processing,
    PaymentSucceeded.TYPE: _succeeded,
    PaymentFailed.TYPE: _failed,
    PaymentReturned.TYPE: _returned,
    FeeCharged.TYPE: _charged,
}
