"""Bring a device's start permit in line with who has its asset now."""

from dataclasses import replace

from umlauf.fleet.events import StartPermitChanged
from umlauf.fleet.model import Fitting, StartPermit
from umlauf.fleet.permitting import decide_permit
from umlauf.fleet.ports import Permits, Tenancies
from umlauf.kernel.work import Work


def sync_permit(
    fitting: Fitting, *, work: Work, permits: Permits, tenancies: Tenancies
) -> StartPermit:
    """Decide anew; a permit that says the same already stays as it is.

    The edge shows the device what is stored afterwards, so two that sync at once cannot leave the
    older permit with the device.
    """
    # The permit first: whoever finds it at a later revision reads a tenancy that is later, too.
    stored = permits.find(fitting.device_id)
    decided = decide_permit(fitting.device_id, tenancies.of_asset(fitting.id), work.now)
    if stored is not None:
        decided = replace(decided, version=stored.version)
        if replace(decided, decided_at=stored.decided_at) == stored:
            return stored
    work.put(
        decided,
        StartPermitChanged(
            decided.id,
            decided.may_start,
            decided.reason,
            decided.subscription_id,
            decided.session_id,
        ),
    )
    return decided
