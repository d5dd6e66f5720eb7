"""Ask the policy engine for a restriction, and put its answer on record."""

from dataclasses import dataclass

from umlauf.fleet.events import RestrictionDenied, RestrictionImposed
from umlauf.fleet.model import Measure, Outcome, Reason, Restriction, restriction_id_of
from umlauf.fleet.policy import Decision, Facts, decide_restriction
from umlauf.fleet.ports import Restrictions
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionRequest:
    """Who is to be restricted, how and why. The id names the asking: a dunning case, a command."""

    request_id: str
    measure: Measure
    reason: Reason
    subscription_id: str
    customer_id: str
    asset_id: str | None = None


def impose_restriction(
    request: RestrictionRequest, facts: Facts, *, work: Work, restrictions: Restrictions
) -> Restriction:
    """The engine's decision; whoever enforces it looks at its outcome.

    The same request again gets the same answer, unless it was deferred: then it is decided anew.
    """
    restriction_id = restriction_id_of(request.request_id, request.subscription_id, request.measure)
    known = restrictions.find(restriction_id)
    if known is not None and (known.outcome is not Outcome.DEFERRED or known.lifted_at is not None):
        return known
    decision = decide_restriction(request.measure, request.reason, facts, work.now)
    restriction = Restriction(
        id=restriction_id,
        request_id=request.request_id,
        measure=request.measure,
        reason=request.reason,
        subscription_id=request.subscription_id,
        customer_id=request.customer_id,
        asset_id=request.asset_id,
        outcome=decision.outcome,
        basis=decision.basis,
        decided_at=work.now,
        expires_at=decision.expires_at,
        version=known.version if known else 0,
    )
    work.put(restriction, _event_of(restriction.id, request, decision))
    return restriction


def _event_of(
    restriction_id: str, request: RestrictionRequest, decision: Decision
) -> RestrictionImposed | RestrictionDenied:
    if decision.expires_at is not None:
        return RestrictionImposed(
            restriction_id=restriction_id,
            request_id=request.request_id,
            subscription_id=request.subscription_id,
            customer_id=request.customer_id,
            restriction=request.measure,
            reason=request.reason,
            basis=decision.basis,
            expires_at=decision.expires_at,
            asset_id=request.asset_id,
        )
    return RestrictionDenied(
        restriction_id=restriction_id,
        request_id=request.request_id,
        subscription_id=request.subscription_id,
        customer_id=request.customer_id,
        restriction=request.measure,
        reason=request.reason,
        outcome=decision.outcome,
        basis=decision.basis,
        asset_id=request.asset_id,
    )
