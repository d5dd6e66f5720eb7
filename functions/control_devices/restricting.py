"""Asks the policy engine for what dunning wants restricted, and enforces its answer in one work."""

from dataclasses import dataclass

from umlauf.customers.ports import Customers
from umlauf.dunning.events import RestrictionReleased, RestrictionRequested
from umlauf.fleet.model import CommandAction, Device, Measure, Outcome, Restriction
from umlauf.fleet.policy import CustomerKind, Facts, read_measure, read_reason
from umlauf.fleet.ports import Commands, Devices, Restrictions
from umlauf.fleet.use_cases.impose_restriction import RestrictionRequest, impose_restriction
from umlauf.fleet.use_cases.lift_restriction import Lifting, lift_restriction
from umlauf.fleet.use_cases.order_lock import LockOrder, order_lock
from umlauf.fleet.use_cases.request_command import CommandOrder, request_command
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.wallets.model import StartRestriction
from umlauf.wallets.ports import StartGates
from umlauf.wallets.use_cases.permit_starts import permit_starts
from umlauf.wallets.use_cases.restrict_starts import restrict_starts


@dataclass(frozen=True)
class RestrictionDesk:
    """The decision, and the gate or command that carries it out, are committed together."""

    customers: Customers
    subscriptions: Subscriptions
    devices: Devices
    commands: Commands
    restrictions: Restrictions
    gates: StartGates

    def ask(self, wanted: RestrictionRequested, work: Work) -> Restriction:
        """Raises UnknownRestriction for what the engine has no word for."""
        measure, reason = read_measure(wanted.restriction), read_reason(wanted.reason)
        subscription = self.subscriptions.get(wanted.subscription_id)
        facts = self._facts(subscription)
        device = self._device(subscription)
        if measure is Measure.REMOTE_LOCK and device is not None:
            order = LockOrder(wanted.case_id, reason, subscription.id, wanted.customer_id)
            return order_lock(
                order,
                device,
                facts,
                work=work,
                restrictions=self.restrictions,
                commands=self.commands,
            ).restriction
        request = RestrictionRequest(
            request_id=wanted.case_id,
            measure=measure,
            reason=reason,
            subscription_id=subscription.id,
            customer_id=wanted.customer_id,
            asset_id=subscription.asset_id,
        )
        restriction = impose_restriction(request, facts, work=work, restrictions=self.restrictions)
        if measure is Measure.NO_NEW_PREPAID_SESSION:
            self._close_gate(restriction, work)
        return restriction

    def release(self, told: RestrictionReleased, work: Work) -> Restriction:
        lifting = Lifting(
            told.case_id, read_measure(told.restriction), told.subscription_id, told.customer_id
        )
        restriction = lift_restriction(lifting, work=work, restrictions=self.restrictions)
        if restriction.measure is Measure.NO_NEW_PREPAID_SESSION:
            permit_starts(restriction.customer_id, restriction.id, work=work, gates=self.gates)
        elif restriction.outcome is Outcome.ALLOWED:
            self._unlock(restriction, work)
        return restriction

    def _close_gate(self, restriction: Restriction, work: Work) -> None:
        if restriction.holds_at(work.now) and restriction.expires_at is not None:
            closed = StartRestriction(
                restriction.id, str(restriction.reason), restriction.expires_at
            )
            restrict_starts(restriction.customer_id, closed, work=work, gates=self.gates)

    def _unlock(self, restriction: Restriction, work: Work) -> None:
        device = self._device(self.subscriptions.get(restriction.subscription_id))
        if device is not None:
            order = CommandOrder(restriction.id, CommandAction.UNLOCK, restriction.id)
            request_command(order, device, work=work, commands=self.commands)

    def _facts(self, subscription: Subscription) -> Facts:
        """No individual lock clause is on record anywhere yet, so none is ever assumed."""
        customer = self.customers.get(subscription.customer_id)
        kind = CustomerKind.BUSINESS if customer.is_business else CustomerKind.CONSUMER
        return Facts(kind, is_contract_running=subscription.is_live)

    def _device(self, subscription: Subscription) -> Device | None:
        fitting = self.devices.fitted_to(subscription.asset_id) if subscription.asset_id else None
        return self.devices.find(fitting.device_id) if fitting else None
