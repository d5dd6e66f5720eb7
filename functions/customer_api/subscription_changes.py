"""What customers do with their subscriptions. A `preview` shows what it costs and changes nothing.

A command that names its preview (`as_shown`) does exactly what was shown, or is refused.
"""

from typing import Final

from ownership import own_subscription
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.forecasts import (
    ChangePreviewOut,
    HorizonQuery,
    InterruptedOut,
)
from umlauf_http.representations.subscription_acts import (
    CancellationIn,
    ChangeIn,
    ChangeWithdrawalIn,
    PauseIn,
    ReactivationIn,
    RestorationIn,
    ResumptionIn,
    RevocationIn,
    SkipIn,
    WithdrawalIn,
)
from umlauf_http.representations.subscriptions import SubscriptionOut
from umlauf_http.subscription_acts import UNNAMED, Target, carry_out, interrupt, show
from wiring import DESK

routes = Routes(__name__, Access.CUSTOMER)

PREVIEW: Final = Idempotency.NONE
ONE: Final = "/v1/subscriptions/{subscription_id}"


@endpoint(routes, f"{ONE}/changes", method="POST")
def change(subscription_id: str, body: ChangeIn, call: Call) -> SubscriptionOut:
    """Change plan, quantity, add-ons, a chosen amount or the term: now, or on a day ahead."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(routes, f"{ONE}/changes/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_change(
    subscription_id: str, body: ChangeIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a change does and costs."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/changes/{{change_id}}/withdrawal", method="POST")
def withdraw_change(
    subscription_id: str, change_id: str, body: ChangeWithdrawalIn, call: Call
) -> SubscriptionOut:
    """Take back a change that has not begun."""
    return carry_out(body.of(change_id), _own(subscription_id, call), call)


@endpoint(
    routes,
    f"{ONE}/changes/{{change_id}}/withdrawal/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_withdrawn_change(
    subscription_id: str,
    change_id: str,
    body: ChangeWithdrawalIn,
    query: HorizonQuery,
    call: Call,
) -> ChangePreviewOut:
    """Show the bills to come without a change that has not begun."""
    return show(body.of(change_id), _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/pauses", method="POST")
def pause(subscription_id: str, body: PauseIn, call: Call) -> InterruptedOut:
    """Pause: what it does to the term, the money and the deliveries in one command."""
    return interrupt(body, _own(subscription_id, call), call)


@endpoint(routes, f"{ONE}/pauses/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_pause(
    subscription_id: str, body: PauseIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a pause does and what it gives back."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/resumption", method="POST")
def resume(subscription_id: str, body: ResumptionIn, call: Call) -> InterruptedOut:
    """End a pause, or call one off that lies ahead."""
    return interrupt(body, _own(subscription_id, call), call)


@endpoint(routes, f"{ONE}/resumption/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_resumption(
    subscription_id: str, body: ResumptionIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what the end of a pause does and costs."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/deliveries/skips", method="POST")
def skip(subscription_id: str, body: SkipIn, call: Call) -> SubscriptionOut:
    """Leave out one delivery, before it is under way."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(
    routes, f"{ONE}/deliveries/skips/preview", method="POST", errors=(409,), idempotency=PREVIEW
)
def preview_skip(
    subscription_id: str, body: SkipIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what leaving out a delivery saves."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/deliveries/restorations", method="POST")
def restore(subscription_id: str, body: RestorationIn, call: Call) -> SubscriptionOut:
    """Have a skipped delivery after all, before it would be under way."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(
    routes,
    f"{ONE}/deliveries/restorations/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_restoration(
    subscription_id: str, body: RestorationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what having a skipped delivery after all costs."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/cancellation", method="POST")
def cancel(subscription_id: str, body: CancellationIn, call: Call) -> SubscriptionOut:
    """Give notice, or withdraw an order before it began. Cancelled already, it keeps its end."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(routes, f"{ONE}/cancellation/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_subscription_cancellation(
    subscription_id: str, body: CancellationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show when it would end, and its last bills."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/cancellation/revocation", method="POST")
def revoke(subscription_id: str, body: RevocationIn, call: Call) -> SubscriptionOut:
    """Take a cancellation back before its end has come."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(
    routes,
    f"{ONE}/cancellation/revocation/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_revocation(
    subscription_id: str, body: RevocationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show the bills to come if it goes on after all."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/reactivation", method="POST")
def reactivate(subscription_id: str, body: ReactivationIn, call: Call) -> SubscriptionOut:
    """Take up again what ended by notice, from today; the asset is handed over as at the start."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(routes, f"{ONE}/reactivation/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_reactivation(
    subscription_id: str, body: ReactivationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what going on from today costs."""
    return show(body, _own(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/withdrawal", method="POST")
def withdraw(subscription_id: str, body: WithdrawalIn, call: Call) -> SubscriptionOut:
    """Withdraw within the withdrawal period, as consumers may."""
    return carry_out(body, _own(subscription_id, call), call)


@endpoint(routes, f"{ONE}/withdrawal/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_withdrawal(
    subscription_id: str, body: WithdrawalIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a withdrawal gives back, and what was served is paid for."""
    return show(body, _own(subscription_id, call), call, until=query.until)


def _own(subscription_id: str, call: Call) -> Target:
    return Target(
        subscription=own_subscription(subscription_id, call),
        desk=DESK,
        command_key=UNNAMED if call.command is None else call.command_id,
    )
