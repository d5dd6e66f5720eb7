"""Late payment: interest, lump sum, what is worth dunning, retries, part payments."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from tests.vectors.adapters.registry import adapter
from tests.vectors.cases import Case
from tests.vectors.shapes import Answer, Exact
from tests.vectors.words import A_DAY, amount, day, each, is_in_minor, money, percent
from umlauf.billing.allocation import Arrears, allocate
from umlauf.dunning.assessment import StepDue, WaitUntil, assess
from umlauf.dunning.errors import CustomerNotAtFault, FeeAboveCost
from umlauf.dunning.interest import (
    InterestSpan,
    days_in_default,
    default_interest,
    default_rate,
    interest_exactly,
    recovery_costs,
    spans_of,
)
from umlauf.dunning.model import Case as DunningCase
from umlauf.dunning.model import Debt, Fee, Plan, Step, StepKind, StepOutcome, StepRecord
from umlauf.dunning.retry_calendar import retry_steps
from umlauf.kernel.calendar import Period
from umlauf.kernel.money import Money, split
from umlauf.payments.reasons import reason

BASE: Final = "base|base_rate|base_pct"
WHO: Final = "debtor|customer|kind|is_business"
OPENED: Final = datetime(2026, 1, 1, 6, tzinfo=UTC)
MOST_STEPS: Final = 200
EVERY_DAY: Final = range(400)


def is_business(case: Case) -> bool:
    who = case.get(WHO)
    if isinstance(who, bool):
        return who
    words = case.topic if who is None else str(who)
    return any(word in words.lower() for word in ("business", "b2b", "company"))


@adapter(BASE)
def default_rates(case: Case) -> Any:
    asked = case.get(BASE)
    bases = [percent(one) for one in each(asked)]
    consumer = [default_rate(one, is_business=False) for one in bases]
    business = [default_rate(one, is_business=True) for one in bases]
    if not isinstance(asked, list):
        return Answer(
            business[0] if is_business(case) else consumer[0],
            consumer=consumer[0],
            b2b=business[0],
            business=business[0],
        )
    return Answer(consumer=consumer, b2b=business, business=business)


@adapter(
    "principal(?:_cents)?", "days", f"{BASE}|rate", may=f"{BASE}|rate|{WHO}|accrued(?:_cents)?"
)
def interest_for_days(case: Case) -> Any:
    rate = _rate(case)
    return _interest(case, [InterestSpan(case.inputs["days"], rate)])


def _rate(case: Case) -> Decimal:
    if case.has("rate"):
        return percent(case.inputs["rate"])
    return default_rate(percent(case.get(BASE)), is_business=is_business(case))


@adapter("principal(?:_cents)?", "segments", may=WHO)
def interest_over_segments(case: Case) -> Any:
    rows = case.inputs["segments"]
    return _interest(case, [InterestSpan(row["days"], _segment_rate(row, case)) for row in rows])


def _segment_rate(row: Any, case: Case) -> Decimal:
    if "rate" in row:
        return percent(row["rate"])
    return default_rate(percent(row["base"]), is_business=is_business(case))


@adapter("principal(?:_cents)?", "due|due_on", "paid|paid_on|until", may=f"{BASE}|rate|{WHO}")
def interest_between_days(case: Case) -> Any:
    """With a printed base rate at that; else by the rates on record."""
    default = days_in_default(day(case.get("due|due_on")), day(case.get("paid|paid_on|until")))
    if default is None:
        return _interest(case, [])
    if case.has(f"{BASE}|rate"):
        spans = [InterestSpan(default.days, _rate(case))]
    else:
        spans = list(spans_of(default, is_business=is_business(case)))
    answer = _interest(case, spans)
    answer.update(days=default.days, rate_pct=spans[0].rate)
    return answer


@adapter(
    "principal(?:_cents)?",
    "from|start",
    "to|end",
    f"{BASE}|rate",
    may=f"{BASE}|rate|{WHO}",
)
def interest_for_a_period(case: Case) -> Any:
    """Half-open, like every period."""
    days = Period(day(case.get("from|start")), day(case.get("to|end"))).days
    answer = _interest(case, [InterestSpan(days, _rate(case))])
    answer.update(days=days)
    return answer


def _interest(case: Case, spans: list[InterestSpan]) -> Answer:
    principal = amount(case, "principal")
    nothing = Money(0, principal.currency)
    accrued = amount(case, "accrued") if case.has("accrued(?:_cents)?") else nothing
    interest = default_interest(Arrears(nothing, accrued, principal), spans)
    exact = [Exact(interest_exactly(principal, one), principal.currency) for one in spans]
    return Answer(interest, interest=interest, total=interest, segments_unrounded=exact)


@adapter("legal_costs(?:_cents)?", WHO)
def lump_sum(case: Case) -> Any:
    return recovery_costs(amount(case, "legal_costs"), is_business=is_business(case))


@adapter("psp_fee(?:_cents)?", "charged(?:_cents)?", may="reason")
def returned_debit_fee(case: Case) -> Any:
    """A reason's first word is the bank's code; without one the account lacked money."""
    code = str(case.get("reason", "AM04")).split()[0]
    try:
        Fee(
            amount(case, "charged"),
            documented_cost=amount(case, "psp_fee"),
            is_customer_fault=reason(code).is_customer_fault,
        )
    except FeeAboveCost:
        return "reject"
    except CustomerNotAtFault:
        return "reject: customer must be at fault"
    return "ok"


@adapter("thresholds(?:_cents)?", "overdue(?:_cents)?")
def worth_dunning(case: Case) -> Any:
    """One plan with a threshold in each currency."""
    limits = _by_currency(case, "thresholds(?:_cents)?")
    plan = Plan("case.1", (Step("people", StepKind.HAND_TO_PEOPLE, 1),), limits)
    overdue = _by_currency(case, "overdue(?:_cents)?")
    return Answer(**{one.currency: plan.is_worth_it(one) for one in overdue})


def _by_currency(case: Case, pattern: str) -> tuple[Money, ...]:
    name = case.key(pattern) or ""
    in_minor = is_in_minor(name)
    return tuple(money(value, code, in_minor=in_minor) for code, value in case.inputs[name].items())


@adapter("retry_gaps_days", may="notify_after|block_after|cancel_after")
def retry_calendar(case: Case) -> Any:
    """Walks through a plan with the retries and the overdue states, each on days of its own."""
    overdue = [
        Step(name, kind, case.inputs[name])
        for name, kind in (
            ("notify_after", StepKind.SEND_REMINDER),
            ("block_after", StepKind.RESTRICT),
            ("cancel_after", StepKind.HAND_TO_PEOPLE),
        )
        if name in case.inputs
    ] or [Step("people", StepKind.HAND_TO_PEOPLE, EVERY_DAY[-1])]
    steps = [*retry_steps(case.inputs["retry_gaps_days"]), *overdue]
    plan = Plan("case.1", tuple(sorted(steps, key=lambda step: step.after_days)))
    taken = _diary(plan)
    retries = [taken[step.id] for step in plan.steps if step.kind is StepKind.RETRY_PAYMENT]
    return Answer(
        retries,
        retries_on_day=retries,
        **{
            name: taken[name]
            for name in ("notify_after", "block_after", "cancel_after")
            if name in taken
        },
    )


def _diary(plan: Plan) -> dict[str, int]:
    """On which day of the case each step is taken, as the state machine would."""
    case, now = _dunning_case(plan), OPENED
    days = {moment: number for number, moment in enumerate(_calendar())}
    taken: dict[str, int] = {}
    for _ in range(MOST_STEPS):
        due = assess(case, _debt(), plan, now)
        if isinstance(due, WaitUntil):
            now = due.at
        elif isinstance(due, StepDue):
            taken[due.step.id] = days[now.date()]
            case = case.record(StepRecord(due.step.id, StepOutcome.TAKEN, now))
            if due.step.kind is StepKind.HAND_TO_PEOPLE:
                return taken
    raise AssertionError("the plan does not end")


def _calendar() -> list[Any]:
    return [A_DAY.after(OPENED.date(), number) for number in EVERY_DAY]


def _dunning_case(plan: Plan) -> DunningCase:
    return DunningCase(
        id="cas_case",
        invoice_id="inv_case",
        subscription_id="sub_case",
        customer_id="cus_case",
        number=1,
        plan_id=plan.id,
        time_zone="UTC",
        due_on=OPENED.date(),
        reason="payment_failed:case",
        opened_at=OPENED,
    )


def _debt() -> Debt:
    return Debt(
        invoice_id="inv_case",
        subscription_id="sub_case",
        customer_id="cus_case",
        legal_entity="entity",
        country="DE",
        is_business=False,
        time_zone="UTC",
        due_on=OPENED.date(),
        open=Money(1, "EUR"),
        paid=Money(0, "EUR"),
        is_paid=False,
        is_processing=False,
    )


@adapter("payment(?:_cents)?", "costs(?:_cents)?", "interest(?:_cents)?", "principal(?:_cents)?")
def part_payment(case: Case) -> Any:
    arrears = Arrears(*(amount(case, name) for name in ("costs", "interest", "principal")))
    left = allocate(amount(case, "payment"), arrears)
    return Answer(left.total, costs=left.costs, interest=left.interest, principal=left.principal)


@adapter("amount(?:_cents)?", "instalments|installments")
def instalments(case: Case) -> Any:
    count = case.get("instalments|installments")
    return list(split(amount(case, "amount"), [Decimal(1) for _ in range(count)]))
