"""One bike's meter under test: readings in, sums out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.fakes import MemoryStore
from tests.use_fakes import KnownHolders, MemoryMeterPoints, MemoryReadings, MemoryRollups
from umlauf.usage.model import (
    NOTHING,
    ChargedBy,
    Correction,
    DayUsage,
    Holder,
    PlacedReading,
    Position,
    Reading,
    Registers,
    Ride,
)
from umlauf.usage.use_cases.mount_meter import mount_meter
from umlauf.usage.use_cases.record_readings import Recorded, record_readings

DEVICE = "dev_1"
ASSET = "ast_1"
START = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
ANNA = Holder("sub_anna", "Europe/Berlin", ChargedBy.INVOICE)
BERT = Holder("sub_bert", "Europe/Berlin", ChargedBy.INVOICE)


def reading(
    seq: int,
    seconds: int,
    *,
    boot: int = 1,
    at: datetime | None = None,
    ride: Ride | None = None,
) -> Reading:
    """A reading whose other registers follow the seconds."""
    registers = Registers(seconds, 4 * seconds, seconds // 600)
    return Reading(DEVICE, Position(boot, seq), at or START + timedelta(hours=seq), registers, ride)


@dataclass
class Bike:
    """A mounted meter, and everything that was ever recorded of it."""

    holders: KnownHolders = field(default_factory=lambda: KnownHolders([(START, ANNA)]))
    store: MemoryStore = field(default_factory=MemoryStore)
    baseline: Registers = NOTHING

    def __post_init__(self) -> None:
        self.store.run(
            lambda work: mount_meter(
                DEVICE,
                ASSET,
                work=work,
                meter_points=MemoryMeterPoints(self.store),
                baseline=self.baseline,
            ),
            START,
        )

    def report(self, *readings: Reading) -> Recorded:
        return self.store.run(
            lambda work: record_readings(
                readings,
                work=work,
                meter_points=MemoryMeterPoints(self.store),
                history=MemoryReadings(self.store),
                rollups=MemoryRollups(self.store),
                holders=self.holders,
            ),
            START,
        )

    def report_each(self, readings: Iterable[Reading]) -> None:
        for one in readings:
            self.report(one)

    @property
    def sums(self) -> dict[tuple[str, str], Registers]:
        """What is counted, by owner and day; days that come to nothing are left out."""
        days = {(day.owner_id, day.day.isoformat()): day.in_all for day in self.store.all(DayUsage)}
        return {key: used for key, used in days.items() if used}

    @property
    def recorded(self) -> dict[tuple[str, str], Registers]:
        """What readings and corrections say one by one, by owner and day."""
        found: dict[tuple[str, str], Registers] = {}
        records: list[PlacedReading | Correction] = [
            *self.store.all(PlacedReading),
            *self.store.all(Correction),
        ]
        for one in records:
            key = (one.bucket.owner_id, one.bucket.day.isoformat())
            found[key] = found.get(key, NOTHING) + one.used
        return {key: used for key, used in found.items() if used}

    @property
    def counted(self) -> Registers:
        return sum(self.sums.values(), NOTHING)

    def counted_for(self, owner_id: str) -> Registers:
        return sum((used for (owner, _), used in self.sums.items() if owner == owner_id), NOTHING)
