"""One asset's device under test."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.fakes import MemoryStore
from tests.use_fakes import MemoryCommands, MemoryDevices, MemoryPermits, MemoryRestrictions
from umlauf.fleet.model import (
    Command,
    CommandAction,
    Device,
    Fitting,
    Measure,
    Position,
    Reason,
    Restriction,
    StartPermit,
)
from umlauf.fleet.permitting import Tenancy
from umlauf.fleet.policy import CustomerKind, Facts
from umlauf.fleet.ports import Certificate
from umlauf.fleet.use_cases.impose_restriction import RestrictionRequest, impose_restriction
from umlauf.fleet.use_cases.lift_restriction import Lifting, lift_restriction
from umlauf.fleet.use_cases.mark_command_sent import mark_command_sent
from umlauf.fleet.use_cases.order_lock import LockAnswer, LockOrder, order_lock
from umlauf.fleet.use_cases.record_report import CommandAnswer, DeviceReport, record_report
from umlauf.fleet.use_cases.register_device import register_device
from umlauf.fleet.use_cases.request_command import CommandOrder, request_command
from umlauf.fleet.use_cases.sync_permit import sync_permit

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
SERIAL = "lock-0001"
ASSET = "ast_1"
CONSUMER = Facts(CustomerKind.CONSUMER, is_contract_running=True, is_moving=False)


@dataclass
class KnownTenancy:
    tenancy: Tenancy | None

    def of_asset(self, asset_id: str) -> Tenancy | None:
        assert asset_id == ASSET
        return self.tenancy


@dataclass
class Fleet:
    store: MemoryStore = field(default_factory=MemoryStore)

    def register(self, serial: str = SERIAL, asset_id: str = ASSET) -> Device:
        certificate = Certificate("c" * 64, "arn:aws:iot:::cert/c", "PEM")
        return self.store.run(
            lambda work: register_device(
                serial, asset_id, certificate, work=work, devices=MemoryDevices(self.store)
            ),
            NOW,
        )

    def command(self, now: datetime = NOW, action: CommandAction = CommandAction.LOCK) -> Command:
        device_id = self.register().id
        return self.store.run(
            lambda work: request_command(
                CommandOrder(f"at {now}", action, "rst_1"),
                MemoryDevices(self.store).get(device_id),
                work=work,
                commands=MemoryCommands(self.store),
            ),
            now,
        )

    def send(self, command: Command, now: datetime = NOW) -> Command:
        return self.store.run(
            lambda work: mark_command_sent(
                command.id, work=work, commands=MemoryCommands(self.store)
            ),
            now,
        )

    def report(
        self,
        seq: int,
        now: datetime = NOW,
        *,
        is_locked: bool | None = None,
        is_moving: bool | None = None,
        answer: CommandAnswer | None = None,
    ) -> Device:
        report = DeviceReport(
            device_id=self.register().id,
            position=Position(1, seq),
            at=now,
            is_locked=is_locked,
            is_moving=is_moving,
            answer=answer,
        )
        return self.store.run(
            lambda work: record_report(
                report,
                work=work,
                devices=MemoryDevices(self.store),
                commands=MemoryCommands(self.store),
            ),
            now,
        )

    def stored(self, command: Command) -> Command:
        return MemoryCommands(self.store).get(command.id)

    def sync(self, tenancy: Tenancy | None, now: datetime = NOW) -> StartPermit:
        device_id = self.register().id
        self.store.run(
            lambda work: sync_permit(
                Fitting(ASSET, device_id),
                work=work,
                permits=MemoryPermits(self.store),
                tenancies=KnownTenancy(tenancy),
            ),
            now,
        )
        permit = MemoryPermits(self.store).find(device_id)
        assert permit is not None
        return permit

    def restrict(
        self,
        measure: Measure,
        reason: Reason = Reason.ARREARS,
        facts: Facts = CONSUMER,
        now: datetime = NOW,
    ) -> Restriction:
        request = RestrictionRequest(
            request_id="cas_1",
            measure=measure,
            reason=reason,
            subscription_id="sub_1",
            customer_id="cus_1",
        )
        return self.store.run(
            lambda work: impose_restriction(
                request, facts, work=work, restrictions=MemoryRestrictions(self.store)
            ),
            now,
        )

    def lift(self, measure: Measure) -> Restriction:
        return self.store.run(
            lambda work: lift_restriction(
                Lifting("cas_1", measure, "sub_1", "cus_1"),
                work=work,
                restrictions=MemoryRestrictions(self.store),
            ),
            NOW,
        )

    def order_lock(self, reason: Reason, facts: Facts = CONSUMER) -> LockAnswer:
        device_id = self.register().id
        return self.store.run(
            lambda work: order_lock(
                LockOrder("key-1", reason, "sub_1", "cus_1"),
                MemoryDevices(self.store).get(device_id),
                facts,
                work=work,
                restrictions=MemoryRestrictions(self.store),
                commands=MemoryCommands(self.store),
            ),
            NOW,
        )
