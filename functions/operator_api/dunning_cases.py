"""Dunning cases, looked up."""

from datetime import datetime

from groups import LOOK_UP
from umlauf.dunning.errors import UnknownCase
from umlauf.dunning.model import Case, StepRecord
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, Out, PageOut, PageQuery
from wiring import CASES

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class CasesQuery(PageQuery):
    customer_id: Identifier


class StepRecordOut(Out):
    step_id: str
    outcome: str
    at: datetime
    note: str | None

    @classmethod
    def of(cls, record: StepRecord) -> "StepRecordOut":
        return cls(
            step_id=record.step_id, outcome=record.outcome.value, at=record.at, note=record.note
        )


class CaseOut(Out):
    """`frozen_since`: disputed, nothing is done and no day counts."""

    id: str
    invoice_id: str
    subscription_id: str
    customer_id: str
    number: int
    plan_id: str
    reason: str
    state: str
    outcome: str | None
    opened_at: datetime
    closed_at: datetime | None
    frozen_since: datetime | None
    restrictions: list[str]
    steps: list[StepRecordOut]

    @classmethod
    def of(cls, case: Case) -> "CaseOut":
        return cls(
            id=case.id,
            invoice_id=case.invoice_id,
            subscription_id=case.subscription_id,
            customer_id=case.customer_id,
            number=case.number,
            plan_id=case.plan_id,
            reason=case.reason,
            state=case.state.value,
            outcome=case.outcome.value if case.outcome else None,
            opened_at=case.opened_at,
            closed_at=case.closed_at,
            frozen_since=case.frozen_since,
            restrictions=list(case.restrictions),
            steps=[StepRecordOut.of(record) for record in case.records],
        )


class CasesOut(PageOut[CaseOut]):
    """Dunning cases, the newest first."""


@endpoint(routes, "/v1/operator/dunning-cases")
def list_dunning_cases(query: CasesQuery) -> CasesOut:
    """List a customer's dunning cases, the newest first."""
    page = CASES.of_customer(query.customer_id, limit=query.limit, cursor=query.cursor)
    return CasesOut.of(page, CaseOut.of)


@endpoint(routes, "/v1/operator/dunning-cases/{case_id}")
def get_dunning_case(case_id: str) -> CaseOut:
    """Show a dunning case and the steps it took."""
    case = CASES.get(case_id)
    if case is None:
        raise UnknownCase(f"there is no dunning case {case_id}; list dunning cases to find its id")
    return CaseOut.of(case)
