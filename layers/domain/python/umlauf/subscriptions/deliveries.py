"""The deliveries that lie ahead, and until when each can still be left out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from umlauf.catalog.model import Delivery
from umlauf.kernel.calendar import Period
from umlauf.subscriptions.agreements import Skip
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.skipping import cut_off
from umlauf.subscriptions.timeline import PlanOf, agreement_on, billing_periods, phase_on

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingDelivery:
    """One delivery of a billing period. `changes_until` is the instant it is under way from."""

    item: str
    name: str
    period: Period
    is_skipped: bool
    is_paused: bool
    changes_until: datetime

    @property
    def comes(self) -> bool:
        return not (self.is_skipped or self.is_paused)


def upcoming_deliveries(
    subscription: Subscription, *, since: date, until: date, plan_of: PlanOf
) -> Iterator[UpcomingDelivery]:
    """Those of the billing periods that begin from `since` through `until`, in order.

    As agreed now: what scheduled changes bring is seen when they have begun. Before the start
    there are none. Raises BadDates for an `until` that is too far away.
    """
    if subscription.starts_on is None:
        return
    for one in billing_periods(subscription, since, until + _ONE_DAY):
        start = one.period.start
        if start < since:
            continue
        agreement = agreement_on(subscription, start)
        plan = plan_of(agreement.plan_id, agreement.plan_version)
        phase = phase_on(subscription, plan, start, free_until=agreement.free_until)
        if phase is not None and phase.is_free:
            continue
        for item in plan.items_with(agreement.add_ons):
            if isinstance(item, Delivery):
                yield UpcomingDelivery(
                    item=item.id,
                    name=item.name,
                    period=one.period,
                    is_skipped=Skip(item.id, start) in subscription.skips,
                    is_paused=subscription.is_paused(start),
                    changes_until=cut_off(item, start, subscription.time_zone),
                )
