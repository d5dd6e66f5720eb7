"""What the customer used: day by day what devices counted, and what was told event by event."""

from datetime import date, timedelta
from typing import Final, Self

from pydantic import Field, model_validator

from ownership import own_subscription
from umlauf.kernel.calendar import Period
from umlauf.usage.model import NOTHING, Registers
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.usage_events import ListedEventsOut, UsageEventOut
from umlauf_http.wire import Day, Identifier, Out, PageQuery, Query
from wiring import ROLLUPS, USAGE_EVENTS

routes = Routes(__name__, Access.CUSTOMER)

MAX_DAYS: Final = 366


class UsageQuery(Query):
    """Local days of the subscription, half-open: `to` is the first day not asked for."""

    subscription_id: Identifier
    from_: Day = Field(alias="from")
    to: Day

    @model_validator(mode="after")
    def _is_a_bounded_period(self) -> Self:
        if not timedelta(0) < self.to - self.from_ <= timedelta(days=MAX_DAYS):
            raise ValueError(f"`to` must be 1 to {MAX_DAYS} days after `from`")
        return self


class RegistersOut(Out):
    ride_seconds: int
    metres: int
    rides: int

    @classmethod
    def of(cls, registers: Registers) -> "RegistersOut":
        return cls(
            ride_seconds=registers.ride_seconds, metres=registers.metres, rides=registers.rides
        )


class DayUsageOut(Out):
    day: date
    used: RegistersOut


class UsageOut(Out):
    """Days without usage are left out."""

    subscription_id: str
    days: list[DayUsageOut]
    total: RegistersOut


@endpoint(routes, "/v1/usage", errors=(404,))
def get_usage(query: UsageQuery, call: Call) -> UsageOut:
    """Show the usage of a subscription, as metered so far."""
    subscription = own_subscription(query.subscription_id, call)
    days = ROLLUPS.by_day(subscription.id, Period(query.from_, query.to))
    return UsageOut(
        subscription_id=subscription.id,
        days=[DayUsageOut(day=each.day, used=RegistersOut.of(each.in_all)) for each in days],
        total=RegistersOut.of(sum((each.in_all for each in days), start=NOTHING)),
    )


class UsageEventsQuery(PageQuery):
    subscription_id: Identifier
    meter: Identifier


@endpoint(routes, "/v1/usage-events", errors=(404,))
def list_own_usage_events(query: UsageEventsQuery, call: Call) -> ListedEventsOut:
    """List what was told of one meter of a subscription, the latest first."""
    subscription = own_subscription(query.subscription_id, call)
    page = USAGE_EVENTS.page_of_meter(
        subscription.id, query.meter, limit=query.limit, cursor=query.cursor
    )
    return ListedEventsOut.of(page, UsageEventOut.of)
