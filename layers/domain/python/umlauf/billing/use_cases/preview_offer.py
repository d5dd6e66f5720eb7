"""Show what an order would cost, from its first bill to the price that stays."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Final

from umlauf.billing.composing import BilledContract
from umlauf.billing.contract_account import Account
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.model import InvoiceLine
from umlauf.billing.previewing import PreviewedBill, run_ahead
from umlauf.billing.tax import Parties
from umlauf.billing.terms import LegalEntity, entity_of
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Coupons, Plans
from umlauf.customers.billing_details import CheckedVatId
from umlauf.kernel.calendar import Interval, add_months, local_date
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.applying import named_coupon, with_coupon
from umlauf.subscriptions.choosing import Choice, require_near
from umlauf.subscriptions.ending import first_end
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Sellers
from umlauf.subscriptions.subscribing import plans_on_hand, subscribed
from umlauf.subscriptions.timeline import coupon_end, phase_spans

_MONTHS_AHEAD: Final = 24
"""How far beyond the last phase and coupon a charge is looked for."""

_MOST_BILLS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRequest:
    """What an order would say, and where the customer lives: that decides who bills, and the tax.

    A `vat_id` is taken as confirmed; an order's customer has it checked first. `coupons` are those
    that whoever orders may name.
    """

    plan_id: str
    currency: str
    time_zone: str
    country: str = "DE"
    is_business: bool = False
    vat_id: str | None = None
    site: str | None = None
    starts_on: date | None = None
    quantity: int = 1
    add_ons: tuple[str, ...] = ()
    add_on_quantities: Mapping[str, int] = field(default_factory=dict)
    term: Interval | None = None
    chosen_minor: Mapping[str, int] = field(default_factory=dict)
    coupons: tuple[str, ...] = ()

    @property
    def choice(self) -> Choice:
        return Choice(
            currency=self.currency,
            site=self.site,
            quantity=self.quantity,
            add_ons=self.add_ons,
            add_on_quantities=self.add_on_quantities,
            term=self.term,
            chosen_minor=self.chosen_minor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is charged when, and when it could end if it were cancelled at once.

    `bills` lead through trial, introduction and coupons to the first bill at the price that stays;
    usage comes on top at the plan's prices. `lines` are those due at the start, in the plan's price
    basis; `due_at_start` is what has to be paid then, tax included.
    """

    plan: Plan
    currency: str
    legal_entity: str
    starts_on: date
    bills: tuple[PreviewedBill, ...]
    first_end: date

    @property
    def lines(self) -> tuple[InvoiceLine, ...]:
        return tuple(line for document in self._at_start for line in document.draft.lines)

    @property
    def due_at_start(self) -> Money:
        return total((document.gross for document in self._at_start), self.currency)

    @property
    def tax_at_start(self) -> Money:
        return total((document.draft.tax for document in self._at_start), self.currency)

    @property
    def next_charge_on(self) -> date | None:
        return next((bill.bills_on for bill in self.bills if bill.bills_on > self.starts_on), None)

    @property
    def _at_start(self) -> list[DraftDocument]:
        bills = [bill for bill in self.bills if bill.bills_on == self.starts_on]
        return [document for bill in bills for document in bill.documents]


def preview_offer(
    request: OfferRequest, *, plans: Plans, coupons: Coupons, sellers: Sellers, now: datetime
) -> Offer:
    """Preview the plan on sale.

    Raises UnknownPlan, UnknownCoupon, CouponNotUsable, BadBillingDetails, what an order of it
    would, NotInvoiceable where nobody bills, VatIdMissing and TaxRateUnknown.
    """
    plan = plans.on_sale(request.plan_id)
    require_near(request.starts_on, local_date(now, request.time_zone))
    entity = entity_of(sellers.seller_of(request.country, request.site))
    trial = _on_trial(request, plan, coupons, now)
    parties = _parties(request, entity, now)
    bills = _first_bills(trial, plan, BilledContract.of(trial, plan, parties), entity, now)
    return Offer(
        plan=plan,
        currency=request.currency,
        legal_entity=entity.id,
        starts_on=trial.started_on,
        bills=tuple(bills),
        first_end=first_end(trial, plan, now),
    )


def _on_trial(request: OfferRequest, plan: Plan, coupons: Coupons, now: datetime) -> Subscription:
    trial = subscribed(
        plan,
        request.choice,
        now=now,
        time_zone=request.time_zone,
        starts_on=request.starts_on,
        subscription_id="preview",
        customer_id="preview",
    )
    for coupon_id in request.coupons:
        coupon, first_day = named_coupon(coupon_id, coupons), trial.started_on
        trial = with_coupon(trial, coupon, first_day, plan_of=plans_on_hand(plan), now=now)
    return trial


def _parties(request: OfferRequest, entity: LegalEntity, now: datetime) -> Parties:
    number = request.vat_id
    if number is not None:
        number = CheckedVatId(number, request.country, now, is_valid=True).number
    return Parties(
        seller_country=entity.country,
        customer_country=request.country,
        is_business=request.is_business,
        vat_id=number,
        seller_uses_oss=entity.uses_oss,
        seller_registered_in=entity.registered_in,
    )


def _first_bills(
    trial: Subscription, plan: Plan, contract: BilledContract, entity: LegalEntity, now: datetime
) -> Iterator[PreviewedBill]:
    """Each bill that charges something, until one is wholly at the price that stays."""
    account = Account(
        subscription=trial,
        plan_of=plans_on_hand(plan),
        billed=(),
        counted_by=lambda _meter, _period: {},
    )
    steady_from = _steady_from(trial, plan)
    until = add_months(steady_from, _MONTHS_AHEAD)
    ahead = run_ahead(account, contract, entity, as_of=now, until=until)
    for bill in islice(ahead, _MOST_BILLS):
        if bill.documents:
            yield bill
            if bill.bills_on > trial.started_on and _is_steady(bill, steady_from):
                return


def _steady_from(trial: Subscription, plan: Plan) -> date:
    """The day from which neither a phase nor a coupon changes the price any more."""
    begins = [begins for _, begins, _ in phase_spans(trial, plan)]
    ends = [coupon_end(trial, one) for one in trial.coupons]
    return max((trial.started_on, *begins, *(day for day in ends if day is not None)))


def _is_steady(bill: PreviewedBill, steady_from: date) -> bool:
    return all(
        line.service_period.start >= steady_from
        for document in bill.documents
        for line in document.draft.lines
    )
