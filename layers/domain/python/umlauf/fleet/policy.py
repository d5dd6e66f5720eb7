"""The policy engine: which restriction is lawful for which reason, with a basis and an expiry.

What no rule allows is denied. A lock waits until the asset is known to stand still. Consumers are
never locked out for arrears, running or terminated contract (BGH XII ZR 89/21). Engineering
defaults, not legal advice: the rules are data.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from umlauf.fleet.errors import UnknownRestriction
from umlauf.fleet.model import Measure, Outcome, Reason


class CustomerKind(StrEnum):
    CONSUMER = "consumer"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision rests on, as known at the time. `is_moving` None: nobody knows."""

    customer: CustomerKind
    is_contract_running: bool
    has_lock_clause: bool = False
    """An individually negotiated clause, not general terms."""

    is_moving: bool | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    basis: str
    expires_at: datetime | None = None


_LASTS: Final[dict[Measure, timedelta]] = {
    Measure.NO_NEW_PREPAID_SESSION: timedelta(days=90),
    Measure.REMOTE_LOCK: timedelta(days=7),
}
"""Every restriction ends by itself; who still needs it asks again."""

_LOCK_GROUNDS: Final[dict[Reason, str]] = {
    Reason.CUSTOMER_REQUEST: "the customer asked for it",
    Reason.THEFT_REPORTED: "theft was reported",
    Reason.SAFETY_RECALL: "the asset is recalled for safety",
}

_SALE_GROUNDS: Final[dict[Reason, str]] = {
    Reason.ARREARS: "nobody must sell a new session on top of arrears",
    Reason.PREPAID_BALANCE_ZERO: "a prepaid session needs a balance",
    **_LOCK_GROUNDS,
}


def decide_restriction(measure: Measure, reason: Reason, facts: Facts, now: datetime) -> Decision:
    """Decide one request. The answer is complete: nothing is allowed for lack of a rule."""
    match measure:
        case Measure.NO_NEW_PREPAID_SESSION:
            return _decide_no_new_session(reason, now)
        case Measure.REMOTE_LOCK:
            return _decide_lock(reason, facts, now)


def read_measure(value: str) -> Measure:
    """Raises UnknownRestriction."""
    try:
        return Measure(value)
    except ValueError:
        raise UnknownRestriction(
            f"{value!r} is no restriction; use {', '.join(Measure)}", field="restriction"
        ) from None


def read_reason(value: str) -> Reason:
    """Raises UnknownRestriction."""
    try:
        return Reason(value)
    except ValueError:
        raise UnknownRestriction(
            f"{value!r} is no reason; use {', '.join(Reason)}", field="reason"
        ) from None


def _decide_no_new_session(reason: Reason, now: datetime) -> Decision:
    """Selling nothing new takes nothing away from what was sold."""
    basis = _SALE_GROUNDS.get(reason)
    if basis is None:
        return Decision(Outcome.DENIED, f"no rule allows it for {reason}")
    return _allowed(Measure.NO_NEW_PREPAID_SESSION, basis, now)


def _decide_lock(reason: Reason, facts: Facts, now: datetime) -> Decision:
    basis = _LOCK_GROUNDS.get(reason)
    if basis is None:
        return _lock_for_money(facts)
    if facts.is_moving is not False:
        state = "is moving" if facts.is_moving else "is not known to stand still"
        return Decision(Outcome.DEFERRED, f"{basis}, but the asset {state}")
    return _allowed(Measure.REMOTE_LOCK, basis, now)


def _lock_for_money(facts: Facts) -> Decision:
    if facts.customer is CustomerKind.BUSINESS and facts.has_lock_clause:
        return Decision(
            Outcome.IN_REVIEW, "an individual clause may allow it; two people must agree"
        )
    if facts.customer is CustomerKind.BUSINESS:
        return Decision(Outcome.DENIED, "no individual clause allows it")
    if facts.is_contract_running:
        return Decision(
            Outcome.DENIED, "a consumer in arrears keeps the use of the asset: BGH XII ZR 89/21"
        )
    return Decision(
        Outcome.DENIED,
        "a consumer's asset is not locked after termination either (BGH XII ZR 89/21); "
        "reclaim it in court",
    )


def _allowed(measure: Measure, basis: str, now: datetime) -> Decision:
    return Decision(Outcome.ALLOWED, basis, now + _LASTS[measure])
