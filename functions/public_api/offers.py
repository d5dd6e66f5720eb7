"""What an order would cost, computed by what will charge it."""

from datetime import date
from typing import Final

from pydantic import Field

from umlauf.billing.use_cases.preview_offer import Offer, OfferRequest, preview_offer
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.intervals import IntervalIn
from umlauf_http.wire import Country, Currency, Identifier, In, MoneyOut, Out, ShortText
from wiring import PLANS

routes = Routes(__name__, Access.PUBLIC)

MOST_OF_A_PLAN: Final = 10_000


class OfferIn(In):
    """`time_zone` decides which day it is where the subscription starts, `country` the tax.

    `term` is one of the plan's term options, for plans whose prices depend on it.
    """

    plan_id: Identifier
    currency: Currency
    add_ons: list[Identifier] = Field([], max_length=20)
    time_zone: ShortText = "Europe/Berlin"
    quantity: int = Field(1, ge=1, le=MOST_OF_A_PLAN)
    term: IntervalIn | None = None
    country: Country = "DE"


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
    tax_at_start: MoneyOut
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
                    item=line.item,
                    name=line.name,
                    amount=MoneyOut.of(line.amount),
                    service_start=line.service_period.start,
                    service_end=line.service_period.end,
                )
                for line in offer.lines
            ],
            due_at_start=MoneyOut.of(offer.due_at_start),
            tax_at_start=MoneyOut.of(offer.tax_at_start),
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
        quantity=body.quantity,
        term=None if body.term is None else body.term.to_interval(),
        country=body.country,
    )
    return OfferOut.of(preview_offer(request, plans=PLANS, now=call.now))
