"""Lift a restriction because its reason is gone."""

from dataclasses import dataclass, replace

from umlauf.fleet.events import RestrictionLifted
from umlauf.fleet.model import Measure, Outcome, Restriction, restriction_id_of
from umlauf.fleet.ports import Restrictions
from umlauf.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Lifting:
    request_id: str
    measure: Measure
    subscription_id: str
    customer_id: str


def lift_restriction(lifting: Lifting, *, work: Work, restrictions: Restrictions) -> Restriction:
    """Lifting again, or what was denied, changes nothing.

    When lifting is told before asking, it is noted: the request that follows finds it lifted and
    restricts nothing.
    """
    restriction_id = restriction_id_of(lifting.request_id, lifting.subscription_id, lifting.measure)
    known = restrictions.find(restriction_id)
    if known is None:
        noted = _lifted_beforehand(restriction_id, lifting, work)
        work.put(noted)
        return noted
    if known.lifted_at is not None:
        return known
    lifted = replace(known, lifted_at=work.now)
    if known.outcome is Outcome.ALLOWED:
        work.put(
            lifted,
            RestrictionLifted(
                known.id,
                known.request_id,
                known.subscription_id,
                known.customer_id,
                known.measure,
            ),
        )
    else:
        work.put(lifted)
    return lifted


def _lifted_beforehand(restriction_id: str, lifting: Lifting, work: Work) -> Restriction:
    return Restriction(
        id=restriction_id,
        request_id=lifting.request_id,
        measure=lifting.measure,
        reason=None,
        subscription_id=lifting.subscription_id,
        customer_id=lifting.customer_id,
        asset_id=None,
        outcome=Outcome.DENIED,
        basis="lifted before it was asked for",
        decided_at=work.now,
        lifted_at=work.now,
    )
