"""Bill what fell due on a contract, in one work: documents, charges, receivable and due date.

Asked for again it finds the due date moved on; two who bill at once meet in the contract's version
and in the identities of its charges. Several contracts of one customer may be billed together, on
one invoice.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from umlauf.billing.assembling import Account, Bill, looks_back_to
from umlauf.billing.charges import BilledCharge
from umlauf.billing.composing import BilledContract
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.drafting import DraftDocument, draft_documents, unshown_records
from umlauf.billing.errors import TooManyCharges
from umlauf.billing.model import Invoice, PriceBasis
from umlauf.billing.numbering import FreeNumber, series_of
from umlauf.billing.once_amounts import finished_bill
from umlauf.billing.parties import parties_of
from umlauf.billing.ports import BillingDesk
from umlauf.billing.previewing import bill_day
from umlauf.billing.terms import LegalEntity, entity_for
from umlauf.billing.use_cases.issue_documents import issue_invoice, issue_note_of_bill
from umlauf.customers.model import Customer
from umlauf.kernel.calendar import Period, local_date
from umlauf.kernel.events import Event
from umlauf.kernel.work import MAX_WRITES, Work
from umlauf.subscriptions.changing import begin_scheduled
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import Subscription

NextNumber = Callable[[str, int], FreeNumber]
"""The n-th free number of a series, counted from 0: free until a work that uses it is committed."""


class Outcome(StrEnum):
    BILLED = "billed"
    NOTHING_TO_CHARGE = "nothing_to_charge"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class BillingResult:
    """What became of one contract. Of several billed together, each result has the documents."""

    outcome: Outcome
    subscription: Subscription
    invoices: tuple[Invoice, ...] = ()
    notes: tuple[CreditNote, ...] = ()

    @property
    def invoice(self) -> Invoice | None:
        """The invoice over charges, if there is one."""
        return self.invoices[0] if self.invoices else None

    @property
    def numbers(self) -> tuple[str, ...]:
        invoices = tuple(invoice.number for invoice in self.invoices)
        return (*invoices, *(note.number for note in self.notes))

    def is_due_again(self, now: datetime) -> bool:
        """Whether a further boundary lies behind: the contract catches up one by one."""
        due_at = self.subscription.next_due_at
        return self.outcome is not Outcome.NOT_DUE and due_at is not None and due_at <= now


@dataclass(frozen=True, slots=True)
class _DueContract:
    """One contract with its bill for the day."""

    subscription: Subscription
    day: date
    events: tuple[Event, ...]
    bill: Bill
    contract: BilledContract
    billed: Sequence[BilledCharge]


class _Numbers:
    """The numbers of one work: each is taken once."""

    def __init__(self, next_number: NextNumber) -> None:
        self._next_number = next_number
        self._taken: Counter[str] = Counter()

    def take(self, series: str) -> FreeNumber:
        number = self._next_number(series, self._taken[series])
        self._taken[series] += 1
        return number


def bill_contract(
    subscription: Subscription, next_number: NextNumber, *, work: Work, desk: BillingDesk
) -> BillingResult:
    """Bill one contract for one day; nothing to charge moves on without a document.

    A copy of the subscription that is out of date is refused by the commit. A number is asked for
    only when there is something to document. Raises UnknownContract, UnknownPlan, TaxRateUnknown,
    VatIdMissing, NotInvoiceable, TooManyCharges, NoPriceInCurrency.
    """
    (result,) = bill_together([subscription], next_number, work=work, desk=desk)
    return result


def bill_together(
    subscriptions: Sequence[Subscription],
    next_number: NextNumber,
    *,
    work: Work,
    desk: BillingDesk,
) -> tuple[BillingResult, ...]:
    """Bill contracts of one customer and currency, in one work and on as few documents as can be.

    Contracts priced net and gross, or of several legal entities, do not share a document. Those
    that are not due are left alone. Raises as `bill_contract`, for all of them together.
    """
    due = [one for one in subscriptions if _is_due(one, work.now)]
    if not due:
        return tuple(BillingResult(Outcome.NOT_DUE, one) for one in subscriptions)
    customer = desk.customers.get(due[0].customer_id)
    groups: dict[tuple[str, PriceBasis], list[_DueContract]] = {}
    entities: dict[str, LegalEntity] = {}
    for one in due:
        entity = entity_of(one, customer)
        entities[entity.id] = entity
        prepared = _prepared(one, customer, entity, work, desk)
        groups.setdefault((entity.id, prepared.contract.price_basis), []).append(prepared)

    results = {one.id: BillingResult(Outcome.NOT_DUE, one) for one in subscriptions}
    numbers = _Numbers(next_number)
    for (entity_id, _), contracts in groups.items():
        for result in _bill_group(contracts, entities[entity_id], numbers, work, desk):
            results[result.subscription.id] = result
    _require_one_transaction(work)
    return tuple(results[one.id] for one in subscriptions)


def account_of(subscription: Subscription, day: date, desk: BillingDesk) -> Account:
    """The contract with all that billing knows of it, for a bill on `day` or later."""

    def counted_by(meter: str, period: Period) -> dict[date, int]:
        return dict(desk.rollups.by_day(subscription.id, meter, period))

    return Account(
        subscription=subscription,
        plan_of=desk.plans.get,
        billed=desk.charges.ending_after(subscription.id, looks_back_to(subscription, day)),
        counted_by=counted_by,
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
        price_basis=PriceBasis.GROSS if plan.prices_include_tax else PriceBasis.NET,
        parties=parties_of(customer, entity),
    )


def entity_of(subscription: Subscription, customer: Customer) -> LegalEntity:
    """Who bills it: settled by where the customer lived when it was ordered."""
    ordered_on = local_date(subscription.ordered_at, subscription.time_zone)
    return entity_for(customer.country_on(ordered_on))


def _is_due(subscription: Subscription, now: datetime) -> bool:
    due_at = subscription.next_due_at
    return due_at is not None and due_at <= now and subscription.due_on is not None


def _prepared(
    subscription: Subscription,
    customer: Customer,
    entity: LegalEntity,
    work: Work,
    desk: BillingDesk,
) -> _DueContract:
    day = bill_day(subscription, work.now)
    begun, events = begin_scheduled(subscription, day, plan_of=desk.plans.get, now=work.now)
    account = account_of(begun, day, desk)
    bill, counted = finished_bill(account, day)
    return _DueContract(
        subscription=counted,
        day=day,
        events=events,
        bill=bill,
        contract=contract_of(begun, customer, entity, desk),
        billed=account.billed,
    )


def _bill_group(
    contracts: Sequence[_DueContract],
    entity: LegalEntity,
    numbers: "_Numbers",
    work: Work,
    desk: BillingDesk,
) -> Iterator[BillingResult]:
    """Put the documents of some contracts, and move each on."""
    contract, bills = contracts[0].contract, [one.bill for one in contracts]
    documents = draft_documents(bills, contract, entity, now=work.now)
    invoices: list[Invoice] = []
    notes: list[CreditNote] = []
    for document in documents:
        number = numbers.take(_series(document, entity))
        if document.gross.amount_minor < 0:
            before = [charge for one in contracts for charge in one.billed]
            notes.append(issue_note_of_bill(document, number, before, work=work, desk=desk))
        else:
            invoices.append(issue_invoice(document, number, work=work, desk=desk))
    for charge in unshown_records(bills, documents, contract.customer_id):
        work.put(charge)
    for bill in bills:
        for charge in bill.changed:
            work.put(charge)
    outcome = Outcome.BILLED if documents else Outcome.NOTHING_TO_CHARGE
    for one in contracts:
        moved, events = mark_billed(one.subscription, one.day, work.now)
        work.put(moved, *one.events, *events)
        yield BillingResult(outcome, moved, tuple(invoices), tuple(notes))


def _series(document: DraftDocument, entity: LegalEntity) -> str:
    prefixes = entity.series
    if document.gross.amount_minor < 0:
        prefix = prefixes.credit_notes
    elif document.is_deposit_request:
        prefix = prefixes.deposits
    else:
        prefix = prefixes.invoices
    return series_of(prefix, document.draft.issued_on.year)


def _require_one_transaction(work: Work) -> None:
    if work.size > MAX_WRITES:
        raise TooManyCharges(
            f"this bill needs {work.size} writes of {MAX_WRITES}; use fewer plan items, or bill "
            "the customer's contracts apart",
            field="items",
        )
