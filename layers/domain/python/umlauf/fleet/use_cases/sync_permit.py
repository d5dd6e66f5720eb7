"""Bring a device's start permit in line with who has its asset now."""

from dataclasses import replace

from umlauf.fleet.events import StartPermitChanged
from umlauf.fleet.model import StartPermit
from umlauf.fleet.permitting import Tenancy, decide_permit
from umlauf.fleet.ports import Permits
from umlauf.kernel.work import Work


def sync_permit(
    device_id: str, tenancy: Tenancy | None, *, work: Work, permits: Permits
) -> StartPermit:
    """Decide anew; a permit that says the same already stays as it is.

    The edge shows the device what is stored afterwards, so two that sync at once cannot leave the
    older permit with the device.
    """
    stored = permits.find(device_id)
    decided = decide_permit(device_id, tenancy, work.now)
    if stored is not None:
        decided = replace(decided, version=stored.version)
        if replace(decided, decided_at=stored.decided_at) == stored:
            return stored
    work.put(
        decided,
        StartPermitChanged(
            device_id,
            decided.may_start,
            decided.reason,
            decided.subscription_id,
            decided.session_id,
        ),
    )
    return decided
