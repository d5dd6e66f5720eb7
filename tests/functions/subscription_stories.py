"""Subscriptions that run over HTTP, and are billed by the use case that a run calls."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any, Final

from tests.functions.api_world import START, World
from tests.functions.gateway import Gateway
from umlauf.billing.finding import InvoiceSearch
from umlauf.billing.numbering import FreeNumber
from umlauf.billing.ports import BillingDesk
from umlauf.billing.use_cases.bill_contract import bill_contract
from umlauf.kernel.work import carry_out
from umlauf_adapters.billing.credits import DynamoCreditBalances
from umlauf_adapters.billing.invoiced_usage import InvoicedUsage
from umlauf_adapters.billing.invoices import (
    DynamoBilledCharges,
    DynamoInvoices,
    DynamoReceivables,
)
from umlauf_adapters.billing.registers import DynamoCreditNoteRegister, DynamoInvoiceRegister
from umlauf_adapters.catalog.plans import DynamoPlans
from umlauf_adapters.customers.customers import DynamoCustomers
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.subscriptions import DynamoSubscriptions
from umlauf_http.representations.forecasts import ForecastLineOut

Lines = list[dict[str, Any]]


def plan(name: str, price: str) -> dict[str, Any]:
    fee = {
        "id": "base-fee",
        "kind": "base_fee",
        "name": name,
        "supply": "transport_hire",
        "prices": {"EUR": {"per_unit": price}},
    }
    return {
        "name": name,
        "interval": {"unit": "month"},
        "terms": {"notice": {"unit": "day"}, "ends_with_period": False},
        "changes": {"downgrade": "at_once"},
        "add_ons": ["cover"],
        "items": [fee],
    }


def _with_a_box(offered: dict[str, Any]) -> dict[str, Any]:
    box = {
        "id": "box",
        "kind": "delivery",
        "name": "Box",
        "supply": "goods",
        "skip_notice_days": 3,
        "prices": {"EUR": {"per_unit": "20.00"}},
    }
    return {**offered, "items": [*offered["items"], box]}


COVER: Final = {
    "name": "Cover",
    "items": [
        {
            "id": "cover",
            "kind": "base_fee",
            "name": "Cover",
            "supply": "service",
            "prices": {"EUR": {"per_unit": "5.00"}},
        }
    ],
}
CATALOG: Final = {
    "add_ons": {"cover": COVER},
    "plans": {
        "trailer": plan("Trailer", "30.00"),
        "cargo": plan("Cargo bike", "69.00"),
        # What a part costs depends on the very second.
        "seconds": {**plan("By the second", "120.00"), "proration": "seconds"},
        "boxes-for-a-year": _with_a_box(
            {
                **plan("A year with boxes", "30.00"),
                "terms": {"minimum_term": {"unit": "month", "count": 12}},
            }
        ),
        "introduced": {
            **plan("With an introduction", "30.00"),
            "phases": [
                {"name": "trial", "length": {"unit": "day", "count": 14}, "free": True},
                {"name": "introduction", "length": {"unit": "month", "count": 2}},
                {"name": "regular"},
            ],
        },
        # Cheaper only from the next period on.
        "bound": {**plan("Bound", "30.00"), "changes": {"downgrade": "period_end"}},
    },
}
"""Priced by the piece, in euros alone, without an asset that must be handed over."""

_MOST_BILLS: Final = 100
_NUMBERS: Final = count(1)
SUBSCRIPTIONS: Final = DynamoSubscriptions()
DESK: Final = BillingDesk(
    subscriptions=SUBSCRIPTIONS,
    plans=DynamoPlans(),
    customers=DynamoCustomers(),
    rollups=InvoicedUsage(),
    charges=DynamoBilledCharges(),
    invoices=DynamoInvoices(),
    receivables=DynamoReceivables(),
    balances=DynamoCreditBalances(),
)


def euros(minor: int) -> dict[str, Any]:
    return {"amount_minor": minor, "currency": "EUR"}


def started(shop: World, plan_id: str = "trailer", **order: Any) -> tuple[str, Gateway]:
    """A subscription that runs from today, nothing billed yet: its id, its customer's gateway."""
    _, customer = shop.sign_up()
    shop.add_card(customer)
    wanted = {"plan_id": plan_id, "currency": "EUR", **order}
    subscription_id = str(shop.act(customer, "/v1/subscriptions", wanted)["id"])
    shop.act(shop.admin, "/v1/operator/hand-overs", {"subscription_id": subscription_id})
    return subscription_id, customer


def running(shop: World, plan_id: str = "trailer", **order: Any) -> tuple[str, Gateway]:
    """The same, its first day billed."""
    subscription_id, customer = started(shop, plan_id, **order)
    bill(shop, subscription_id)
    return subscription_id, customer


def bill(shop: World, subscription_id: str) -> None:
    """Bill everything that is due now, as a run does: day by day."""
    for _ in range(_MOST_BILLS):
        result = carry_out(
            lambda work: bill_contract(
                SUBSCRIPTIONS.get(subscription_id), _next_number, work=work, desk=DESK
            ),
            works=DynamoWorks(),
            now=shop.now,
        )
        if not result.is_due_again(shop.now):
            return
    raise AssertionError("it never ends")


def bill_through(shop: World, subscription_id: str, day: str) -> None:
    """Bill each day that is due until that one, at the time of day it is now."""
    for _ in range(_MOST_BILLS):
        bill(shop, subscription_id)
        due_on = SUBSCRIPTIONS.get(subscription_id).due_on
        if due_on is None or due_on.isoformat() > day:
            return
        shop.now = datetime.combine(due_on, shop.now.timetz())
    raise AssertionError("that day is too far away")


def _next_number(series: str, _: int) -> FreeNumber:
    return FreeNumber(f"{series}-{next(_NUMBERS):06d}", "block")


def forecast_lines(forecast: Mapping[str, Any]) -> Lines:
    """Every line of every document that is shown."""
    found = [
        line
        for bill in forecast["bills"]
        for document in bill["documents"]
        for line in document["lines"]
    ]
    return _in_order(found)


def issued_lines(customer_id: str, *, but: Sequence[dict[str, Any]] = ()) -> Lines:
    """Every line of what was issued to a customer, but for those that were there before."""
    search = InvoiceSearch(customer_id=customer_id)
    owed = DynamoInvoiceRegister().find(search, now=START, limit=_MOST_BILLS)
    invoices = [one.invoice for one in owed.items]
    notes = DynamoCreditNoteRegister().find(search, limit=_MOST_BILLS).items
    lines = [line for invoice in invoices for line in invoice.lines]
    # A credit note says what it takes off; a bill below zero has it as negative lines.
    lines.extend(
        replace(line, amount=-line.amount, net=-line.net) for note in notes for line in note.lines
    )
    found = [ForecastLineOut.of(line).model_dump(mode="json") for line in lines]
    return _in_order([line for line in found if line not in but])


def _in_order(lines: Lines) -> Lines:
    return sorted(lines, key=lambda line: (line["service_start"], line["charge_id"], str(line)))
