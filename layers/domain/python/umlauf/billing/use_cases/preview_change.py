"""Show what a command would do to a subscription and to its bills, without doing it."""

from dataclasses import dataclass
from datetime import date, datetime

from umlauf.billing.effects import Effect, effect_of
from umlauf.billing.forecasting import Forecast, horizon
from umlauf.billing.ports import BillingDesk
from umlauf.billing.use_cases.forecast_bills import forecast_bills
from umlauf.kernel.work import Work
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.pinning import Decide


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """The same days with the command and without it, as of one instant."""

    as_of: datetime
    until: date
    changed: Forecast
    unchanged: Forecast
    effect: Effect


def preview_change(
    subscription: Subscription,
    decide: Decide,
    *,
    as_of: datetime,
    until: date | None = None,
    desk: BillingDesk,
) -> ChangePreview:
    """Carry the command out in a work that nobody commits, and bill what comes of it in memory.

    Without `until`, through the next two billing periods. Raises what the command and billing
    would raise, and InvalidInput for an `until` that has passed or is too far away.
    """
    changed = decide(Work(as_of))
    last = horizon(subscription, until, as_of)
    then = forecast_bills(changed, as_of=as_of, until=last, desk=desk)
    now = forecast_bills(subscription, as_of=as_of, until=last, desk=desk)
    return ChangePreview(
        as_of=as_of,
        until=last,
        changed=then,
        unchanged=now,
        effect=effect_of(now, then, last, plan_of=desk.plans.get, as_of=as_of),
    )
