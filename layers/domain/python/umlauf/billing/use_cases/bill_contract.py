"""Bill what fell due on one contract, in one work: invoice, claims, receivable and due date.

Asked for again it finds the due date moved on; two who bill at once meet in the contract's version
and in the claims of its charges.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from umlauf.billing.composing import BilledContract, compose_invoice, issue, receivable_of
from umlauf.billing.errors import TooManyCharges, UnknownContract
from umlauf.billing.events import InvoiceIssued, IssuedLine, IssuedTax
from umlauf.billing.model import Invoice, LineKind, PriceBasis, RatedUsage
from umlauf.billing.numbering import DocumentNumber, FreeNumber, NumberUse
from umlauf.billing.ports import BillingDesk
from umlauf.billing.rating import (
    LATE_PERIODS,
    RatedCharge,
    counted_in,
    keep_above_zero,
    rate_difference,
    rate_fee,
    rate_usage,
)
from umlauf.billing.tax import Parties
from umlauf.billing.terms import LegalEntity
from umlauf.catalog.model import BaseFee, MeteredItem, Plan
from umlauf.kernel.calendar import Period
from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import MAX_WRITES, Claim, Work
from umlauf.subscriptions.charges import ChargeDue, charges_due
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import Subscription

_DOCUMENT_WRITES: Final = 6
"""Invoice, receivable, number and subscription, with the events of the first and the last."""


class Outcome(StrEnum):
    BILLED = "billed"
    NOTHING_TO_CHARGE = "nothing_to_charge"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class BillingResult:
    outcome: Outcome
    subscription: Subscription
    invoice: Invoice | None = None

    def is_due_again(self, now: datetime) -> bool:
        """Whether a further boundary lies behind: the contract catches up one by one."""
        due_at = self.subscription.next_due_at
        return self.outcome is not Outcome.NOT_DUE and due_at is not None and due_at <= now


def bill_contract(
    subscription: Subscription,
    next_number: Callable[[], FreeNumber],
    *,
    entity: LegalEntity,
    work: Work,
    desk: BillingDesk,
) -> BillingResult:
    """Bill one boundary; nothing to charge leaves the claims and moves on without a document.

    A copy of the subscription that is out of date is refused by the commit. A number is asked for
    only when there is something to invoice. Raises
    UnknownContract, TaxRateUnknown, VatIdMissing, NotInvoiceable, TooManyCharges,
    NoPriceInCurrency.
    """
    boundary, due_at = subscription.due_on, subscription.next_due_at
    if boundary is None or due_at is None or due_at > work.now:
        return BillingResult(Outcome.NOT_DUE, subscription)

    plan = desk.plans.get(subscription.plan_id, subscription.plan_version)
    due = charges_due(subscription, plan, boundary)
    rated = keep_above_zero(tuple(_rate(due, subscription, plan, desk)), subscription.currency)
    _require_one_transaction(rated)
    for one in rated:
        work.claim(Claim(one.charge.claim))
        if one.usage is not None:
            work.put(one.usage)
    invoice = None
    if any(one.charge.amount for one in rated):
        contract = _billed_contract(subscription, plan, desk, entity)
        shown = [one.charge for one in rated if _is_shown(one)]
        draft = compose_invoice(shown, contract=contract, entity=entity, now=work.now)
        invoice_id = derive_id("inv", subscription.id, boundary.isoformat())
        number = next_number()
        invoice = issue(draft, invoice_id=invoice_id, number=number.number)
        _put_invoice(invoice, number, subscription, work)
    moved, events = mark_billed(subscription, boundary, work.now)
    work.put(moved, *events)
    outcome = Outcome.BILLED if invoice else Outcome.NOTHING_TO_CHARGE
    return BillingResult(outcome, moved, invoice)


def _rate(
    due: Sequence[ChargeDue], subscription: Subscription, plan: Plan, desk: BillingDesk
) -> Iterator[RatedCharge]:
    own_items = {item.id for item in plan.items}
    for one in due:
        item = one.item
        if isinstance(item, BaseFee):
            yield rate_fee(one, subscription, is_add_on=item.id not in own_items)
        else:
            yield from _rate_metered(item, one.period, subscription, desk)


def _rate_metered(
    item: MeteredItem, period: Period, subscription: Subscription, desk: BillingDesk
) -> Iterator[RatedCharge]:
    """The period's usage, then what changed in the last periods since they were billed."""
    earlier = desk.rated_usages.latest(subscription.id, item.id, LATE_PERIODS)
    start = min([period.start, *(rated.period.start for rated in earlier)])
    by_day = desk.rollups.by_day(subscription.id, item.meter, Period(start, period.end))

    yield rate_usage(item, period, counted_in(period, by_day), subscription)
    for rated in reversed(earlier):
        sold = _item_as_sold(rated, item, subscription, desk)
        counted = counted_in(rated.period, by_day)
        difference = rate_difference(rated, sold, counted, subscription.currency)
        if difference is not None:
            yield difference


