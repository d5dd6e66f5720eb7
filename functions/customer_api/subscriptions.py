"""The customer's subscriptions: order and look, also at what is billed of them, and when."""

from pydantic import Field

from ownership import own_subscription
from umlauf.billing.forecasting import horizon
from umlauf.billing.use_cases.forecast_bills import forecast_bills
from umlauf.kernel.calendar import local_date
from umlauf.subscriptions.deliveries import upcoming_deliveries
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import Status
from umlauf.subscriptions.use_cases.place_order import Order, place_order
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.changes import (
    MOST_ADD_ONS,
    ChosenAmounts,
    CouponNames,
    Quantity,
)
from umlauf_http.representations.charges import ChargeOut, ChargesOut
from umlauf_http.representations.deliveries import DeliveriesOut
from umlauf_http.representations.forecasts import ForecastOut, HorizonQuery
from umlauf_http.representations.intervals import IntervalIn
from umlauf_http.representations.subscriptions import (
    ScheduledChangesOut,
    SubscriptionOut,
    SubscriptionsOut,
)
from umlauf_http.wire import Currency, Day, Identifier, In, PageQuery
from wiring import (
    BLOCK_ENTRIES,
    CHARGES,
    CONTRACT_DESK,
    COUPONS,
    DESK,
    PLANS,
    SUBSCRIPTION_REGISTER,
)

routes = Routes(__name__, Access.CUSTOMER)


class OrderIn(In):
    """Give `plan_version` to order what was shown, or nothing if it was replaced meanwhile.

    Without `starts_on` it starts with the hand-over. `early_start_requested`: it shall start within
    the withdrawal period, and what is served until a withdrawal is paid for. `chosen_minor` holds
    amounts for items whose price the subscriber names. An add-on has the quantity 1 unless
    `add_on_quantities` says otherwise. `site` is the station it is ordered at: its country decides
    which company bills, for as long as the contract lasts. `coupons` are those that whoever orders
    may name.
    """

    plan_id: Identifier
    currency: Currency
    plan_version: int | None = Field(None, ge=1, le=1_000_000)
    add_ons: list[Identifier] = Field([], max_length=MOST_ADD_ONS)
    quantity: Quantity = 1
    add_on_quantities: dict[Identifier, Quantity] = Field({}, max_length=MOST_ADD_ONS)
    term: IntervalIn | None = None
    chosen_minor: ChosenAmounts = Field({})
    site: Identifier | None = None
    starts_on: Day | None = None
    early_start_requested: bool = False
    coupons: CouponNames = Field([])

    def order(self, customer_id: str, command_key: str) -> Order:
        return Order(
            command_key=command_key,
            customer_id=customer_id,
            plan_id=self.plan_id,
            currency=self.currency,
            add_ons=tuple(self.add_ons),
            plan_version=self.plan_version,
            quantity=self.quantity,
            add_on_quantities=self.add_on_quantities,
            term=None if self.term is None else self.term.to_interval(),
            chosen_minor=self.chosen_minor,
            site=self.site,
            starts_on=self.starts_on,
            early_start_requested=self.early_start_requested,
            coupons=tuple(self.coupons),
        )


class OwnSubscriptionsQuery(PageQuery):
    """Each narrows the list. Due days are half-open, in UTC."""

    plan_id: Identifier | None = None
    status: Status | None = None
    due_from: Day | None = None
    due_before: Day | None = None


@endpoint(routes, "/v1/subscriptions", method="POST", status=201, errors=(404,))
def order_subscription(body: OrderIn, call: Call) -> SubscriptionOut:
    """Order a plan, with obligation to pay.

    The subscription is pending until a payment method is there and the asset is handed over.
    """
    subscription = place_order(
        body.order(call.customer_id, call.command_id),
        work=call.work,
        desk=CONTRACT_DESK,
        block_entries=BLOCK_ENTRIES,
        coupons=COUPONS,
    )
    call.created(f"/v1/subscriptions/{subscription.id}")
    return SubscriptionOut.of(subscription, PLANS, call.now)


@endpoint(routes, "/v1/subscriptions")
def list_subscriptions(query: OwnSubscriptionsQuery, call: Call) -> SubscriptionsOut:
    """List the caller's subscriptions, the latest order first."""
    search = SubscriptionSearch(
        customer_id=call.customer_id,
        plan_id=query.plan_id,
        status=query.status,
        due_from=query.due_from,
        due_before=query.due_before,
    )
    page = SUBSCRIPTION_REGISTER.find(search, limit=query.limit, cursor=query.cursor)
    return SubscriptionsOut.of(page, lambda one: SubscriptionOut.of(one, PLANS, call.now))


@endpoint(routes, "/v1/subscriptions/{subscription_id}")
def get_subscription(subscription_id: str, call: Call) -> SubscriptionOut:
    """Show a subscription."""
    return SubscriptionOut.of(own_subscription(subscription_id, call), PLANS, call.now)


@endpoint(routes, "/v1/subscriptions/{subscription_id}/changes")
def list_scheduled_changes(subscription_id: str, call: Call) -> ScheduledChangesOut:
    """List the changes that lie ahead, the next one first."""
    return ScheduledChangesOut.of(own_subscription(subscription_id, call))


@endpoint(routes, "/v1/subscriptions/{subscription_id}/schedule", errors=(409,))
def show_schedule(subscription_id: str, query: HorizonQuery, call: Call) -> ForecastOut:
    """Show the bills to come as the subscription stands, with what is scheduled."""
    subscription = own_subscription(subscription_id, call)
    return ForecastOut.of(
        forecast_bills(subscription, as_of=call.now, until=query.until, desk=DESK.billing)
    )


@endpoint(routes, "/v1/subscriptions/{subscription_id}/charges")
def list_charges(subscription_id: str, query: PageQuery, call: Call) -> ChargesOut:
    """List what was charged and given back, the latest service period first."""
    subscription = own_subscription(subscription_id, call)
    page = CHARGES.page_of_subscription(subscription.id, limit=query.limit, cursor=query.cursor)
    return ChargesOut.of(page, ChargeOut.of)


@endpoint(routes, "/v1/subscriptions/{subscription_id}/deliveries")
def list_deliveries(subscription_id: str, query: HorizonQuery, call: Call) -> DeliveriesOut:
    """List the deliveries to come, which of them are skipped, and until when that can change."""
    subscription = own_subscription(subscription_id, call)
    until = horizon(subscription, query.until, call.now)
    today = local_date(call.now, subscription.time_zone)
    found = upcoming_deliveries(subscription, since=today, until=until, plan_of=PLANS.get)
    return DeliveriesOut.of(until, found)
