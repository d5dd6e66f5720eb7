"""A contract as billing sees it: who bills it, how a document names it, and what is on record."""

from collections.abc import Sequence
from datetime import date

from umlauf.billing.charges import BilledCharge
from umlauf.billing.composing import BilledContract
from umlauf.billing.contract_account import Account
from umlauf.billing.model import PriceBasis
from umlauf.billing.parties import parties_of
from umlauf.billing.ports import BillingDesk
from umlauf.billing.terms import LegalEntity, entity_for
from umlauf.billing.terms import entity_of as entity_by_id
from umlauf.billing.windows import looks_back_to
from umlauf.customers.model import Customer
from umlauf.kernel.calendar import Period, local_date, start_of_day
from umlauf.subscriptions.model import Subscription
from umlauf.usage.aggregation import Measurement


def account_of(subscription: Subscription, day: date, desk: BillingDesk) -> Account:
    """The contract with all that billing knows of it, for a bill on `day` or later."""

    def counted_by(meter: str, period: Period) -> dict[date, int]:
        return dict(desk.rollups.by_day(subscription.id, meter, period))

    def measured_by(meter: str, period: Period) -> Sequence[Measurement]:
        start = start_of_day(period.start, subscription.time_zone)
        end = start_of_day(period.end, subscription.time_zone)
        return desk.rollups.measured(subscription.id, meter, start, end)

    billed = desk.charges.ending_after(subscription.id, looks_back_to(subscription, day))
    known = {charge.id for charge in billed}

    def others_on(invoice_id: str) -> tuple[BilledCharge, ...]:
        invoice = desk.invoices.get(invoice_id)
        if invoice is None or known.issuperset(
            line.charge_id for line in invoice.lines if line.corrects is None
        ):
            return ()
        return tuple(one for one in desk.charges.of_document(invoice) if one.id not in known)

    return Account(
        subscription=subscription,
        plan_of=desk.plans.get,
        billed=billed,
        counted_by=counted_by,
        measured_by=measured_by,
        others_on=others_on,
    )


def contract_of(
    subscription: Subscription, customer: Customer, entity: LegalEntity, desk: BillingDesk
) -> BilledContract:
    """The contract as a document names it."""
    plan = desk.plans.get(subscription.plan_id, subscription.plan_version)
    return BilledContract(
        subscription_id=subscription.id,
        customer_id=customer.id,
        currency=subscription.currency,
        time_zone=subscription.time_zone,
        price_basis=PriceBasis.of(plan),
        parties=parties_of(customer, entity),
    )


def entity_of(subscription: Subscription, customer: Customer) -> LegalEntity:
    """Who bills it: the entity it was ordered from, whatever changed since.

    A contract that names none (made as a library, never ordered) is with the one that served the
    customer on the day it was made. Raises NotInvoiceable.
    """
    if subscription.legal_entity is not None:
        return entity_by_id(subscription.legal_entity)
    ordered_on = local_date(subscription.ordered_at, subscription.time_zone)
    return entity_for(customer.country_on(ordered_on))
