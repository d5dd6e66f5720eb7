"""Where fleet's records are kept, and how devices are enrolled and reached."""

from dataclasses import dataclass
from typing import Protocol

from umlauf.fleet.model import Command, Device, Fitting, Restriction, StartPermit
from umlauf.fleet.permitting import Tenancy
from umlauf.kernel.work import Page


class Devices(Protocol):
    def get(self, device_id: str) -> Device:
        """Raises UnknownDevice."""

    def find(self, device_id: str) -> Device | None:
        """The device, if there is one."""

    def fitted_to(self, asset_id: str) -> Fitting | None:
        """Which device the asset carries."""


class Commands(Protocol):
    def get(self, command_id: str) -> Command:
        """Raises UnknownCommand."""

    def find(self, command_id: str) -> Command | None:
        """The command, if there is one."""

    def list_of_device(
        self, device_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Command]:
        """The newest first, from an index that may lag behind."""


class Permits(Protocol):
    def find(self, device_id: str) -> StartPermit | None:
        """The device's permit; None before the first decision."""


class Restrictions(Protocol):
    def find(self, restriction_id: str) -> Restriction | None:
        """The decision, if it was made."""

    def list_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Restriction]:
        """The newest first, from an index that may lag behind."""


class Tenancies(Protocol):
    def of_asset(self, asset_id: str) -> Tenancy | None:
        """Who has the asset now, read consistently; None: nobody."""


@dataclass(frozen=True, slots=True)
class Certificate:
    id: str
    arn: str
    pem: str


class Registry(Protocol):
    """The IoT registry of things and certificates."""

    def enrol(self, device_id: str, signing_request: str) -> Certificate:
        """Make the thing and its active certificate; for the same key again, give the same one.

        The private key never leaves the device: it sends a signing request (PEM). Raises
        DeviceEnrolledWithAnotherKey, BadSigningRequest.
        """


class Channel(Protocol):
    """What reaches a device, now or when it comes back. Sending the same again changes nothing."""

    def show_permit(self, permit: StartPermit) -> None:
        """Make this the permit that the device finds, at once or when it connects."""

    def hand_command(self, command: Command) -> None:
        """Make this the command that the device is to carry out."""
