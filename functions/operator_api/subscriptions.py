"""Subscriptions, looked up: what is agreed, what was charged, and what will be."""

from datetime import date, timedelta
from typing import Final, Self

from pydantic import Field, model_validator

from groups import LOOK_UP
from umlauf.billing.forecasting import horizon
from umlauf.billing.use_cases.forecast_bills import forecast_bills
from umlauf.kernel.calendar import local_date
from umlauf.kernel.work import Page
from umlauf.subscriptions.deliveries import upcoming_deliveries
from umlauf.subscriptions.model import Status, Subscription
from umlauf_adapters.subscriptions.due_walk import DueDays, page_of_due
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
from wiring import CHARGES, PLANS, SUBSCRIPTIONS, billing_desk

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)

ONE: Final = "/v1/operator/subscriptions/{subscription_id}"
USUAL_WINDOW: Final = timedelta(days=31)
LONGEST_WINDOW: Final = timedelta(days=400)


class SubscriptionsQuery(PageQuery):
    """A customer's, the latest order first; or those that fall due on half-open days, in UTC.

    `due_from` is 31 days before `due_before` unless it is given. Status and plan narrow both lists:
    then a page may be short, even empty, and still have a next one. Who has no due date (see
    `reason_not_due`) is only found by customer.
    """

    customer_id: Identifier | None = None
    due_from: Day | None = None
    due_before: Day | None = None
    status: Status | None = None
    plan_id: Identifier | None = None
    plan_version: int | None = Field(None, ge=1, le=1_000_000)

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if (self.customer_id is None) == (self.due_before is None):
            raise ValueError("give either customer_id or due_before")
        if self.due_before is not None:
            first = self.due_from or self.due_before - USUAL_WINDOW
            if not timedelta(0) < self.due_before - first <= LONGEST_WINDOW:
                raise ValueError(f"due_from must lie 1 to {LONGEST_WINDOW.days} days before")
        return self

    def due_days(self, before: date) -> DueDays:
        return DueDays(self.due_from or before - USUAL_WINDOW, before)

    def is_met_by(self, subscription: Subscription) -> bool:
        return (
            self.status in {None, subscription.status}
            and self.plan_id in {None, subscription.plan_id}
            and self.plan_version in {None, subscription.plan_version}
        )


@endpoint(routes, "/v1/operator/subscriptions")
def list_customers_subscriptions(query: SubscriptionsQuery) -> SubscriptionsOut:
    """List a customer's subscriptions, or those that fall due within some days."""
    if query.due_before is not None:
        page = page_of_due(
            SUBSCRIPTIONS,
            query.due_days(query.due_before),
            query.is_met_by,
            limit=query.limit,
            cursor=query.cursor,
        )
        return SubscriptionsOut.of(page, SubscriptionOut.of)
    customer_id = query.customer_id or ""
    page = SUBSCRIPTIONS.list_of_customer(customer_id, limit=query.limit, cursor=query.cursor)
    wanted = [one for one in page.items if query.is_met_by(one)]
    return SubscriptionsOut.of(Page(wanted, page.next_cursor), SubscriptionOut.of)


@endpoint(routes, ONE)
def look_up_subscription(subscription_id: str) -> SubscriptionOut:
    """Show a subscription."""
    return SubscriptionOut.of(SUBSCRIPTIONS.get(subscription_id))


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
