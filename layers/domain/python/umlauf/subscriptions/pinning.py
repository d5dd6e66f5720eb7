"""A command carried out as it was previewed: of the same version, as of the same instant.

What a change costs can depend on the second it is made in. Whoever agreed to a preview names it,
and gets what it showed, or is told to preview again; but nothing is recorded as if it had happened
before it did.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.work import Work
from umlauf.subscriptions.errors import StalePreview
from umlauf.subscriptions.model import Subscription

LONGEST_PIN: Final = timedelta(hours=1)
"""How long a preview may be agreed to."""

Decide = Callable[[Work], Subscription]
"""A use case that changes a subscription, told everything but the work."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The preview that was agreed to: as of when it was reckoned, and of which version."""

    as_of: datetime
    subscription_version: int


def carry_out_pinned(
    decide: Decide, pin: Pin | None, *, subscription: Subscription, work: Work
) -> Subscription:
    """Carry a command out as of its preview; without one, as of now.

    Events are of now, and nothing falls due in the past: no billing run passes it by. Raises
    StalePreview, InvalidInput for an instant that lies ahead, and what the command raises.
    """
    if pin is None:
        return decide(work)
    require_fresh(pin, subscription, work.now)
    scratch = Work(pin.as_of)
    decided = decide(scratch)
    _require_version(pin, decided)
    for aggregate in scratch.aggregates:
        events = scratch.events_of(aggregate)
        if isinstance(aggregate, Subscription):
            work.put(_not_due_before(aggregate, work.now), *events)
        else:
            work.put(aggregate, *events)
    return _not_due_before(decided, work.now)


def require_fresh(pin: Pin, subscription: Subscription, now: datetime) -> None:
    """Refuse a preview too old, or of another version. Raises StalePreview, InvalidInput."""
    if pin.as_of > now:
        raise InvalidInput("as_of lies ahead; name the preview's as_of", field="as_of")
    if now - pin.as_of > LONGEST_PIN:
        minutes = int(LONGEST_PIN.total_seconds()) // 60
        raise StalePreview(
            f"the preview is more than {minutes} minutes old; preview again", field="as_of"
        )
    _require_version(pin, subscription)


def _require_version(pin: Pin, subscription: Subscription) -> None:
    if pin.subscription_version != subscription.version:
        raise StalePreview(
            "the subscription changed after the preview; preview again",
            field="subscription_version",
        )


def _not_due_before(subscription: Subscription, now: datetime) -> Subscription:
    due_at = subscription.next_due_at
    return subscription if due_at is None else replace(subscription, next_due_at=max(due_at, now))
