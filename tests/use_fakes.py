"""The ports of usage, wallets and fleet over one MemoryStore, for tests of use cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeVar

from tests.fakes import MemoryStore
from umlauf.fleet.errors import UnknownCommand, UnknownDevice
from umlauf.fleet.model import Command, Device, Fitting, Restriction, StartPermit
from umlauf.kernel.calendar import Period, require_aware
from umlauf.kernel.work import Page
from umlauf.usage.model import (
    DayUsage,
    Holder,
    MeterPoint,
    PlacedReading,
    Position,
    RejectedReading,
)
from umlauf.usage.ports import MeteredContract, Neighbours
from umlauf.usage.usage_events import UsageEvent, usage_event_id
from umlauf.wallets.errors import UnknownSession, UnknownWallet
from umlauf.wallets.model import Session, StartGate, TopUp, Wallet, WalletEntry

T = TypeVar("T")


def _page(items: Iterable[T], limit: int, cursor: str | None) -> Page[T]:
    start, found = int(cursor or 0), list(items)
    end = start + limit
    return Page(found[start:end], str(end) if end < len(found) else None)


@dataclass
class MemoryMeterPoints:
    store: MemoryStore

    def get(self, device_id: str) -> MeterPoint | None:
        return self.store.get(MeterPoint, device_id)


@dataclass
class MemoryReadings:
    store: MemoryStore

    def around(self, device_id: str, position: Position) -> Neighbours:
        placed = sorted(
            (one for one in self.store.all(PlacedReading) if one.reading.device_id == device_id),
            key=lambda one: one.position,
        )
        before = [one for one in placed if one.position <= position]
        after = [one for one in placed if one.position > position]
        return Neighbours(before[-1].reading if before else None, after[0] if after else None)

    def rejected(self, rejection_id: str, device_id: str) -> RejectedReading | None:
        found = self.store.get(RejectedReading, rejection_id)
        return found if found and found.reading.device_id == device_id else None


@dataclass
class MemoryRollups:
    store: MemoryStore

    def get(self, owner_id: str, day: date) -> DayUsage | None:
        return self.store.get(DayUsage, f"{owner_id}:{day}")

    def by_day(self, subscription_id: str, period: Period) -> tuple[DayUsage, ...]:
        days = [day for day in self._days(subscription_id) if period.contains(day.day)]
        return tuple(sorted(days, key=lambda day: day.day))

    def total(self, subscription_id: str, meter: str, period: Period) -> int:
        return sum(day.by_invoice.of(meter) for day in self.by_day(subscription_id, period))

    def metered(self, subscription_id: str, meter: str) -> int:
        return sum(day.in_all.of(meter) for day in self._days(subscription_id))

    def _days(self, owner_id: str) -> list[DayUsage]:
        return [day for day in self.store.all(DayUsage) if day.owner_id == owner_id]


@dataclass
class MemoryUsageEvents:
    store: MemoryStore

    def get(self, subscription_id: str, event_id: str) -> UsageEvent | None:
        return self.store.get(UsageEvent, usage_event_id(subscription_id, event_id))

    def of_meter(
        self, subscription_id: str, meter: str, start: datetime, end: datetime
    ) -> Sequence[UsageEvent]:
        found = [
            one
            for one in self.store.all(UsageEvent)
            if (one.reported.subscription_id, one.reported.meter) == (subscription_id, meter)
            and start <= one.reported.at < end
        ]
        return sorted(found, key=lambda one: (one.reported.at, one.reported.event_id))

    def page_of_meter(
        self, subscription_id: str, meter: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[UsageEvent]:
        every = self.of_meter(
            subscription_id,
            meter,
            datetime.min.replace(tzinfo=UTC),
            datetime.max.replace(tzinfo=UTC),
        )
        return _page(reversed(every), limit, cursor)


@dataclass
class KnownContracts:
    """What each contract meters, whenever it is asked for: an aware instant all the same."""

    contracts: dict[str, MeteredContract] = field(default_factory=dict)

    def on(self, subscription_id: str, instant: datetime) -> MeteredContract | None:
        require_aware(instant)
        return self.contracts.get(subscription_id)


@dataclass
class KnownHolders:
    """Who holds the one asset from when on; None: nobody."""

    changes: Sequence[tuple[datetime, Holder | None]] = field(default_factory=list)
    asset_id: str = "ast_1"

    def holder_at(self, asset_id: str, instant: datetime) -> Holder | None:
        assert asset_id == self.asset_id
        current = None
        for start, holder in self.changes:
            if start <= instant:
                current = holder
        return current


@dataclass
class MemoryWallets:
    store: MemoryStore

    def get(self, wallet_id: str) -> Wallet:
        wallet = self.find(wallet_id)
        if wallet is None:
            raise UnknownWallet(f"there is no wallet {wallet_id}")
        return wallet

    def find(self, wallet_id: str) -> Wallet | None:
        return self.store.get(Wallet, wallet_id)

    def entries(
        self, wallet_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[WalletEntry]:
        mine = [one for one in self.store.all(WalletEntry) if one.wallet_id == wallet_id]
        return _page(sorted(mine, key=lambda one: -one.number), limit, cursor)


@dataclass
class MemorySessions:
    store: MemoryStore

    def get(self, session_id: str) -> Session:
        session = self.find(session_id)
        if session is None:
            raise UnknownSession(f"there is no session {session_id}")
        return session

    def find(self, session_id: str) -> Session | None:
        return self.store.get(Session, session_id)

    def list_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Session]:
        mine = [one for one in self.store.all(Session) if one.subscription_id == subscription_id]
        mine.sort(key=lambda one: one.started_at, reverse=True)
        return _page(mine, limit, cursor)


@dataclass
class MemoryTopUps:
    store: MemoryStore

    def find(self, top_up_id: str) -> TopUp | None:
        return self.store.get(TopUp, top_up_id)


@dataclass
class MemoryStartGates:
    store: MemoryStore

    def find(self, customer_id: str) -> StartGate | None:
        return self.store.get(StartGate, customer_id)


@dataclass
class MemoryDevices:
    store: MemoryStore

    def get(self, device_id: str) -> Device:
        device = self.find(device_id)
        if device is None:
            raise UnknownDevice(f"there is no device {device_id}")
        return device

    def find(self, device_id: str) -> Device | None:
        return self.store.get(Device, device_id)

    def fitted_to(self, asset_id: str) -> Fitting | None:
        return self.store.get(Fitting, asset_id)


@dataclass
class MemoryCommands:
    store: MemoryStore

    def get(self, command_id: str) -> Command:
        command = self.find(command_id)
        if command is None:
            raise UnknownCommand(f"there is no command {command_id}")
        return command

    def find(self, command_id: str) -> Command | None:
        return self.store.get(Command, command_id)

    def list_of_device(
        self, device_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Command]:
        mine = [one for one in self.store.all(Command) if one.device_id == device_id]
        return _page(mine, limit, cursor)


@dataclass
class MemoryPermits:
    store: MemoryStore

    def find(self, device_id: str) -> StartPermit | None:
        return self.store.get(StartPermit, device_id)


@dataclass
class MemoryRestrictions:
    store: MemoryStore

    def find(self, restriction_id: str) -> Restriction | None:
        return self.store.get(Restriction, restriction_id)

    def list_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Restriction]:
        mine = [
            one for one in self.store.all(Restriction) if one.subscription_id == subscription_id
        ]
        return _page(mine, limit, cursor)