def _item_as_sold(
    rated: RatedUsage, item: MeteredItem, subscription: Subscription, desk: BillingDesk
) -> MeteredItem:
    """The item under the plan version that the earlier period was billed by."""
    if (rated.plan_id, rated.plan_version) == (subscription.plan_id, subscription.plan_version):
        return item
    plan = desk.plans.get(rated.plan_id, rated.plan_version)
    offered = (*plan.items, *(one for add_on in plan.add_ons for one in add_on.items))
    for sold in offered:
        if sold.id == rated.item and isinstance(sold, MeteredItem):
            return sold
    raise UnknownContract(f"{plan.id} has no metered item {rated.item}", field="plan_id")


def _is_shown(rated: RatedCharge) -> bool:
    """Free use is worth a line, no use and a difference without effect are not."""
    charge = rated.charge
    if charge.kind is LineKind.USAGE:
        return bool(charge.amount) or charge.quantity != 0
    return bool(charge.amount) or charge.kind is not LineKind.USAGE_DIFFERENCE


def _billed_contract(
    subscription: Subscription, plan: Plan, desk: BillingDesk, entity: LegalEntity
) -> BilledContract:
    customer = desk.customers.get(subscription.customer_id)
    return BilledContract(
        subscription_id=subscription.id,
        customer_id=customer.id,
        currency=subscription.currency,
        time_zone=subscription.time_zone,
        price_basis=PriceBasis.GROSS if plan.prices_include_tax else PriceBasis.NET,
        parties=Parties(entity.country, customer.country, customer.is_business),
    )


def _put_invoice(
    invoice: Invoice, number: FreeNumber, subscription: Subscription, work: Work
) -> None:
    work.put(invoice, _issued(invoice))
    work.put(receivable_of(invoice, subscription.time_zone))
    work.put(DocumentNumber(number.number, number.block_id, NumberUse.ISSUED, invoice.id))


def _issued(invoice: Invoice) -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=invoice.id,
        number=invoice.number,
        legal_entity=invoice.legal_entity,
        customer_id=invoice.customer_id,
        subscription_id=invoice.subscription_id,
        currency=invoice.currency,
        net=invoice.net,
        tax=invoice.tax,
        gross=invoice.gross,
        taxes=tuple(
            IssuedTax(
                country=amount.treatment.country,
                category=amount.treatment.category,
                rate=amount.treatment.rate,
                net=amount.net,
                tax=amount.tax,
            )
            for amount in invoice.taxes
        ),
        lines=tuple(
            IssuedLine(
                item=line.item,
                kind=line.kind,
                net=line.net,
                quantity=line.quantity,
                unit=line.unit,
                starts_on=line.service_period.start,
                ends_on=line.service_period.end,
            )
            for line in invoice.lines
        ),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        is_business=invoice.is_business,
    )


def _require_one_transaction(rated: Sequence[RatedCharge]) -> None:
    writes = sum(1 if one.usage is None else 2 for one in rated) + _DOCUMENT_WRITES
    if writes > MAX_WRITES:
        raise TooManyCharges(
            f"{len(rated)} charges need {writes} writes of {MAX_WRITES}; use fewer plan items",
            field="items",
        )
