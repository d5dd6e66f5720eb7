"""Bodies of the commands on one subscription. Each knows the use case that carries it out."""

from dataclasses import dataclass
from typing import Literal

from umlauf.catalog.policies import ChangeTiming
from umlauf.kernel.work import Work
from umlauf.payments.readiness import is_payment_ready
from umlauf.subscriptions.agreements import Skip
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pinning import Pin
from umlauf.subscriptions.timing import When
from umlauf.subscriptions.use_cases.cancel_subscription import Cancellation, cancel_subscription
from umlauf.subscriptions.use_cases.change_subscription import ChangeWish, change_subscription
from umlauf.subscriptions.use_cases.pause_subscription import PauseWish, pause_subscription
from umlauf.subscriptions.use_cases.reactivate_subscription import (
    Reactivation,
    reactivate_subscription,
)
from umlauf.subscriptions.use_cases.restore_delivery import restore_delivery
from umlauf.subscriptions.use_cases.resume_subscription import Resumption, resume_subscription
from umlauf.subscriptions.use_cases.revoke_cancellation import revoke_cancellation
from umlauf.subscriptions.use_cases.skip_delivery import skip_delivery
from umlauf.subscriptions.use_cases.terminate_subscription import (
    Termination,
    terminate_subscription,
)
from umlauf.subscriptions.use_cases.void_subscription import void_subscription
from umlauf.subscriptions.use_cases.withdraw_scheduled_change import withdraw_scheduled_change
from umlauf.subscriptions.use_cases.withdraw_subscription import withdraw_subscription
from umlauf_http.representations.changes import AnyChangeIn, StartsOn
from umlauf_http.subscription_acts import Target
from umlauf_http.wire import Day, Identifier, In, Instant


class ShownIn(In):
    """The preview that was agreed to, at most an hour ago: its `as_of`, and of which version."""

    as_of: Instant
    subscription_version: int


class ActIn(In):
    """With `as_shown` exactly what the preview showed is done, or nothing (409): preview again."""

    as_shown: ShownIn | None = None

    @property
    def pin(self) -> Pin | None:
        shown = self.as_shown
        return None if shown is None else Pin(shown.as_of, shown.subscription_version)


class ChangeIn(ActIn):
    change: AnyChangeIn
    starts_on: StartsOn | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk.billing
        wish = ChangeWish(
            command_key=target.command_key,
            subscription_id=target.id,
            change=self.change.change(desk.plans),
            when=_when(self.starts_on),
            by_staff=target.by_staff,
        )
        return change_subscription(
            wish, work=work, subscriptions=desk.subscriptions, plans=desk.plans
        )


class ChangeWithdrawalIn(ActIn):
    """Takes back a change that has not begun; the path says which."""

    def of(self, change_id: str) -> "ChangeWithdrawal":
        return ChangeWithdrawal(change_id, self.pin)


@dataclass(frozen=True, slots=True)
class ChangeWithdrawal:
    """The act of taking back one scheduled change."""

    change_id: str
    pin: Pin | None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk.billing
        return withdraw_scheduled_change(
            target.id,
            self.change_id,
            work=work,
            subscriptions=desk.subscriptions,
            plans=desk.plans,
        )


class PauseIn(ActIn):
    """Half-open days. Without `starts_on` as soon as the plan allows.

    Without `ends_on` until it is resumed, or as long as the plan allows.
    """

    starts_on: Day | None = None
    ends_on: Day | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk.billing
        wish = PauseWish(
            subscription_id=target.id,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            by_staff=target.by_staff,
        )
        return pause_subscription(
            wish, work=work, subscriptions=desk.subscriptions, plans=desk.plans
        )


class ResumptionIn(ActIn):
    """`resumes_on` is the first day served again; without it, today.

    The first day of a pause that lies ahead calls that pause off.
    """

    resumes_on: Day | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk.billing
        command = Resumption(
            subscription_id=target.id, resumes_on=self.resumes_on, by_staff=target.by_staff
        )
        return resume_subscription(
            command, work=work, subscriptions=desk.subscriptions, plans=desk.plans
        )


class _DeliveryIn(ActIn):
    """One delivery: of an item, for the billing period that begins on a day."""

    item: Identifier
    period_start: Day

    @property
    def skip(self) -> Skip:
        return Skip(self.item, self.period_start)


class SkipIn(_DeliveryIn):
    """The delivery that is not wanted: of an item, for the billing period that begins then."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk.billing
        return skip_delivery(
            target.id, self.skip, work=work, subscriptions=desk.subscriptions, plans=desk.plans
        )


class RestorationIn(_DeliveryIn):
    """The skipped delivery that is wanted after all."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk.billing
        return restore_delivery(
            target.id, self.skip, work=work, subscriptions=desk.subscriptions, plans=desk.plans
        )


class CancellationIn(ActIn):
    """`ends_on` is the first day no longer wanted; without it, as soon as the terms allow."""

    ends_on: Day | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk
        return cancel_subscription(
            Cancellation(subscription_id=target.id, ends_on=self.ends_on),
            work=work,
            subscriptions=desk.billing.subscriptions,
            plans=desk.billing.plans,
            assets=desk.assets,
        )


class RevocationIn(ActIn):
    """Takes a cancellation back before its end has come."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        subscriptions = target.desk.billing.subscriptions
        return revoke_cancellation(target.id, work=work, subscriptions=subscriptions)


class ReactivationIn(ActIn):
    """Takes an ended subscription up again from today, under its plan if that is still sold."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk
        plans = desk.billing.plans
        ready = is_payment_ready(target.subscription, plans=plans, payers=desk.payers)
        return reactivate_subscription(
            Reactivation(subscription_id=target.id, payment_ready=ready, by_staff=target.by_staff),
            work=work,
            subscriptions=desk.billing.subscriptions,
            plans=plans,
            customers=desk.billing.customers,
            block_entries=desk.block_entries,
        )


class WithdrawalIn(ActIn):
    """A consumer calls the contract off within the withdrawal period."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk
        return withdraw_subscription(
            target.id,
            work=work,
            subscriptions=desk.billing.subscriptions,
            plans=desk.billing.plans,
            customers=desk.billing.customers,
            assets=desk.assets,
        )


class TerminationIn(ActIn):
    """For cause, without notice. `ends_on` is the first day that is over; without it, tomorrow."""

    ends_on: Day | None = None

    def carry_out(self, target: Target, work: Work) -> Subscription:
        return terminate_subscription(
            Termination(subscription_id=target.id, ends_on=self.ends_on),
            work=work,
            subscriptions=target.desk.billing.subscriptions,
        )


class VoidIn(ActIn):
    """Storno: as if it had never been. All that was charged is given back."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        desk = target.desk
        return void_subscription(
            target.id,
            work=work,
            subscriptions=desk.billing.subscriptions,
            assets=desk.assets,
        )


def _when(starts_on: Literal["at_once", "period_end"] | Day | None) -> When:
    return ChangeTiming(starts_on) if isinstance(starts_on, str) else starts_on
