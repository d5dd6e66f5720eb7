"""Register a device that was enrolled at IoT, and fit it to its asset."""

from umlauf.fleet.errors import AssetAlreadyFitted, DeviceFittedElsewhere
from umlauf.fleet.events import DeviceRegistered
from umlauf.fleet.model import Device, Fitting, device_id_of
from umlauf.fleet.ports import Certificate, Devices
from umlauf.kernel.identifiers import require_identifier
from umlauf.kernel.work import Work


def register_device(
    serial: str, asset_id: str, certificate: Certificate, *, work: Work, devices: Devices
) -> Device:
    """Registering the same device for the same asset again changes nothing.

    Raises DeviceFittedElsewhere, AssetAlreadyFitted.
    """
    device_id = device_id_of(require_identifier(serial, "serial"))
    known = devices.find(device_id)
    if known is not None:
        if known.asset_id != asset_id:
            raise DeviceFittedElsewhere(
                f"device {serial} is fitted to {known.asset_id}", field="serial"
            )
        return known
    fitting = devices.fitted_to(asset_id)
    if fitting is not None:
        raise AssetAlreadyFitted(f"{asset_id} carries {fitting.device_id}", field="asset_id")
    device = Device(
        id=device_id,
        serial=serial,
        asset_id=asset_id,
        certificate_id=certificate.id,
        certificate_arn=certificate.arn,
        registered_at=work.now,
    )
    work.put(device, DeviceRegistered(device.id, asset_id))
    work.put(Fitting(asset_id, device.id))
    return device
