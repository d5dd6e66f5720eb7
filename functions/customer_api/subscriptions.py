"""The customer's subscriptions: order, look, cancel."""

from pydantic import Field

from ownership import own_subscription
from umlauf.subscriptions.use_cases.cancel_subscription import Cancellation, cancel_subscription
from umlauf.subscriptions.use_cases.place_order import Order, place_order
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.subscriptions import SubscriptionOut, SubscriptionsOut
from umlauf_http.wire import Currency, Day, Identifier, In, PageQuery
from wiring import ASSETS, BLOCK_ENTRIES, CUSTOMERS, PLANS, SUBSCRIPTIONS

routes = Routes(__name__, Access.CUSTOMER)


class OrderIn(In):
    """Give `plan_version` to order what was shown, or nothing if it was replaced meanwhile."""

    plan_id: Identifier
    currency: Currency
    plan_version: int | None = Field(None, ge=1, le=1_000_000)
    add_ons: list[Identifier] = Field([], max_length=20)


class CancellationIn(In):
    """`ends_on` is the first day no longer wanted; without it, as soon as the terms allow."""

    ends_on: Day | None = None


@endpoint(routes, "/v1/subscriptions", method="POST", status=201, errors=(404,))
def order_subscription(body: OrderIn, call: Call) -> SubscriptionOut:
    """Order a plan, with obligation to pay.

    The subscription is pending until a payment method is there and the asset is handed over.
    """
    order = Order(
        command_key=call.command_id,
        customer_id=call.customer_id,
        plan_id=body.plan_id,
        currency=body.currency,
        add_ons=tuple(body.add_ons),
        plan_version=body.plan_version,
    )
    subscription = place_order(
        order,
        work=call.work,
        subscriptions=SUBSCRIPTIONS,
        plans=PLANS,
        customers=CUSTOMERS,
        block_entries=BLOCK_ENTRIES,
    )
    call.created(f"/v1/subscriptions/{subscription.id}")
    return SubscriptionOut.of(subscription)


@endpoint(routes, "/v1/subscriptions")
def list_subscriptions(query: PageQuery, call: Call) -> SubscriptionsOut:
    """List the caller's subscriptions, the latest order first."""
    page = SUBSCRIPTIONS.list_of_customer(call.customer_id, limit=query.limit, cursor=query.cursor)
    return SubscriptionsOut.of(page, SubscriptionOut.of)


@endpoint(routes, "/v1/subscriptions/{subscription_id}")
def get_subscription(subscription_id: str, call: Call) -> SubscriptionOut:
    """Show a subscription."""
    return SubscriptionOut.of(own_subscription(subscription_id, call))


@endpoint(routes, "/v1/subscriptions/{subscription_id}/cancellation", method="POST")
def cancel(subscription_id: str, body: CancellationIn, call: Call) -> SubscriptionOut:
    """Give notice, or withdraw an order before it began. Cancelled already, it keeps its end."""
    own_subscription(subscription_id, call)
    command = Cancellation(subscription_id=subscription_id, ends_on=body.ends_on)
    return SubscriptionOut.of(
        cancel_subscription(
            command, work=call.work, subscriptions=SUBSCRIPTIONS, plans=PLANS, assets=ASSETS
        )
    )
