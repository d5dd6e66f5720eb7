"""Show what an order would cost, computed by what will charge it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from umlauf.billing.composing import BilledContract
from umlauf.billing.contract_account import Account
from umlauf.billing.drafting import DraftDocument
from umlauf.billing.model import InvoiceLine, PriceBasis
from umlauf.billing.previewing import PreviewedBill, run_ahead
from umlauf.billing.tax import Parties
from umlauf.billing.terms import LegalEntity, entity_for
from umlauf.catalog.model import Plan
from umlauf.catalog.ports import Plans
from umlauf.kernel.calendar import Interval, add_months
from umlauf.kernel.money import Money, total
from umlauf.subscriptions.choosing import Choice
from umlauf.subscriptions.ending import first_end
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.subscribing import subscribed

_MONTHS_AHEAD: Final = 24
"""How far the next charge is looked for: beyond any trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRequest:
    """`country` is where the customer lives: it decides who bills, and the tax."""

    plan_id: str
    currency: str
    time_zone: str
    add_ons: tuple[str, ...] = ()
    quantity: int = 1
    term: Interval | None = None
    country: str = "DE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is charged if it starts now, when next, and when it could end if cancelled at once.

    Usage comes on top at the plan's prices. `lines` are those due at the start, in the plan's price
    basis; `due_at_start` is what has to be paid then, tax included.
    """

    plan: Plan
    currency: str
    starts_on: date
    lines: tuple[InvoiceLine, ...]
    due_at_start: Money
    tax_at_start: Money
    next_charge_on: date | None
    first_end: date


def preview_offer(request: OfferRequest, *, plans: Plans, now: datetime) -> Offer:
    """Preview the plan on sale.

    Raises UnknownPlan, what an order of it would, NotInvoiceable where nobody bills, and
    TaxRateUnknown.
    """
    plan = plans.on_sale(request.plan_id)
    trial = _on_trial(request, plan, now)
    entity = entity_for(request.country)
    start = trial.started_on
    bills = _first_bills(trial, plan, _contract(request, plan, entity), entity, now)
    at_start = [document for bill in bills if bill.bills_on == start for document in bill.documents]
    later = [bill.bills_on for bill in bills if bill.bills_on > start]
    return Offer(
        plan=plan,
        currency=request.currency,
        starts_on=start,
        lines=tuple(line for document in at_start for line in document.draft.lines),
        due_at_start=_sum(at_start, request.currency),
        tax_at_start=total((one.draft.tax for one in at_start), request.currency),
        next_charge_on=later[0] if later else None,
        first_end=first_end(trial, plan, now),
    )


def _on_trial(request: OfferRequest, plan: Plan, now: datetime) -> Subscription:
    choice = Choice(
        currency=request.currency,
        quantity=request.quantity,
        add_ons=request.add_ons,
        term=request.term,
    )
    return subscribed(
        plan,
        choice,
        now=now,
        time_zone=request.time_zone,
        subscription_id="preview",
        customer_id="preview",
    )


def _contract(request: OfferRequest, plan: Plan, entity: LegalEntity) -> BilledContract:
    return BilledContract(
        subscription_id="preview",
        customer_id="preview",
        currency=request.currency,
        time_zone=request.time_zone,
        price_basis=PriceBasis.of(plan),
        parties=Parties(
            seller_country=entity.country,
            customer_country=request.country,
            seller_uses_oss=entity.uses_oss,
            seller_registered_in=entity.registered_in,
        ),
    )


def _first_bills(
    trial: Subscription, plan: Plan, contract: BilledContract, entity: LegalEntity, now: datetime
) -> list[PreviewedBill]:
    """The bill at the start, and the first one after it that charges something."""
    account = Account(
        subscription=trial,
        plan_of=lambda _id, _version: plan,
        billed=(),
        counted_by=lambda _meter, _period: {},
    )
    until = add_months(trial.started_on, _MONTHS_AHEAD)
    found: list[PreviewedBill] = []
    for bill in run_ahead(account, contract, entity, as_of=now, until=until):
        if bill.documents:
            found.append(bill)
        if found and found[-1].bills_on > trial.started_on:
            break
    return found


def _sum(documents: list[DraftDocument], currency: str) -> Money:
    return total((document.gross for document in documents), currency)
