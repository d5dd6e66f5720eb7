"""Bill what fell due on contracts of one customer, in one work and on as few documents as can be.

Asked for again it finds the due dates moved on; two who bill at once meet in a contract's version
and in the identities of its charges.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from umlauf.billing.assembling import closing_day
from umlauf.billing.bill_lines import Bill
from umlauf.billing.charges import BilledCharge
from umlauf.billing.composing import BilledContract
from umlauf.billing.contract_account import Account
from umlauf.billing.contracts import account_of, contract_of, entity_of
from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.drafting import (
    DraftDocument,
    corrected_ids,
    draft_documents,
    unshown_records,
)
from umlauf.billing.errors import TooManyCharges
from umlauf.billing.model import Invoice, PriceBasis
from umlauf.billing.numbering import FreeNumber, series_of
from umlauf.billing.once_amounts import finished_bill
from umlauf.billing.ports import BillingDesk
from umlauf.billing.previewing import bill_day
from umlauf.billing.recipients import require_addresses
from umlauf.billing.results import BillingResult, NextNumber, Outcome
from umlauf.billing.terms import LegalEntity
from umlauf.billing.use_cases.issue_bill_note import issue_bill_note
from umlauf.billing.use_cases.issue_invoice import issue_invoice
from umlauf.customers.model import Customer
from umlauf.kernel.events import Event
from umlauf.kernel.work import MAX_WRITES, Work
from umlauf.subscriptions.changing import begin_scheduled
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import Subscription


@dataclass(frozen=True, slots=True)
class _DueContract:
    """One contract with its bill for the day."""

    subscription: Subscription
    day: date
    events: tuple[Event, ...]
    bill: Bill
    contract: BilledContract
    account: Account


class _Numbers:
    """The numbers of one work: each is taken once."""

    def __init__(self, next_number: NextNumber) -> None:
        self._next_number = next_number
        self._taken: Counter[str] = Counter()

    def take(self, series: str) -> FreeNumber:
        number = self._next_number(series, self._taken[series])
        self._taken[series] += 1
        return number


def bill_together(
    subscriptions: Sequence[Subscription],
    next_number: NextNumber,
    *,
    work: Work,
    desk: BillingDesk,
) -> tuple[BillingResult, ...]:
    """Bill contracts of one customer and currency together.

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
        entity = entities[entity_id]
        for result in _bill_group(contracts, entity, customer, numbers, work=work, desk=desk):
            results[result.subscription.id] = result
    _require_one_transaction(work)
    return tuple(results[one.id] for one in subscriptions)


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
    contract = contract_of(begun, customer, entity, desk)
    account = replace(account_of(begun, day, desk), parties=contract.parties)
    bill, counted = finished_bill(account, day)
    return _DueContract(
        subscription=counted,
        day=day,
        events=events,
        bill=bill,
        contract=contract,
        account=account,
    )


def _bill_group(
    contracts: Sequence[_DueContract],
    entity: LegalEntity,
    customer: Customer,
    numbers: "_Numbers",
    *,
    work: Work,
    desk: BillingDesk,
) -> Iterator[BillingResult]:
    """Put the documents of some contracts, and move each on."""
    contract, bills = contracts[0].contract, [one.bill for one in contracts]

    def before(invoice_ids: Iterable[str]) -> list[BilledCharge]:
        ids = tuple(invoice_ids)
        on_record = (charge for one in contracts for charge in one.account.on_record(ids))
        return list({charge.id: charge for charge in on_record}.values())

    documents = draft_documents(bills, contract, entity, now=work.now, before=before)
    require_addresses(documents, customer)
    invoices: list[Invoice] = []
    notes: list[CreditNote] = []
    for document in documents:
        number = numbers.take(_series(document, entity))
        if document.gross.amount_minor < 0:
            charges = before(corrected_ids(document.draft.lines))
            notes.append(issue_bill_note(document, number, charges, work=work, desk=desk))
        else:
            invoices.append(issue_invoice(document, number, work=work, desk=desk))
    for charge in unshown_records(bills, documents, contract.customer_id):
        work.put(charge)
    for bill in bills:
        for charge in bill.changed:
            work.put(charge)
    outcome = Outcome.BILLED if documents else Outcome.NOTHING_TO_CHARGE
    for one in contracts:
        closing_on = closing_day(one.account, one.bill)
        moved, events = mark_billed(one.subscription, one.day, work.now, closing_on=closing_on)
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
