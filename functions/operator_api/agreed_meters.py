"""What a contract meters event by event, as subscriptions and catalog know it together."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from umlauf.catalog.meters import Aggregation, counts_events
from umlauf.catalog.model import MeteredItem, PlanItem
from umlauf.catalog.ports import Plans
from umlauf.kernel.calendar import local_date, start_of_day
from umlauf.subscriptions.changing import begin_scheduled
from umlauf.subscriptions.model import ReasonNotDue, Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.subscriptions.timeline import agreement_on
from umlauf.usage.ports import EventMeter, MeteredContract

_SETTLED: Final = frozenset(
    {
        ReasonNotDue.AWAITING_RETURN,
        ReasonNotDue.ENDED,
        ReasonNotDue.WITHDRAWN,
        ReasonNotDue.VOIDED,
    }
)


@dataclass(frozen=True)
class AgreedMeters:
    """Implements umlauf.usage.ports.MeteredContracts."""

    subscriptions: Subscriptions
    plans: Plans

    def on(self, subscription_id: str, instant: datetime) -> MeteredContract | None:
        subscription = self.subscriptions.find(subscription_id)
        if subscription is None:
            return None
        day = local_date(instant, subscription.time_zone)
        # A change begins with its day; the bill that says so on record comes later.
        subscription, _ = begin_scheduled(subscription, day, plan_of=self.plans.get, now=instant)
        agreement = agreement_on(subscription, day)
        plan = self.plans.get(agreement.plan_id, agreement.plan_version)
        return MeteredContract(
            time_zone=subscription.time_zone,
            starts_on=None if subscription.is_void else _first_day(subscription),
            runs_until=subscription.ends_on,
            is_settled=subscription.reason_not_due in _SETTLED,
            meters=tuple(_meters(plan.items_with(agreement.add_ons))),
            last_bill_at=_last_bill_at(subscription),
        )


def _first_day(subscription: Subscription) -> date | None:
    """What was billed elsewhere is never looked at here."""
    return subscription.imported_through or subscription.starts_on


def _last_bill_at(subscription: Subscription) -> datetime | None:
    if subscription.closing_on is None:
        return None
    return start_of_day(subscription.closing_on, subscription.time_zone)


def _meters(items: Iterable[PlanItem]) -> Iterator[EventMeter]:
    """One for each meter, which may feed several items: an event must suit them all."""
    fed: dict[str, list[MeteredItem]] = {}
    for item in items:
        if isinstance(item, MeteredItem) and counts_events(item.meter):
            fed.setdefault(item.meter, []).append(item)
    for meter, of in fed.items():
        counted = {item.aggregation for item in of}
        yield EventMeter(
            meter,
            names=next((item.names for item in of if item.names), ()),
            needs_subject=Aggregation.UNIQUE in counted,
            is_level=counted == {Aggregation.TIME_WEIGHTED_SUM},
        )
