"""Prepaid sessions: the hold comes before the start."""

from datetime import datetime

from ownership import own_session, own_subscription
from umlauf.billing.parties import parties_of
from umlauf.billing.tax import treatment_of
from umlauf.billing.terms import keeper_of_wallets
from umlauf.catalog.model import price_for
from umlauf.catalog.price_books import PriceChoice
from umlauf.customers.model import Customer
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import Conflict
from umlauf.subscriptions.model import Subscription
from umlauf.wallets.model import Session, SessionTerms
from umlauf.wallets.use_cases.release_session import release_session
from umlauf.wallets.use_cases.start_session import SessionOrder, start_session
from umlauf_http.calls import Call
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, In, MoneyOut, Out, money_out
from wiring import ASSETS, CUSTOMERS, GATES, PLANS, SESSIONS, WALLETS

routes = Routes(__name__, Access.CUSTOMER)


class NotPrepaid(Conflict):
    code = "sessions.not_prepaid"


class AssetNotInHand(Conflict):
    code = "sessions.asset_not_in_hand"


class SessionIn(In):
    subscription_id: Identifier


class SessionOut(Out):
    """`lease` is how many units of the meter the hold pays for; start before `expires_at`."""

    id: str
    subscription_id: str
    asset_id: str
    status: str
    hold: MoneyOut
    meter: str
    lease: int
    started_at: datetime
    expires_at: datetime
    quantity: int
    charged: MoneyOut | None
    shortfall: MoneyOut | None
    ended_at: datetime | None

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        return cls(
            id=session.id,
            subscription_id=session.subscription_id,
            asset_id=session.asset_id,
            status=session.status.value,
            hold=MoneyOut.of(session.hold),
            meter=session.terms.meter,
            lease=session.lease,
            started_at=session.started_at,
            expires_at=session.expires_at,
            quantity=session.quantity,
            charged=money_out(session.charged),
            shortfall=money_out(session.shortfall),
            ended_at=session.ended_at,
        )


@endpoint(routes, "/v1/sessions", method="POST", status=201, errors=(404,))
def start_prepaid_session(body: SessionIn, call: Call) -> SessionOut:
    """Hold money and allow a start. The hold is settled when the ride is reported."""
    subscription = own_subscription(body.subscription_id, call)
    order = SessionOrder(
        command_key=call.command_id,
        customer_id=call.customer_id,
        subscription_id=subscription.id,
        asset_id=_asset_in_hand(subscription),
        terms=_terms(subscription, CUSTOMERS.get(call.customer_id), call),
    )
    session = start_session(order, work=call.work, wallets=WALLETS, sessions=SESSIONS, gates=GATES)
    call.created(f"/v1/sessions/{session.id}")
    return SessionOut.of(session)


@endpoint(routes, "/v1/sessions/{session_id}")
def get_session(session_id: str, call: Call) -> SessionOut:
    """Show a session."""
    return SessionOut.of(own_session(session_id, call))


@endpoint(routes, "/v1/sessions/{session_id}/release", method="POST")
def release(session_id: str, call: Call) -> SessionOut:
    """Give an unridden session up; the whole hold is available again."""
    own_session(session_id, call)
    released = release_session(
        session_id, call.customer_id, work=call.work, wallets=WALLETS, sessions=SESSIONS
    )
    return SessionOut.of(released)


def _asset_in_hand(subscription: Subscription) -> str:
    """The asset this subscription holds now. Raises AssetNotInHand."""
    asset = ASSETS.find(subscription.asset_id) if subscription.asset_id else None
    holder = asset.holder if asset else None
    if asset is None or holder is None or holder.subscription_id != subscription.id:
        raise AssetNotInHand(f"{subscription.id} has nothing to ride; pick its asset up first")
    return asset.id


def _terms(subscription: Subscription, customer: Customer, call: Call) -> SessionTerms:
    """What the ride costs, frozen now. Raises NotPrepaid."""
    plan = PLANS.get(subscription.plan_id, subscription.plan_version)
    item = plan.prepaid_item
    if item is None:
        raise NotPrepaid(f"{plan.plan_id} is billed by invoice; just ride")
    parties = parties_of(customer, keeper_of_wallets())
    today = local_date(call.now, subscription.time_zone)
    treatment = treatment_of(item.supply, item.tax_category, parties, today)
    return SessionTerms(
        price=price_for(item, _choice(subscription)),
        meter=item.meter,
        meter_units_per_unit=item.meter_units_per_unit,
        tax_rate=treatment.rate,
        tax_country=treatment.country,
        tax_category=treatment.category,
        price_includes_tax=plan.prices_include_tax,
    )


def _choice(subscription: Subscription) -> PriceChoice:
    """The price that was agreed: of its site, its term, and the day it was agreed on."""
    agreement = subscription.current
    return PriceChoice(
        subscription.currency,
        site=subscription.site,
        term=agreement.term,
        on=agreement.agreed_on,
    )
