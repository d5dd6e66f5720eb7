"""Subscriptions, looked up: what is agreed, what was charged, and what will be."""

from datetime import timedelta
from typing import Final, Self

from pydantic import Field, model_validator

from groups import LOOK_UP
from umlauf.billing.forecasting import horizon
from umlauf.billing.use_cases.forecast_bills import forecast_bills
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.deliveries import upcoming_deliveries
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import Status
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.charges import ChargeOut, ChargesOut
from umlauf_http.representations.deliveries import DeliveriesOut
from umlauf_http.representations.forecasts import ForecastOut, HorizonQuery
from umlauf_http.representations.subscriptions import (
    ScheduledChangesOut,
    SubscriptionOut,
    SubscriptionsOut,
)
from umlauf_http.wire import Day, Identifier, PageQuery
from wiring import CHARGES, PLANS, SUBSCRIPTION_REGISTER, SUBSCRIPTIONS, billing_desk

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)

ONE: Final = "/v1/operator/subscriptions/{subscription_id}"
USUAL_WINDOW: Final = timedelta(days=31)
LONGEST_WINDOW: Final = timedelta(days=400)


class SubscriptionsQuery(PageQuery):
    """Each narrows the list. Plan and version are those in force.

    Due days are half-open, in UTC; `due_from` is 31 days before `due_before` unless it is given.
    Who has no due date (see `reason_not_due`) is not found by them. By due days, and by neither
    customer nor plan, they come as they fall due; otherwise the latest order comes first.
    """

    customer_id: Identifier | None = None
    plan_id: Identifier | None = None
    plan_version: int | None = Field(None, ge=1, le=1_000_000)
    status: Status | None = None
    site: Identifier | None = None
    due_from: Day | None = None
    due_before: Day | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.plan_version is not None and self.plan_id is None:
            raise ValueError("plan_version needs plan_id: give the plan as well")
        if self.due_from is not None and self.due_before is None:
            raise ValueError("due_from needs due_before: give the first day not wanted as well")
        if self.due_before is not None:
            first = self.due_from or self.due_before - USUAL_WINDOW
            if not timedelta(0) < self.due_before - first <= LONGEST_WINDOW:
                raise ValueError(f"due_from must lie 1 to {LONGEST_WINDOW.days} days before")
        return self

    def search(self) -> SubscriptionSearch:
        first = self.due_from
        if first is None and self.due_before is not None:
            first = self.due_before - USUAL_WINDOW
        return SubscriptionSearch(
            customer_id=self.customer_id,
            plan_id=self.plan_id,
            plan_version=self.plan_version,
            status=self.status,
            site=self.site,
            due_from=first,
            due_before=self.due_before,
        )


@endpoint(routes, "/v1/operator/subscriptions")
def find_subscriptions(query: SubscriptionsQuery, call: Call) -> SubscriptionsOut:
    """List subscriptions: all, or narrowed by what is known."""
    page = SUBSCRIPTION_REGISTER.find(query.search(), limit=query.limit, cursor=query.cursor)
    return SubscriptionsOut.of(page, lambda one: SubscriptionOut.of(one, PLANS, call.now))


@endpoint(routes, ONE)
def look_up_subscription(subscription_id: str, call: Call) -> SubscriptionOut:
    """Show a subscription."""
    return SubscriptionOut.of(SUBSCRIPTIONS.get(subscription_id), PLANS, call.now)


@endpoint(routes, f"{ONE}/changes")
def look_up_scheduled_changes(subscription_id: str) -> ScheduledChangesOut:
    """List the changes that lie ahead, the next one first."""
    return ScheduledChangesOut.of(SUBSCRIPTIONS.get(subscription_id))


@endpoint(routes, f"{ONE}/schedule", errors=(409,))
def look_up_schedule(subscription_id: str, query: HorizonQuery, call: Call) -> ForecastOut:
    """Show the bills to come as the subscription stands, with what is scheduled."""
    subscription = SUBSCRIPTIONS.get(subscription_id)
    found = forecast_bills(subscription, as_of=call.now, until=query.until, desk=billing_desk())
    return ForecastOut.of(found)


@endpoint(routes, f"{ONE}/charges")
def look_up_charges(subscription_id: str, query: PageQuery) -> ChargesOut:
    """List what was charged and given back, the latest service period first."""
    subscription = SUBSCRIPTIONS.get(subscription_id)
    page = CHARGES.page_of_subscription(subscription.id, limit=query.limit, cursor=query.cursor)
    return ChargesOut.of(page, ChargeOut.of)


@endpoint(routes, f"{ONE}/deliveries")
def look_up_deliveries(subscription_id: str, query: HorizonQuery, call: Call) -> DeliveriesOut:
    """List the deliveries to come, which of them are skipped, and until when that can change."""
    subscription = SUBSCRIPTIONS.get(subscription_id)
    until = horizon(subscription, query.until, call.now)
    today = local_date(call.now, subscription.time_zone)
    found = upcoming_deliveries(subscription, since=today, until=until, plan_of=PLANS.get)
    return DeliveriesOut.of(until, found)
