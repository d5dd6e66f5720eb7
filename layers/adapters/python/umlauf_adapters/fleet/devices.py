"""Devices and their permits in DynamoDB."""

from collections.abc import Iterator

from umlauf.fleet.errors import UnknownDevice
from umlauf.fleet.model import Device, Fitting, StartPermit
from umlauf_adapters.fleet.layouts import (
    DEVICES,
    FITTINGS,
    PERMITS,
    device_key,
    fitting_key,
    permit_key,
)


class DynamoDevices:
    """Implements umlauf.fleet.ports.Devices."""

    def get(self, device_id: str) -> Device:
        device = self.find(device_id)
        if device is None:
            raise UnknownDevice(
                f"there is no device {device_id!r}; register it first", field="device_id"
            )
        return device

    def find(self, device_id: str) -> Device | None:
        return DEVICES.get(*device_key(device_id))

    def fitted_to(self, asset_id: str) -> Fitting | None:
        return FITTINGS.get(*fitting_key(asset_id))

    def scan(self) -> Iterator[Device]:
        return DEVICES.scan()


class DynamoPermits:
    """Implements umlauf.fleet.ports.Permits."""

    def find(self, device_id: str) -> StartPermit | None:
        return PERMITS.get(*permit_key(device_id))

    def scan(self) -> Iterator[StartPermit]:
        return PERMITS.scan()
