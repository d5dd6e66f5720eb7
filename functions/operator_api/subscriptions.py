"""Subscriptions, looked up."""

from groups import LOOK_UP
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.subscriptions import SubscriptionOut, SubscriptionsOut
from umlauf_http.wire import Identifier, PageQuery
from wiring import SUBSCRIPTIONS

routes = Routes(__name__, Access.STAFF, groups=LOOK_UP)


class SubscriptionsQuery(PageQuery):
    customer_id: Identifier


@endpoint(routes, "/v1/operator/subscriptions")
def list_customers_subscriptions(query: SubscriptionsQuery) -> SubscriptionsOut:
    """List a customer's subscriptions, the latest order first."""
    page = SUBSCRIPTIONS.list_of_customer(query.customer_id, limit=query.limit, cursor=query.cursor)
    return SubscriptionsOut.of(page, SubscriptionOut.of)


@endpoint(routes, "/v1/operator/subscriptions/{subscription_id}")
def look_up_subscription(subscription_id: str) -> SubscriptionOut:
    """Show a subscription."""
    return SubscriptionOut.of(SUBSCRIPTIONS.get(subscription_id))
