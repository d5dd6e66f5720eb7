"""Devices and what they reported, commands and what became of them, permits and restrictions.

What we want of a device and what it says of itself are kept apart: only a report proves a lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.kernel.identifiers import derive_id

MOTION_IS_FRESH: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A report's place in its device's life: restarts count `boot`, messages count `seq`."""

    boot: int
    seq: int


@dataclass(frozen=True, slots=True)
class Reported:
    """The newest state a device told us. None: it never said."""

    position: Position
    at: datetime
    received_at: datetime
    is_locked: bool | None = None
    is_moving: bool | None = None
    battery_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One thing with its certificate. Its id is its IoT thing name and its MQTT client id."""

    KIND: ClassVar[str] = "device"

    id: str
    serial: str
    asset_id: str
    certificate_id: str
    certificate_arn: str
    registered_at: datetime
    reported: Reported | None = None
    last_command_id: str | None = None
    """The newest command: only this one is ever handed over, an older one is superseded."""

    version: int = 0

    def is_moving_at(self, now: datetime) -> bool | None:
        """What the device said of its motion, unless that is too old to be true still."""
        if self.reported is None or now - self.reported.at > MOTION_IS_FRESH:
            return None
        return self.reported.is_moving


@dataclass(frozen=True, slots=True)
class Fitting:
    """Which device an asset carries. Its id is the asset's, so an asset carries one."""

    KIND: ClassVar[str] = "fitting"

    id: str
    device_id: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """How much of a meter a prepaid start pays for: the device stops there, online or not."""

    meter: str
    quantity: int


class PermitReason(StrEnum):
    ON_RENT = "on_rent"
    SESSION = "session"
    NO_SESSION = "no_session"
    NOT_ON_RENT = "not_on_rent"
    SUBSCRIPTION_NOT_ACTIVE = "subscription_not_active"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPermit:
    """Whether a device may start now. Its id is the device's; its version is the revision.

    A device obeys the highest revision it saw.
    """

    KIND: ClassVar[str] = "start_permit"

    id: str
    may_start: bool
    reason: PermitReason
    subscription_id: str | None = None
    session_id: str | None = None
    lease: Lease | None = None
    expires_at: datetime | None = None
    """After it the device lets nobody start; None: until told otherwise."""

    decided_at: datetime
    version: int = 0


class CommandAction(StrEnum):
    LOCK = "lock"
    UNLOCK = "unlock"


class CommandStatus(StrEnum):
    CREATED = "created"
    SENT = "sent"
    """IoT has it for the device. That it arrived only the device can tell."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    """The device was heard from since, but never answered: its lock state is unknown."""

    EXPIRED = "expired"
    """The device was not heard from until the deadline: nothing was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a device is to do before a deadline. A device refuses it later."""

    KIND: ClassVar[str] = "command"

    id: str
    device_id: str
    asset_id: str
    action: CommandAction
    requested_by: str
    """The restriction that allows a lock, or whoever asked to unlock."""

    created_at: datetime
    deadline: datetime
    status: CommandStatus = CommandStatus.CREATED
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    failure: str | None = None
    is_late: bool = False
    """The answer came after the deadline."""

    version: int = 0


class Measure(StrEnum):
    """What may be restricted."""

    NO_NEW_PREPAID_SESSION = "no_new_prepaid_session"
    REMOTE_LOCK = "remote_lock"


class Reason(StrEnum):
    """Why somebody asks for a restriction."""

    ARREARS = "arrears"
    PREPAID_BALANCE_ZERO = "prepaid_balance_zero"
    CUSTOMER_REQUEST = "customer_request"
    THEFT_REPORTED = "theft_reported"
    SAFETY_RECALL = "safety_recall"


class Outcome(StrEnum):
    ALLOWED = "allowed"
    DENIED = "denied"
    DEFERRED = "deferred"
    """Right in itself, but not now: ask again when the asset is known to stand still."""

    IN_REVIEW = "in_review"
    """Two people must look at the contract first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """One decision of the policy engine and what became of it: the audit entry.

    Lifting may be told before asking (events have no order), so a restriction can begin lifted.
    """

    KIND: ClassVar[str] = "restriction"

    id: str
    request_id: str
    measure: Measure
    reason: Reason | None
    """None when lifting was told before asking."""

    subscription_id: str
    customer_id: str
    asset_id: str | None
    outcome: Outcome
    basis: str
    decided_at: datetime
    expires_at: datetime | None = None
    lifted_at: datetime | None = None
    version: int = 0

    def holds_at(self, now: datetime) -> bool:
        return (
            self.outcome is Outcome.ALLOWED
            and self.lifted_at is None
            and self.expires_at is not None
            and now < self.expires_at
        )


def device_id_of(serial: str) -> str:
    """The thing name of a device, known from its serial number."""
    return derive_id("dev", serial)


def restriction_id_of(request_id: str, subscription_id: str, measure: Measure) -> str:
    """One request restricts one subscription in one way once, however often it is told."""
    return derive_id("rst", request_id, subscription_id, measure.value)
