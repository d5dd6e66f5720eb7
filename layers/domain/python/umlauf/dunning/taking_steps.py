"""Carrying a due step out, including the one that asks for money before it can be recorded.

Not a use case, for a retry commits with the payment first. A crash in between is harmless: the
retry is the same attempt when it is asked for again, and the step is claimed only with its record.
"""

from datetime import datetime

from umlauf.dunning.assessment import Assessment, StepDue, assess
from umlauf.dunning.errors import UnknownCase, UnknownDebt
from umlauf.dunning.model import Case, Debt, StepKind, StepOutcome
from umlauf.dunning.plans import plan
from umlauf.dunning.ports import DunningDesk
from umlauf.dunning.use_cases.close_case import close_case
from umlauf.dunning.use_cases.take_step import take_step
from umlauf.kernel.work import AlreadyClaimed, carry_out
from umlauf.payments.errors import NoPaymentMethod, PaymentInFlight
from umlauf.payments.model import AttemptState, PaymentOrder, Purpose
from umlauf.payments.ports import PaymentDesk
from umlauf.payments.reasons import Retry
from umlauf.payments.taking import take_payment


def assess_case(case_id: str, *, desk: DunningDesk, now: datetime) -> Assessment:
    """What the case has to do now. One that was paid unnoticed is closed here.

    Raises UnknownCase, UnknownDebt.
    """
    case, debt = _load(case_id, desk)
    assessment = assess(case, debt, plan(case.plan_id), now)
    if debt.is_paid and not case.is_over:
        carry_out(
            lambda work: close_case(case.invoice_id, work=work, desk=desk),
            works=desk.works,
            now=now,
        )
    return assessment


def carry_step_out(
    case_id: str,
    step_id: str,
    *,
    desk: DunningDesk,
    payment_desk: PaymentDesk,
    now: datetime,
) -> None:
    """Take the step if it is due; taken before, or overtaken by a payment, it changes nothing."""
    case, debt = _load(case_id, desk)
    due = assess(case, debt, plan(case.plan_id), now)
    if not isinstance(due, StepDue) or due.step.id != step_id:
        return
    outcome, note = StepOutcome.TAKEN, None
    if due.step.kind is StepKind.RETRY_PAYMENT:
        outcome, note = _retry(case, debt, step_id, payment_desk, now)
    try:
        carry_out(
            lambda work: take_step(
                case_id, step_id, work=work, desk=desk, outcome=outcome, note=note
            ),
            works=desk.works,
            now=now,
        )
    except AlreadyClaimed:
        return  # somebody else took it between our look and our write


def _load(case_id: str, desk: DunningDesk) -> tuple[Case, Debt]:
    case = desk.cases.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}", field="case_id")
    debt = desk.debts.get(case.invoice_id)
    if debt is None:
        raise UnknownDebt(f"there is no invoice {case.invoice_id}", field="invoice_id")
    return case, debt


def _retry(
    case: Case, debt: Debt, step_id: str, desk: PaymentDesk, now: datetime
) -> tuple[StepOutcome, str | None]:
    """Charge the customer's default method again, unless the last failure says it is no use."""
    hopeless = _why_not(case, desk)
    if hopeless:
        return StepOutcome.SKIPPED, hopeless
    order = PaymentOrder(
        purpose=Purpose.INVOICE,
        subject_id=case.invoice_id,
        customer_id=case.customer_id,
        amount=debt.open,
        paid=debt.paid,
        act=f"{case.id}:{step_id}",
        legal_entity=debt.legal_entity,
    )
    try:
        attempt = take_payment(order, desk=desk, now=now).attempt
    except NoPaymentMethod:
        return StepOutcome.SKIPPED, "no_method"
    except PaymentInFlight:
        return StepOutcome.SKIPPED, "payment_in_flight"
    if attempt.state is AttemptState.FAILED:
        return StepOutcome.TAKEN, f"failed:{attempt.reason_code}"
    return StepOutcome.TAKEN, attempt.state.value


def _why_not(case: Case, desk: PaymentDesk) -> str | None:
    """The last failure's verdict holds for its method; another default method is worth a try."""
    if case.advice is None or case.advice.retry is Retry.LATER:
        return None
    if case.advice.retry is Retry.NEVER:
        return "never_retry"
    payer = desk.payers.get(case.customer_id)
    if payer is None or payer.default_method_id in (None, case.advice.method_id):
        return "needs_new_method"
    return None
