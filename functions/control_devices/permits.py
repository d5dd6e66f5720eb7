"""Shows a device its permit: decide, commit, show what is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from umlauf.fleet.model import StartPermit
from umlauf.fleet.ports import Channel, Devices, Permits, Tenancies
from umlauf.fleet.use_cases.sync_permit import sync_permit
from umlauf.kernel.errors import Transient
from umlauf.kernel.work import Works, carry_out

MAX_SHOWS: Final = 5


class StillChanging(Transient):
    code = "fleet.still_changing"


@dataclass(frozen=True)
class PermitDesk:
    works: Works
    devices: Devices
    permits: Permits
    tenancies: Tenancies
    channel: Channel

    def bring_up_to_date(self, asset_id: str, now: datetime) -> StartPermit | None:
        """Safe to repeat: what is stored is shown each time, for nobody knows if it was before.

        Gives None for an asset without a device.
        """
        fitting = self.devices.fitted_to(asset_id)
        if fitting is None:
            return None
        carry_out(
            lambda work: sync_permit(
                fitting, work=work, permits=self.permits, tenancies=self.tenancies
            ),
            works=self.works,
            now=now,
        )
        return self._show(fitting.device_id)

    def _show(self, device_id: str) -> StartPermit | None:
        """Show until what was shown is what is stored: of two workers the later one wins."""
        shown: StartPermit | None = None
        for _ in range(MAX_SHOWS):
            stored = self.permits.find(device_id)
            if stored is None or stored == shown:
                return stored
            self.channel.show_permit(stored)
            shown = stored
        raise StillChanging(f"the permit of {device_id} changes faster than it can be shown")
