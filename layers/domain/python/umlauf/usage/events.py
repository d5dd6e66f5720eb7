"""What usage tells the others: anomalies only; usage itself is asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from umlauf.usage.model import Registers, RejectionReason


@dataclass(frozen=True, slots=True)
class ReadingRejected:
    """A reading contradicts those stored already; it is kept, and measures nothing."""

    TYPE: ClassVar[str] = "usage.reading_rejected.v1"

    device_id: str
    asset_id: str
    boot: int
    seq: int
    reason: RejectionReason


@dataclass(frozen=True, slots=True)
class RegisterReset:
    """After a restart the registers began anew; the reading counts from zero."""

    TYPE: ClassVar[str] = "usage.register_reset.v1"

    device_id: str
    asset_id: str
    boot: int
    seq: int
    counted: Registers


@dataclass(frozen=True, slots=True)
class Unattributed:
    """Nobody held the asset at the reading's instant, yet it was used."""

    TYPE: ClassVar[str] = "usage.unattributed.v1"

    device_id: str
    asset_id: str
    boot: int
    seq: int
    at: datetime
    used: Registers
