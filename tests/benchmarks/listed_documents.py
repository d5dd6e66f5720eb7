"""Invoices and contracts to be listed, and the lists. Import it when the environment is set."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.credit_fakes import invoice_over, owed_on
from tests.offer_fakes import MONTHLY
from umlauf.billing.documents import DocumentKind
from umlauf.billing.finding import InvoiceSearch, InvoiceState
from umlauf.billing.model import Invoice, LineKind, Receivable, Settlement, SettlementState
from umlauf.kernel.work import Page, Work
from umlauf.subscriptions.agreements import Agreement
from umlauf.subscriptions.finding import SubscriptionSearch
from umlauf.subscriptions.model import ReasonNotDue, Status, Subscription
from umlauf_adapters.billing.registers import DynamoInvoiceRegister
from umlauf_adapters.kernel.dynamo_works import DynamoWorks
from umlauf_adapters.subscriptions.register import DynamoSubscriptionRegister

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
FIRST = date(2026, 1, 1)
TEMPLATE = invoice_over(1000, 2000, 3000)
INVOICES, SUBSCRIPTIONS = DynamoInvoiceRegister(), DynamoSubscriptionRegister()

Ask = Callable[[], Page[Any]]


def write(count: int) -> None:
    for number in range(count):
        invoice = _invoice(number)
        work = Work(NOW)
        for aggregate in (invoice, _owed(invoice, number), _contract(number)):
            work.put(aggregate)
        DynamoWorks().commit(work)


def _invoice(number: int) -> Invoice:
    """Six a day, every fortieth a deposit."""
    day = FIRST + timedelta(days=number // 6)
    kind = LineKind.DEPOSIT if number % 40 == 1 else LineKind.BASE_FEE
    return replace(
        TEMPLATE,
        id=f"inv_{number}",
        number=f"RE-2026-{number:06d}",
        customer_id=f"cus_{number % 500}",
        lines=tuple(replace(line, kind=kind) for line in TEMPLATE.lines),
        issued_on=day,
        due_on=day + timedelta(days=14),
    )


def _owed(invoice: Invoice, number: int) -> Receivable:
    """One in twenty is open."""
    owed = owed_on(invoice)
    if number % 20 == 0:
        return owed
    return owed.settle(Settlement("att", SettlementState.SUCCEEDED, invoice.gross, NOW))


def _contract(number: int) -> Subscription:
    """Of one plan in ten; one in four is active."""
    agreement = Agreement(
        plan_id=f"plan-{number % 10}", plan_version=1, interval=MONTHLY, starts_on=FIRST
    )
    return Subscription(
        id=f"sub_{number}",
        customer_id=f"cus_{number % 500}",
        currency="EUR",
        time_zone="Europe/Berlin",
        ordered_at=NOW + timedelta(minutes=number),
        agreements=(agreement,),
        status=Status.ENDED if number % 4 else Status.ACTIVE,
        reason_not_due=ReasonNotDue.SETTLED_FROM_WALLET,
    )


def lists(limit: int) -> dict[str, Ask]:
    def invoices(search: InvoiceSearch) -> Ask:
        return lambda: INVOICES.find(search, now=NOW, limit=limit)

    def contracts(search: SubscriptionSearch) -> Ask:
        return lambda: SUBSCRIPTIONS.find(search, limit=limit)

    march = InvoiceSearch(issued_from=date(2026, 3, 1), issued_before=date(2026, 4, 1))
    return {
        "invoices": invoices(InvoiceSearch()),
        "invoices of a month": invoices(march),
        "invoices, overdue": invoices(InvoiceSearch(state=InvoiceState.OVERDUE)),
        "invoices of a customer": invoices(InvoiceSearch(customer_id="cus_7")),
        "deposit requests": invoices(InvoiceSearch(kind=DocumentKind.DEPOSIT_REQUEST)),
        "contracts": contracts(SubscriptionSearch()),
        "contracts of a plan": contracts(SubscriptionSearch(plan_id="plan-4")),
        "contracts, active": contracts(SubscriptionSearch(status=Status.ACTIVE)),
    }
