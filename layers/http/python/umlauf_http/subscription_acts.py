"""A command on one subscription, as the customer API and the operator API both take it.

The request body says what to do; here it is carried out, or shown without being carried out. The
ports are put in by the function, and so is who acts: staff are not bound by a plan's timing.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol

from umlauf.billing.ports import BillingDesk
from umlauf.billing.use_cases.preview_change import ChangePreview, preview_change
from umlauf.customers.ports import BlockEntries
from umlauf.inventory.ports import Assets
from umlauf.kernel.errors import Conflict, InvalidInput
from umlauf.kernel.work import Work
from umlauf.payments.ports import Payers
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pinning import Pin, carry_out_pinned, require_fresh
from umlauf_http.calls import Call
from umlauf_http.representations.forecasts import ChangePreviewOut, EffectOut, InterruptedOut
from umlauf_http.representations.subscriptions import SubscriptionOut

UNNAMED: Final = "preview"
"""What an act is called that is only shown."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything it takes to change a subscription and to show what that costs."""

    billing: BillingDesk
    assets: Assets
    payers: Payers
    block_entries: BlockEntries


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The subscription as it was loaded, who acts on it, and what names the act."""

    subscription: Subscription
    desk: Desk
    command_key: str = UNNAMED
    by_staff: bool = False

    @property
    def id(self) -> str:
        return self.subscription.id


class Act(Protocol):
    """What can be carried out on a subscription: a request body, or one with its path."""

    @property
    def pin(self) -> Pin | None:
        """The preview the caller agreed to, if they name one."""

    def carry_out(self, target: Target, work: Work) -> Subscription:
        """Call the use case."""


def carry_out(act: Act, target: Target, call: Call) -> SubscriptionOut:
    """Carry it out as part of the call's work, as of the preview it names. Raises StalePreview."""
    return _carry_out(act, act.pin, target, call)


def carry_out_now(act: Act, target: Target, call: Call) -> SubscriptionOut:
    """The same on the version that was previewed, but as of now: for what moves an asset.

    Whoever rides it from now on did not have it when the preview was made. Raises StalePreview.
    """
    pin = act.pin
    if pin is not None:
        require_fresh(pin, target.subscription, call.now)
        pin = replace(pin, as_of=call.now)
    return _carry_out(act, pin, target, call)


def show(act: Act, target: Target, call: Call, *, until: date | None) -> ChangePreviewOut:
    """What carrying it out would do, now or as of a preview before. Nothing is written."""
    if act.pin is not None:
        require_fresh(act.pin, target.subscription, call.now)
    return ChangePreviewOut.of(_previewed(act, target, call, until), target.desk.billing.plans)


def interrupt(act: Act, target: Target, call: Call) -> InterruptedOut:
    """Carry out a pause or its end, and answer with what it does to term, money and deliveries.

    Who cannot be billed as things are may pause all the same. Raises StalePreview.
    """
    done = carry_out(act, target, call)
    try:
        found = _previewed(act, target, call, until=None).effect
    except (InvalidInput, Conflict):
        effect = None
    else:
        effect = EffectOut.of(found, target.subscription.currency)
    return InterruptedOut.model_validate({**dict(done), "effect": effect})


def _previewed(act: Act, target: Target, call: Call, until: date | None) -> ChangePreview:
    return preview_change(
        target.subscription,
        lambda work: act.carry_out(target, work),
        as_of=call.now if act.pin is None else act.pin.as_of,
        until=until,
        desk=target.desk.billing,
    )


def _carry_out(act: Act, pin: Pin | None, target: Target, call: Call) -> SubscriptionOut:
    changed = carry_out_pinned(
        lambda work: act.carry_out(target, work),
        pin,
        subscription=target.subscription,
        work=call.work,
    )
    return SubscriptionOut.of(changed, target.desk.billing.plans, call.now)
