"""Mount a device's meters on an asset: from here on its readings are that asset's usage."""

from umlauf.kernel.work import Work
from umlauf.usage.errors import MeterMountedElsewhere
from umlauf.usage.model import NOTHING, MeterPoint, Registers
from umlauf.usage.ports import MeterPoints


def mount_meter(
    device_id: str,
    asset_id: str,
    *,
    work: Work,
    meter_points: MeterPoints,
    baseline: Registers = NOTHING,
) -> MeterPoint:
    """Count from `baseline`, what the registers show now; mounting again changes nothing.

    Raises MeterMountedElsewhere: a device stays with its asset.
    """
    mounted = meter_points.get(device_id)
    if mounted is None:
        mounted = MeterPoint(device_id, asset_id, mounted_at=work.now, baseline=baseline)
        work.put(mounted)
    elif mounted.asset_id != asset_id:
        raise MeterMountedElsewhere(
            f"{device_id} is mounted on {mounted.asset_id}; register another device",
            field="asset_id",
        )
    return mounted
