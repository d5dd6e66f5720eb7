"""What an order would cost, computed by what will charge it."""

from datetime import date

from pydantic import Field

from umlauf.subscriptions.use_cases.preview_offer import Offer, OfferRequest, preview_offer
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Currency, Identifier, In, MoneyOut, Out, ShortText
from wiring import PLANS

routes = Routes(__name__, Access.PUBLIC)


class OfferIn(In):
    """`time_zone` decides which day it is where the subscription starts."""

    plan_id: Identifier
    currency: Currency
    add_ons: list[Identifier] = Field([], max_length=20)
    time_zone: ShortText = "Europe/Berlin"


class OfferLineOut(Out):
    """The service period is half-open."""

    item: str
    name: str
    amount: MoneyOut
    service_start: date
    service_end: date


class OfferOut(Out):
    """Usage comes on top at the plan's prices. `first_end` is the earliest end if cancelled now."""

    plan_id: str
    plan_version: int
    currency: str
    prices_include_tax: bool
    starts_on: date
    lines: list[OfferLineOut]
    due_at_start: MoneyOut
    next_charge_on: date | None
    first_end: date

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        return cls(
            plan_id=offer.plan.plan_id,
            plan_version=offer.plan.plan_version,
            currency=offer.currency,
            prices_include_tax=offer.plan.prices_include_tax,
            starts_on=offer.starts_on,
            lines=[
                OfferLineOut(
                    item=line.item_id,
                    name=line.name,
                    amount=MoneyOut.of(line.amount),
                    service_start=line.period.start,
                    service_end=line.period.end,
                )
                for line in offer.lines
            ],
            due_at_start=MoneyOut.of(offer.due_at_start),
            next_charge_on=offer.next_charge_on,
            first_end=offer.first_end,
        )


@endpoint(
    routes,
    "/v1/offers/preview",
    method="POST",
    errors=(404,),
    idempotency=Idempotency.NONE,
)
def preview(body: OfferIn, call: Call) -> OfferOut:
    """Preview what an order would cost if it started today."""
    request = OfferRequest(
        plan_id=body.plan_id,
        currency=body.currency,
        time_zone=body.time_zone,
        add_ons=tuple(body.add_ons),
    )
    return OfferOut.of(preview_offer(request, plans=PLANS, now=call.now))
