"""Billing runs: start one by hand, see what they did, and bill what they had to park."""

from groups import LOOK_UP, RUN
from umlauf.billing.errors import UnknownRun
from umlauf.billing.use_cases.retry_contract import retry_contract
from umlauf.kernel.work import Page
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.billing_runs import (
    ParkedContractOut,
    ParkedContractsOut,
    RunDocumentOut,
    RunDocumentsOut,
    RunOut,
    RunsOut,
)
from umlauf_http.wire import Identifier, Out, PageQuery
from wiring import NUMBERS, PARKED, RUNS, billing_cycle_arn, billing_desk, state_machines

routes = Routes(__name__, Access.STAFF, groups=RUN)


class BillingRunOut(Out):
    """Bills what is due; what is billed already is not due any more."""

    execution: str


class ParkedQuery(PageQuery):
    reason_code: str | None = None
    run_id: Identifier | None = None


class RetriedOut(Out):
    """`is_due_again`: a further boundary lies behind, which the next run bills."""

    subscription_id: str
    outcome: str
    documents: list[str]
    is_due_again: bool


@endpoint(routes, "/v1/operator/billing-runs", method="POST", status=202)
def start_billing_run(call: Call) -> BillingRunOut:
    """Start a billing cycle now. Starting it twice bills nothing twice."""
    machines = state_machines()
    try:
        machines.start_execution(
            stateMachineArn=billing_cycle_arn(), name=call.command_id, input="{}"
        )
    except machines.exceptions.ExecutionAlreadyExists:
        # This very command started it, and broke off before it could say so.
        return BillingRunOut(execution=call.command_id)
    return BillingRunOut(execution=call.command_id)


@endpoint(routes, "/v1/operator/billing-runs", groups=LOOK_UP)
def list_billing_runs(query: PageQuery) -> RunsOut:
    """List the runs that had something to do, the newest first."""
    return RunsOut.of(RUNS.latest(limit=query.limit, cursor=query.cursor), RunOut.of)


@endpoint(routes, "/v1/operator/billing-runs/{run_id}", groups=LOOK_UP)
def get_billing_run(run_id: str) -> RunOut:
    """Show a run with its report: contracts by outcome, documents by kind and currency."""
    run = RUNS.get(run_id)
    if run is None:
        raise UnknownRun(f"there is no billing run {run_id}; list the runs to find its id")
    return RunOut.of(run)


@endpoint(routes, "/v1/operator/billing-runs/{run_id}/documents", groups=LOOK_UP)
def list_documents_of_run(run_id: str, query: PageQuery) -> RunDocumentsOut:
    """List what each number of a run was used for, with the contracts that were billed."""
    if RUNS.get(run_id) is None:
        raise UnknownRun(f"there is no billing run {run_id}; list the runs to find its id")
    page = NUMBERS.of_run(run_id, limit=query.limit, cursor=query.cursor)
    return RunDocumentsOut.of(page, RunDocumentOut.of)


@endpoint(routes, "/v1/operator/billing-runs/parked", groups=LOOK_UP)
def list_parked_contracts(query: ParkedQuery) -> ParkedContractsOut:
    """List the contracts that could not be billed, with the reasons, the oldest first."""
    page = PARKED.waiting(limit=query.limit, cursor=query.cursor)
    wanted = [
        one
        for one in page.items
        if query.reason_code in {None, one.reason_code} and query.run_id in {None, one.run_id}
    ]
    return ParkedContractsOut.of(Page(wanted, page.next_cursor), ParkedContractOut.of)


@endpoint(
    routes,
    "/v1/operator/billing-runs/parked/{subscription_id}/retry",
    method="POST",
    errors=(409,),
)
def retry_parked_contract(subscription_id: str, call: Call) -> RetriedOut:
    """Bill a parked contract now; what stands in the way is the answer, and it stays parked."""
    result = retry_contract(
        subscription_id,
        call.command_id,
        work=call.work,
        desk=billing_desk(),
        numbers=NUMBERS,
        parked=PARKED,
    )
    return RetriedOut(
        subscription_id=subscription_id,
        outcome=result.outcome.value,
        documents=list(result.numbers),
        is_due_again=result.is_due_again(call.now),
    )
