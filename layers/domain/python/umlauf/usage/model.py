"""Registers, readings and where their differences are counted.

A device reports cumulative registers, ordered by `(boot, seq)`. A stored reading and a stored
correction are never edited; the day's usage is their sum.
"""

from dataclasses import astuple, dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.kernel.identifiers import derive_id
from umlauf.usage.errors import UnknownMeter


@dataclass(frozen=True, slots=True)
class Registers:
    """One figure per meter: cumulative in a reading, a difference (maybe negative) elsewhere."""

    ride_seconds: int = 0
    metres: int = 0
    rides: int = 0

    def __add__(self, other: "Registers") -> "Registers":
        return Registers(
            *(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True))
        )

    def __sub__(self, other: "Registers") -> "Registers":
        return Registers(
            *(mine - its for mine, its in zip(astuple(self), astuple(other), strict=True))
        )

    def __bool__(self) -> bool:
        return any(astuple(self))

    def is_behind(self, earlier: "Registers") -> bool:
        """Whether any register stands lower than it did before."""
        return any(mine < its for mine, its in zip(astuple(self), astuple(earlier), strict=True))

    def of(self, meter: str) -> int:
        """One meter's figure. Raises UnknownMeter."""
        return int(getattr(self, require_meter(meter)))


METERS: Final = tuple(field.name for field in fields(Registers))
NOTHING: Final = Registers()


def require_meter(meter: str) -> str:
    if meter not in METERS:
        raise UnknownMeter(f"{meter!r} is no meter; use {', '.join(METERS)}", field="meter")
    return meter


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A reading's place in its device's life: restarts count `boot`, messages count `seq`."""

    boot: int
    seq: int

    def __str__(self) -> str:
        return f"{self.boot}.{self.seq}"


@dataclass(frozen=True, slots=True)
class Ride:
    """The ride that ended with a reading, as the device tells it. It is never rated by."""

    started_at: datetime
    ended_at: datetime
    start_station: str | None = None
    end_station: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device reported. `ride` is there when a ride ended with it."""

    device_id: str
    position: Position
    at: datetime
    registers: Registers
    ride: Ride | None = None


class ChargedBy(StrEnum):
    """How usage becomes money; NOBODY when nobody held the asset."""

    INVOICE = "invoice"
    WALLET = "wallet"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where usage is counted. The owner is a subscription, or the asset that nobody held."""

    owner_id: str
    day: date
    charged_by: ChargedBy


@dataclass(frozen=True, slots=True)
class Holder:
    """Who held an asset at an instant, in which zone their days begin, and how they are charged."""

    subscription_id: str
    time_zone: str
    charged_by: ChargedBy


@dataclass(frozen=True, slots=True)
class PlacedReading:
    """A stored reading with what it measured when it arrived. Put once."""

    KIND: ClassVar[str] = "reading"

    reading: Reading
    bucket: Bucket
    used: Registers
    is_reset: bool = False
    version: int = 0

    @property
    def id(self) -> str:
        return f"{self.reading.device_id}:{self.reading.position}"

    @property
    def position(self) -> Position:
        return self.reading.position


@dataclass(frozen=True, slots=True)
class Correction:
    """What a late reading took from (or gave to) the one that follows it. Put once."""

    KIND: ClassVar[str] = "correction"

    device_id: str
    corrected: Position
    cause: Position
    bucket: Bucket
    used: Registers
    recorded_at: datetime
    version: int = 0

    @property
    def id(self) -> str:
        return f"{self.device_id}:{self.corrected}:{self.cause}"


class RejectionReason(StrEnum):
    REGISTER_BACKWARDS = "register_backwards"
    """Within one boot a register stands lower than before (or higher than after)."""

    POSITION_TAKEN = "position_taken"
    """Another reading with the same boot and seq is stored already."""


@dataclass(frozen=True, slots=True)
class RejectedReading:
    """An anomaly, kept as it came. It measures nothing. Put once."""

    KIND: ClassVar[str] = "rejected_reading"

    asset_id: str
    reading: Reading
    reason: RejectionReason
    recorded_at: datetime
    version: int = 0

    @property
    def id(self) -> str:
        """The same for the same content however often it is sent."""
        reading = self.reading
        content = (str(reading.position), reading.at.isoformat(), str(astuple(reading.registers)))
        return derive_id("rej", reading.device_id, *content)


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What one owner used on one local day: the sum of readings and corrections."""

    KIND: ClassVar[str] = "day_usage"

    owner_id: str
    day: date
    by_invoice: Registers = NOTHING
    by_wallet: Registers = NOTHING
    by_nobody: Registers = NOTHING
    version: int = 0

    @property
    def id(self) -> str:
        return f"{self.owner_id}:{self.day}"

    def add(self, charged_by: ChargedBy, used: Registers) -> "DayUsage":
        match charged_by:
            case ChargedBy.INVOICE:
                return replace(self, by_invoice=self.by_invoice + used)
            case ChargedBy.WALLET:
                return replace(self, by_wallet=self.by_wallet + used)
            case ChargedBy.NOBODY:
                return replace(self, by_nobody=self.by_nobody + used)

    @property
    def in_all(self) -> Registers:
        return self.by_invoice + self.by_wallet + self.by_nobody


@dataclass(frozen=True, slots=True)
class MeterPoint:
    """A device mounted on an asset, with what its registers showed then.

    Every reading of the device moves its version, so two writers never place readings from the same
    neighbours. `latest` is the reading with the highest position.
    """

    KIND: ClassVar[str] = "meter_point"

    id: str
    asset_id: str
    mounted_at: datetime
    baseline: Registers = NOTHING
    latest: Reading | None = None
    reading_count: int = 0
    version: int = 0
