"""Billing runs: start one by hand, see what they did, and bill what they had to park."""

from contextlib import suppress

from groups import LOOK_UP, RUN
from umlauf.billing.errors import UnknownRun
from umlauf.billing.finding import ParkedSearch
from umlauf.billing.use_cases.retry_contract import retry_contract
from umlauf.billing.use_cases.start_run import start_run
from umlauf.kernel.work import AlreadyClaimed, carry_out
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
    RunStatus,
)
from umlauf_http.wire import Identifier, Out, PageQuery
from wiring import (
    NUMBERS,
    PARKED,
    PARKED_REGISTER,
    RUNS,
    WORKS,
    billing_cycle_arn,
    billing_desk,
    state_machines,
)

routes = Routes(__name__, Access.STAFF, groups=RUN)


class StartedRunOut(Out):
    """The run can be looked up at once, while it runs and when it is finished."""

    run_id: str
    status: RunStatus
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
def start_billing_run(call: Call) -> StartedRunOut:
    """Start a run now, with every parked contract; one under way already is joined."""
    run_id = _opened_run(call)
    machines = state_machines()
    # A command that broke off after this, and is repeated, finds it started.
    with suppress(machines.exceptions.ExecutionAlreadyExists):
        machines.start_execution(
            stateMachineArn=billing_cycle_arn(), name=call.command_id, input="{}"
        )
    call.created(f"/v1/operator/billing-runs/{run_id}")
    return StartedRunOut(run_id=run_id, status=RunStatus.RUNNING, execution=call.command_id)


def _opened_run(call: Call) -> str:
    """The command's run, in a work of its own: the state machine must find it open."""
    try:
        run = carry_out(
            lambda work: start_run(call.command_id, work=work, runs=RUNS),
            works=WORKS,
            now=call.now,
        )
    except AlreadyClaimed as done:
        return str((done.claim.answer or {})["run_id"])
    return run.id


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
    search = ParkedSearch(reason_code=query.reason_code, run_id=query.run_id)
    page = PARKED_REGISTER.find(search, limit=query.limit, cursor=query.cursor)
    return ParkedContractsOut.of(page, ParkedContractOut.of)


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
