"""What staff does with a customer's subscription, unbound by the timing of its plan.

A `preview` shows what it costs and changes nothing. A command that names its preview (`as_shown`)
does exactly what was shown, or is refused.
"""

from typing import Final

from groups import RUN
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
    RestorationIn,
    ResumptionIn,
    RevocationIn,
    SkipIn,
    TerminationIn,
    VoidIn,
    WithdrawalIn,
)
from umlauf_http.representations.subscriptions import SubscriptionOut
from umlauf_http.subscription_acts import UNNAMED, Target, carry_out, interrupt, show
from wiring import SUBSCRIPTIONS, act_desk

routes = Routes(__name__, Access.STAFF, groups=RUN)

PREVIEW: Final = Idempotency.NONE
ONE: Final = "/v1/operator/subscriptions/{subscription_id}"


@endpoint(routes, f"{ONE}/changes", method="POST")
def change_for_customer(subscription_id: str, body: ChangeIn, call: Call) -> SubscriptionOut:
    """Change plan, quantity, add-ons, a chosen amount or the term: now, or on a day ahead."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/changes/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_change_for_customer(
    subscription_id: str, body: ChangeIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a change does and costs."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/changes/{{change_id}}/withdrawal", method="POST")
def withdraw_change_for_customer(
    subscription_id: str, change_id: str, body: ChangeWithdrawalIn, call: Call
) -> SubscriptionOut:
    """Take back a change that has not begun."""
    return carry_out(body.of(change_id), _target(subscription_id, call), call)


@endpoint(
    routes,
    f"{ONE}/changes/{{change_id}}/withdrawal/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_withdrawn_change_for_customer(
    subscription_id: str,
    change_id: str,
    body: ChangeWithdrawalIn,
    query: HorizonQuery,
    call: Call,
) -> ChangePreviewOut:
    """Show the bills to come without a change that has not begun."""
    return show(body.of(change_id), _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/pauses", method="POST")
def pause_for_customer(subscription_id: str, body: PauseIn, call: Call) -> InterruptedOut:
    """Pause: what it does to the term, the money and the deliveries in one command."""
    return interrupt(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/pauses/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_pause_for_customer(
    subscription_id: str, body: PauseIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a pause does and what it gives back."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/resumption", method="POST")
def resume_for_customer(subscription_id: str, body: ResumptionIn, call: Call) -> InterruptedOut:
    """End a pause, or call one off that lies ahead."""
    return interrupt(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/resumption/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_resumption_for_customer(
    subscription_id: str, body: ResumptionIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what the end of a pause does and costs."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/deliveries/skips", method="POST")
def skip_for_customer(subscription_id: str, body: SkipIn, call: Call) -> SubscriptionOut:
    """Leave out one delivery, before it is under way."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(
    routes, f"{ONE}/deliveries/skips/preview", method="POST", errors=(409,), idempotency=PREVIEW
)
def preview_skip_for_customer(
    subscription_id: str, body: SkipIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what leaving out a delivery saves."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/deliveries/restorations", method="POST")
def restore_for_customer(subscription_id: str, body: RestorationIn, call: Call) -> SubscriptionOut:
    """Have a skipped delivery after all, before it would be under way."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(
    routes,
    f"{ONE}/deliveries/restorations/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_restoration_for_customer(
    subscription_id: str, body: RestorationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what having a skipped delivery after all costs."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/cancellation", method="POST")
def cancel_for_customer(subscription_id: str, body: CancellationIn, call: Call) -> SubscriptionOut:
    """Give notice, or withdraw an order before it began. Cancelled already, it keeps its end."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/cancellation/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_subscription_cancellation_for_customer(
    subscription_id: str, body: CancellationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show when it would end, and its last bills."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/cancellation/revocation", method="POST")
def revoke_for_customer(subscription_id: str, body: RevocationIn, call: Call) -> SubscriptionOut:
    """Take a cancellation back before its end has come."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(
    routes,
    f"{ONE}/cancellation/revocation/preview",
    method="POST",
    errors=(409,),
    idempotency=PREVIEW,
)
def preview_revocation_for_customer(
    subscription_id: str, body: RevocationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show the bills to come if it goes on after all."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/withdrawal", method="POST")
def withdraw_for_customer(subscription_id: str, body: WithdrawalIn, call: Call) -> SubscriptionOut:
    """Withdraw within the withdrawal period, as consumers may."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/withdrawal/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_withdrawal_for_customer(
    subscription_id: str, body: WithdrawalIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what a withdrawal gives back, and what was served is paid for."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/termination", method="POST")
def terminate(subscription_id: str, body: TerminationIn, call: Call) -> SubscriptionOut:
    """Terminate for cause: on the very day, without notice."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/termination/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_termination(
    subscription_id: str, body: TerminationIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show the last bills of a termination for cause."""
    return show(body, _target(subscription_id, call), call, until=query.until)


@endpoint(routes, f"{ONE}/void", method="POST")
def void(subscription_id: str, body: VoidIn, call: Call) -> SubscriptionOut:
    """Void it (Storno), as if it had never been: all that was charged is given back."""
    return carry_out(body, _target(subscription_id, call), call)


@endpoint(routes, f"{ONE}/void/preview", method="POST", errors=(409,), idempotency=PREVIEW)
def preview_void(
    subscription_id: str, body: VoidIn, query: HorizonQuery, call: Call
) -> ChangePreviewOut:
    """Show what voiding it gives back."""
    return show(body, _target(subscription_id, call), call, until=query.until)


def _target(subscription_id: str, call: Call) -> Target:
    return Target(
        subscription=SUBSCRIPTIONS.get(subscription_id),
        desk=act_desk(),
        command_key=UNNAMED if call.command is None else call.command_id,
        by_staff=True,
    )
