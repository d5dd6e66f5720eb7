"""What fleet tells the others."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from umlauf.fleet.model import CommandAction, Measure, Outcome, PermitReason, Reason


@dataclass(frozen=True, slots=True)
class DeviceRegistered:
    TYPE: ClassVar[str] = "fleet.device_registered.v1"

    device_id: str
    asset_id: str


@dataclass(frozen=True, slots=True)
class StartPermitChanged:
    TYPE: ClassVar[str] = "fleet.start_permit_changed.v1"

    device_id: str
    may_start: bool
    reason: PermitReason
    subscription_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class RestrictionImposed:
    TYPE: ClassVar[str] = "fleet.restriction_imposed.v1"

    restriction_id: str
    request_id: str
    subscription_id: str
    customer_id: str
    restriction: Measure
    reason: Reason
    basis: str
    expires_at: datetime
    asset_id: str | None = None


@dataclass(frozen=True, slots=True)
class RestrictionDenied:
    """Denied, deferred until the asset stands still, or in review: nothing is restricted."""

    TYPE: ClassVar[str] = "fleet.restriction_denied.v1"

    restriction_id: str
    request_id: str
    subscription_id: str
    customer_id: str
    restriction: Measure
    reason: Reason
    outcome: Outcome
    basis: str
    asset_id: str | None = None


@dataclass(frozen=True, slots=True)
class RestrictionLifted:
    TYPE: ClassVar[str] = "fleet.restriction_lifted.v1"

    restriction_id: str
    request_id: str
    subscription_id: str
    customer_id: str
    restriction: Measure


@dataclass(frozen=True, slots=True)
class CommandRequested:
    TYPE: ClassVar[str] = "fleet.command_requested.v1"

    command_id: str
    device_id: str
    asset_id: str
    action: CommandAction
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CommandSucceeded:
    """The device says it is done."""

    TYPE: ClassVar[str] = "fleet.command_succeeded.v1"

    command_id: str
    device_id: str
    asset_id: str
    action: CommandAction
    is_late: bool


@dataclass(frozen=True, slots=True)
class CommandFailed:
    """The device says it could not, or would not."""

    TYPE: ClassVar[str] = "fleet.command_failed.v1"

    command_id: str
    device_id: str
    asset_id: str
    action: CommandAction
    failure: str
