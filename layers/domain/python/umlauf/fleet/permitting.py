"""Whether a device may start, decided from who has its asset now."""

from dataclasses import dataclass
from datetime import datetime

from umlauf.fleet.model import Lease, PermitReason, StartPermit


@dataclass(frozen=True, slots=True)
class RunningSession:
    session_id: str
    lease: Lease
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Who has the asset, as far as a start depends on it. An invoiced plan needs no session."""

    subscription_id: str
    is_active: bool
    is_prepaid: bool
    session: RunningSession | None = None


def decide_permit(device_id: str, tenancy: Tenancy | None, now: datetime) -> StartPermit:
    """A rented asset may start, a prepaid one within its session; arrears alone never stop it."""
    if tenancy is None:
        return _permit(device_id, PermitReason.NOT_ON_RENT, now)
    if not tenancy.is_active:
        return _permit(device_id, PermitReason.SUBSCRIPTION_NOT_ACTIVE, now, tenancy)
    if not tenancy.is_prepaid:
        return _permit(device_id, PermitReason.ON_RENT, now, tenancy)
    if tenancy.session is None:
        return _permit(device_id, PermitReason.NO_SESSION, now, tenancy)
    return _permit(device_id, PermitReason.SESSION, now, tenancy)


def _permit(
    device_id: str, reason: PermitReason, now: datetime, tenancy: Tenancy | None = None
) -> StartPermit:
    session = tenancy.session if tenancy and reason is PermitReason.SESSION else None
    return StartPermit(
        id=device_id,
        may_start=reason in {PermitReason.ON_RENT, PermitReason.SESSION},
        reason=reason,
        subscription_id=tenancy.subscription_id if tenancy else None,
        session_id=session.session_id if session else None,
        lease=session.lease if session else None,
        expires_at=session.expires_at if session else None,
        decided_at=now,
    )
