"""Starting a billing cycle by hand; the schedule does it every hour anyway."""

from groups import RUN
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Out
from wiring import billing_cycle_arn, state_machines

routes = Routes(__name__, Access.STAFF, groups=RUN)


class BillingRunOut(Out):
    """Bills what is due; what is billed already is not due any more."""

    execution: str


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
