"""The tasks of the dunning state machine: what is due, take the step, leave it to people."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from umlauf.dunning.assessment import Assessment, Over, StepDue, WaitUntil, WithPeople
from umlauf.dunning.ports import DunningDesk
from umlauf.dunning.taking_steps import assess_case, carry_step_out
from umlauf.dunning.use_cases.hand_to_people import hand_to_people
from umlauf.kernel.errors import Conflict, InvalidInput, NotFound, Transient
from umlauf.kernel.work import carry_out
from umlauf.payments.ports import PaymentDesk
from umlauf_adapters.dunning.desk import dynamo_dunning_desk
from umlauf_adapters.kernel.aws_clients import client
from umlauf_adapters.kernel.documents import encode_instant
from umlauf_adapters.payments.desk import dynamo_payment_desk
from umlauf_integrations.stripe.provider import stripe_provider

logger = Logger()
metrics = Metrics()


@dataclass(frozen=True)
class _Ports:
    desk: DunningDesk
    payment_desk: PaymentDesk


@cache
def ports() -> _Ports:
    provider = stripe_provider(
        client("ssm"),
        parameters_path=os.environ["STRIPE_PARAMETERS_PATH"],
        api_base=os.environ["STRIPE_API_BASE"],
        now=lambda: datetime.now(UTC),
    )
    return _Ports(dynamo_dunning_desk(), dynamo_payment_desk(provider))


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Carry one task out for `case_id`. Raises our four kinds of error, and only by those names."""
    metrics.add_metric("DunningTaskReceived", MetricUnit.Count, 1)
    with _named_by_kind():
        match event:
            case {"task": "assess", "case_id": str(case_id)}:
                return _assess(case_id)
            case {"task": "take_step", "case_id": str(case_id), "step": str(step_id)}:
                return _take_step(case_id, step_id)
            case {"task": "hand_to_people", "case_id": str(case_id), "reason": str(reason)}:
                return _hand_to_people(case_id, reason)
            case _:
                raise InvalidInput(f"unknown task {event.get('task')!r}", field="task")


@contextmanager
def _named_by_kind() -> Iterator[None]:
    """A state machine matches an error by the exact name of its class, so give it the kind's."""
    try:
        yield
    except (InvalidInput, NotFound, Conflict, Transient) as error:
        kinds = (InvalidInput, NotFound, Conflict, Transient)
        kind = next(kind for kind in kinds if isinstance(error, kind))
        raise kind(f"{error.code}: {error.message}", field=error.field) from error


def _assess(case_id: str) -> dict[str, Any]:
    assessment = assess_case(case_id, desk=ports().desk, now=datetime.now(UTC))
    return {"case_id": case_id, **_answer(assessment)}


def _answer(assessment: Assessment) -> dict[str, Any]:
    match assessment:
        case StepDue():
            return {"next": "step", "step": assessment.step.id}
        case WaitUntil():
            return {"next": "wait", "due_at": encode_instant(_whole_second(assessment.at))}
        case WithPeople():
            return {"next": "people"}
        case Over():
            return {"next": "over"}


def _whole_second(instant: datetime) -> datetime:
    """The next one: a state machine that drops fractions would wake up too early, and again."""
    return (instant + timedelta(seconds=1, microseconds=-1)).replace(microsecond=0)


def _take_step(case_id: str, step_id: str) -> dict[str, Any]:
    carry_step_out(
        case_id,
        step_id,
        desk=ports().desk,
        payment_desk=ports().payment_desk,
        now=datetime.now(UTC),
    )
    metrics.add_metric("DunningStepTaken", MetricUnit.Count, 1)
    logger.info("dunning_step_taken", case_id=case_id, step=step_id)
    return {"case_id": case_id}


def _hand_to_people(case_id: str, reason: str) -> dict[str, Any]:
    carry_out(
        lambda work: hand_to_people(case_id, reason, work=work, cases=ports().desk.cases),
        works=ports().desk.works,
        now=datetime.now(UTC),
    )
    metrics.add_metric("DunningCaseHandedToPeople", MetricUnit.Count, 1)
    logger.warning("dunning_case_handed_to_people", case_id=case_id, reason=reason)
    return {"case_id": case_id}
