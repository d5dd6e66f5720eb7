"""Opens a dunning case for what was not paid, and closes it, at once, when it is.

It also charges for a letter once that has gone out.

The case is committed before its state machine is started, and closed before that is stopped; both
calls are safe to repeat, so a message that comes again after a crash finishes the job. An open case
whose execution ended has nobody left to take its steps: it is handed to people.
"""

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

from umlauf.billing.events import InvoiceOverdue, InvoicePaid, InvoiceReopened
from umlauf.dunning.model import Case, CaseState
from umlauf.dunning.ports import DunningDesk, Executions
from umlauf.dunning.triggers import Trigger
from umlauf.dunning.use_cases.charge_letter import charge_letter
from umlauf.dunning.use_cases.close_case import close_case
from umlauf.dunning.use_cases.hand_to_people import hand_to_people
from umlauf.dunning.use_cases.open_case import open_case
from umlauf.kernel.events import EventEnvelope
from umlauf.kernel.work import AlreadyClaimed, carry_out
from umlauf.notifications.events import MessageSent
from umlauf.notifications.model import Template
from umlauf.payments.events import PaymentFailed, PaymentReturned
from umlauf_adapters.dunning.desk import dynamo_dunning_desk
from umlauf_adapters.dunning.executions import StepFunctionsExecutions
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import decode
from umlauf_adapters.kernel.event_intake import read_event
from umlauf_adapters.kernel.queue_records import QueueProcessor

logger = Logger()
metrics = Metrics()
processor = QueueProcessor(logger)


@dataclass(frozen=True)
class _Ports:
    desk: DunningDesk
    executions: Executions


@cache
def ports() -> _Ports:
    arn = os.environ["DUNNING_STATE_MACHINE_ARN"]
    return _Ports(dynamo_dunning_desk(), StepFunctionsExecutions(client("stepfunctions"), arn))


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=_react, processor=processor, context=context
    )


def _react(record: SQSRecord) -> None:
    metrics.add_metric("EventReceived", MetricUnit.Count, 1)
    envelope = read_event(record.body)
    if envelope.type == InvoicePaid.TYPE:
        _close(decode(InvoicePaid, envelope.data).invoice_id)
    elif envelope.type == MessageSent.TYPE:
        _charge(decode(MessageSent, envelope.data))
    elif trigger := _trigger(envelope):
        _open(trigger)


def _trigger(envelope: EventEnvelope) -> Trigger | None:
    """What the event asks dunning to look at; None for a failed top-up, which is no debt."""
    match envelope.type:
        case PaymentFailed.TYPE:
            failed = decode(PaymentFailed, envelope.data)
            return Trigger.of_failure(failed, failed.invoice_id) if failed.invoice_id else None
        case PaymentReturned.TYPE:
            returned = decode(PaymentReturned, envelope.data)
            return Trigger.of_return(returned, returned.invoice_id) if returned.invoice_id else None
        case InvoiceOverdue.TYPE:
            return Trigger(decode(InvoiceOverdue, envelope.data).invoice_id, "overdue")
        case InvoiceReopened.TYPE:
            return Trigger(decode(InvoiceReopened, envelope.data).invoice_id, "reopened")
        case _:
            return None


def _open(trigger: Trigger) -> None:
    case = carry_out(
        lambda work: open_case(trigger, work=work, desk=ports().desk),
        works=ports().desk.works,
        now=datetime.now(UTC),
    )
    if case is None or case.state is not CaseState.OPEN:
        return
    if not ports().executions.start(case.id):
        _hand_to_people(case)
    elif case.version == 0:
        metrics.add_metric("DunningCaseOpened", MetricUnit.Count, 1)
        logger.info("dunning_case_opened", case_id=case.id, invoice_id=case.invoice_id)


def _hand_to_people(case: Case) -> None:
    """Leave the case to people, unless it was closed meanwhile: that ends an execution as well."""
    handed = carry_out(
        lambda work: hand_to_people(
            case.id, "execution_ended", work=work, cases=ports().desk.cases
        ),
        works=ports().desk.works,
        now=datetime.now(UTC),
    )
    if handed.state is CaseState.WITH_PEOPLE:
        metrics.add_metric("DunningCaseHandedToPeople", MetricUnit.Count, 1)
        logger.warning("dunning_case_handed_to_people", case_id=case.id, reason="execution_ended")


def _close(invoice_id: str) -> None:
    case = carry_out(
        lambda work: close_case(invoice_id, work=work, desk=ports().desk),
        works=ports().desk.works,
        now=datetime.now(UTC),
    )
    if case is None:
        return
    ports().executions.stop(case.id, "nothing is open any more")
    metrics.add_metric("DunningCaseClosed", MetricUnit.Count, 1)
    logger.info("dunning_case_closed", case_id=case.id, invoice_id=invoice_id)


def _charge(sent: MessageSent) -> None:
    """Charge what a letter cost; other messages cost nothing."""
    if sent.template is not Template.LETTER:
        return
    case_id, _, step_id = sent.occasion.partition(":")
    try:
        fee = carry_out(
            lambda work: charge_letter(case_id, step_id, work=work, desk=ports().desk),
            works=ports().desk.works,
            now=datetime.now(UTC),
        )
    except AlreadyClaimed:
        return
    if fee is not None:
        metrics.add_metric("DunningFeeCharged", MetricUnit.Count, 1)
        logger.info("dunning_fee_charged", case_id=case_id, step=step_id)
