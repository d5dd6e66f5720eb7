"""Deliveries that lie ahead, on the wire."""

from collections.abc import Iterable
from datetime import date, datetime

from umlauf.subscriptions.deliveries import UpcomingDelivery
from umlauf_http.wire import Out


class DeliveryOut(Out):
    """A delivery of the half-open period. It can be skipped or restored before `changes_until`."""

    item: str
    name: str
    period_start: date
    period_end: date
    comes: bool
    is_skipped: bool
    is_paused: bool
    changes_until: datetime

    @classmethod
    def of(cls, delivery: UpcomingDelivery) -> "DeliveryOut":
        return cls(
            item=delivery.item,
            name=delivery.name,
            period_start=delivery.period.start,
            period_end=delivery.period.end,
            comes=delivery.comes,
            is_skipped=delivery.is_skipped,
            is_paused=delivery.is_paused,
            changes_until=delivery.changes_until,
        )


class DeliveriesOut(Out):
    """In the order in which they come, through the day `until`."""

    until: date
    items: list[DeliveryOut]

    @classmethod
    def of(cls, until: date, deliveries: Iterable[UpcomingDelivery]) -> "DeliveriesOut":
        return cls(until=until, items=[DeliveryOut.of(one) for one in deliveries])
