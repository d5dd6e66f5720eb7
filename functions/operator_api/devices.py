"""Devices: enrolled at IoT with a certificate, fitted to an asset, metered from then on."""

from datetime import datetime

from pydantic import Field

from groups import LOOK_UP, RUN
from umlauf.fleet.errors import AssetAlreadyFitted
from umlauf.fleet.model import Device, device_id_of
from umlauf.fleet.use_cases.register_device import register_device
from umlauf.usage.use_cases.mount_meter import mount_meter
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, In, Out
from wiring import ASSETS, DEVICES, METER_POINTS, registry

routes = Routes(__name__, Access.STAFF, groups=RUN)


PEM_REQUEST = (
    r"^-----BEGIN CERTIFICATE REQUEST-----\r?\n[A-Za-z0-9+/=\r\n]{1,8000}"
    r"-----END CERTIFICATE REQUEST-----\r?\n?$"
)


class DeviceIn(In):
    """`signing_request` is the device's own PEM CSR: its private key never leaves it."""

    serial: Identifier
    asset_id: Identifier
    signing_request: str = Field(max_length=8192, pattern=PEM_REQUEST)


class DeviceOut(Out):
    """`is_locked` and `is_moving` are the device's own word; null if it never said."""

    id: str
    serial: str
    asset_id: str
    certificate_id: str
    registered_at: datetime
    is_locked: bool | None
    is_moving: bool | None
    battery_percent: int | None
    reported_at: datetime | None

    @classmethod
    def of(cls, device: Device) -> "DeviceOut":
        reported = device.reported
        return cls(
            id=device.id,
            serial=device.serial,
            asset_id=device.asset_id,
            certificate_id=device.certificate_id,
            registered_at=device.registered_at,
            is_locked=reported.is_locked if reported else None,
            is_moving=reported.is_moving if reported else None,
            battery_percent=reported.battery_percent if reported else None,
            reported_at=reported.at if reported else None,
        )


class EnrolledDeviceOut(Out):
    """Put the certificate on the device; its id is its thing name and MQTT client id."""

    device: DeviceOut
    certificate_pem: str


@endpoint(routes, "/v1/operator/devices", method="POST", status=201, errors=(404,))
def add_device(body: DeviceIn, call: Call) -> EnrolledDeviceOut:
    """Enrol a device, fit it to an asset and count its readings from zero."""
    asset = ASSETS.get(body.asset_id)
    device_id = device_id_of(body.serial)
    fitting = DEVICES.fitted_to(asset.id)
    if fitting is not None and fitting.device_id != device_id:
        # Before it gets a certificate, not after.
        raise AssetAlreadyFitted(f"{asset.id} carries {fitting.device_id}", field="asset_id")
    certificate = registry().enrol(device_id, body.signing_request)
    device = register_device(body.serial, asset.id, certificate, work=call.work, devices=DEVICES)
    mount_meter(device.id, asset.id, work=call.work, meter_points=METER_POINTS)
    call.created(f"/v1/operator/devices/{device.id}")
    return EnrolledDeviceOut(device=DeviceOut.of(device), certificate_pem=certificate.pem)


@endpoint(routes, "/v1/operator/devices/{device_id}", groups=LOOK_UP)
def get_device(device_id: str) -> DeviceOut:
    """Show a device and what it last reported."""
    return DeviceOut.of(DEVICES.get(device_id))
