"""What an order would cost, computed by what will charge it."""

from datetime import date
from typing import Final

from pydantic import Field

from umlauf.billing.previewing import PreviewedBill
from umlauf.billing.use_cases.preview_offer import Offer, OfferRequest, preview_offer
from umlauf.kernel.money import total
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.representations.billing_details import VatNumber
from umlauf_http.representations.changes import (
    MOST_ADD_ONS,
    ChosenAmounts,
    CouponNames,
    Quantity,
)
from umlauf_http.representations.forecasts import ForecastBillOut
from umlauf_http.representations.intervals import IntervalIn
from umlauf_http.wire import Country, Currency, Day, Identifier, In, MoneyOut, Out, ShortText
from wiring import COUPONS, PLANS, SELLERS

routes = Routes(__name__, Access.PUBLIC)

MOST_OF_A_PLAN: Final = 10_000


class OfferIn(In):
    """What an order would say. `time_zone` decides which day it is where the subscription starts.

    `country` is where the customer lives, `site` the station it is ordered at: they decide which
    company bills, and the tax. A `vat_id` makes the customer a business and is taken as confirmed;
    before an order it is asked of the register.
    """

    plan_id: Identifier
    currency: Currency
    add_ons: list[Identifier] = Field([], max_length=MOST_ADD_ONS)
    time_zone: ShortText = "Europe/Berlin"
    quantity: int = Field(1, ge=1, le=MOST_OF_A_PLAN)
    add_on_quantities: dict[Identifier, Quantity] = Field({}, max_length=MOST_ADD_ONS)
    term: IntervalIn | None = None
    chosen_minor: ChosenAmounts = Field({})
    site: Identifier | None = None
    starts_on: Day | None = None
    country: Country = "DE"
    is_business: bool = False
    vat_id: VatNumber | None = None
    coupons: CouponNames = Field([])

    def request(self) -> OfferRequest:
        return OfferRequest(
            plan_id=self.plan_id,
            currency=self.currency,
            time_zone=self.time_zone,
            add_ons=tuple(self.add_ons),
            quantity=self.quantity,
            add_on_quantities=self.add_on_quantities,
            term=None if self.term is None else self.term.to_interval(),
            chosen_minor=self.chosen_minor,
            site=self.site,
            starts_on=self.starts_on,
            country=self.country,
            is_business=self.is_business or self.vat_id is not None,
            vat_id=self.vat_id,
            coupons=tuple(self.coupons),
        )


class OfferLineOut(Out):
    """The service period is half-open."""

    item: str
    name: str
    amount: MoneyOut
    service_start: date
    service_end: date


class OfferedBillOut(Out):
    """What a bill comes to; `gross` is to be paid."""

    bills_on: date
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut

    @classmethod
    def of(cls, bill: PreviewedBill, currency: str) -> "OfferedBillOut":
        drafts = [document.draft for document in bill.documents]
        return cls(
            bills_on=bill.bills_on,
            net=MoneyOut.of(total((draft.net for draft in drafts), currency)),
            tax=MoneyOut.of(total((draft.tax for draft in drafts), currency)),
            gross=MoneyOut.of(total((draft.gross for draft in drafts), currency)),
        )


class OfferOut(Out):
    """Usage comes on top at the plan's prices. `first_end` is the earliest end if cancelled now.

    `first_bill` is shown line by line; `schedule` goes on through trial, introduction and coupons
    to the first bill at the price that stays.
    """

    plan_id: str
    plan_version: int
    currency: str
    prices_include_tax: bool
    legal_entity: str
    starts_on: date
    lines: list[OfferLineOut]
    due_at_start: MoneyOut
    tax_at_start: MoneyOut
    next_charge_on: date | None
    first_end: date
    first_bill: ForecastBillOut | None
    schedule: list[OfferedBillOut]

    @classmethod
    def of(cls, offer: Offer) -> "OfferOut":
        return cls(
            plan_id=offer.plan.plan_id,
            plan_version=offer.plan.plan_version,
            currency=offer.currency,
            prices_include_tax=offer.plan.prices_include_tax,
            legal_entity=offer.legal_entity,
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
            first_bill=ForecastBillOut.of(offer.bills[0]) if offer.bills else None,
            schedule=[OfferedBillOut.of(bill, offer.currency) for bill in offer.bills],
        )


@endpoint(
    routes,
    "/v1/offers/preview",
    method="POST",
    errors=(404,),
    idempotency=Idempotency.NONE,
)
def preview(body: OfferIn, call: Call) -> OfferOut:
    """Preview what an order would cost, from its first bill to the price that stays."""
    found = preview_offer(
        body.request(), plans=PLANS, coupons=COUPONS, sellers=SELLERS, now=call.now
    )
    return OfferOut.of(found)
