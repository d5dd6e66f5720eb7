"""What a subscription will be billed, day by day: the bill itself, run ahead of time.

Pure. A preview assembles the very bills that billing will, in order, each on top of the ones
before it. So preview and charge cannot differ; a change is previewed by previewing the subscription
as it would be, and a shadow run is a preview of what was imported.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from umlauf.billing.assembling import closing_day
from umlauf.billing.bill_lines import Bill
from umlauf.billing.charges import BilledCharge
from umlauf.billing.composing import BilledContract
from umlauf.billing.contract_account import Account
from umlauf.billing.drafting import DraftDocument, draft_documents, unshown_records
from umlauf.billing.once_amounts import finished_bill
from umlauf.billing.terms import LegalEntity
from umlauf.billing.windows import looks_back_to
from umlauf.kernel.calendar import local_date
from umlauf.kernel.errors import InvalidInput
from umlauf.subscriptions.changing import begin_scheduled
from umlauf.subscriptions.lifecycle import mark_billed
from umlauf.subscriptions.model import Subscription

MOST_BILLS: Final = 240


@dataclass(frozen=True, slots=True)
class PreviewedBill:
    """What will be billed on a day. A document below zero will be a credit note.

    `afterwards` is the account once it is billed: bill from there on, and time goes on.
    """

    bills_on: date
    bill: Bill
    documents: tuple[DraftDocument, ...]
    afterwards: Account


def preview(
    account: Account,
    contract: BilledContract,
    entity: LegalEntity,
    *,
    as_of: datetime,
    until: date,
) -> tuple[PreviewedBill, ...]:
    """Every bill from `as_of` through the local day `until` that says something, in order.

    Usage counts as it stands now. Raises what billing would: NoPriceInCurrency, TaxRateUnknown,
    VatIdMissing, NotInvoiceable; and InvalidInput for an `until` more than MOST_BILLS bills away.
    """
    found = run_ahead(account, contract, entity, as_of=as_of, until=until)
    return tuple(one for one in found if one.documents)


def run_ahead(
    account: Account,
    contract: BilledContract,
    entity: LegalEntity,
    *,
    as_of: datetime,
    until: date,
) -> Iterator[PreviewedBill]:
    """Bill in memory what falls due, day after day, also where nothing is charged."""
    now = as_of
    for _ in range(MOST_BILLS):
        due_at = account.subscription.next_due_at
        if due_at is None:
            return
        now = max(now, due_at)
        day = bill_day(account.subscription, now)
        if day > until:
            return
        subscription, _events = begin_scheduled(
            account.subscription, day, plan_of=account.plan_of, now=now
        )
        account = replace(account, subscription=subscription, parties=contract.parties)
        looked_at = _looked_at(account, day)
        bill, subscription = finished_bill(looked_at, day)
        documents = draft_documents([bill], contract, entity, now=now, before=account.on_record)
        closing_on = closing_day(looked_at, bill)
        moved, _events = mark_billed(subscription, day, now, closing_on=closing_on)
        billed = billed_after(account.billed, bill, documents, draft_id(subscription.id, day))
        account = replace(account, subscription=moved, billed=billed)
        yield PreviewedBill(day, bill, documents, account)
    raise InvalidInput(f"a preview shows {MOST_BILLS} bills; choose a nearer end", field="until")


def _looked_at(account: Account, day: date) -> Account:
    """The account with what a bill on `day` reads: more would show what will not be billed."""
    back_to = looks_back_to(account.subscription, day)
    billed = tuple(charge for charge in account.billed if charge.period.end > back_to)
    return replace(account, billed=billed)


def bill_day(subscription: Subscription, now: datetime) -> date:
    """The day that is billed at `now`: the next boundary, end or change behind, else today.

    A repair has no day of its own: the bill looks back from whichever day is billed.
    """
    days = [local_date(now, subscription.time_zone)]
    if subscription.closing_on is not None:
        return days[0]
    days.extend(change.starts_on for change in subscription.scheduled)
    ends = subscription.billed_through, subscription.ends_on
    return min(*days, *(day for day in ends if day is not None))


def draft_id(subscription_id: str, day: date) -> str:
    """What a document is called until it is issued: records of what is billed name it."""
    return f"{subscription_id}@{day}"


def billed_after(
    billed: Sequence[BilledCharge],
    bill: Bill,
    documents: tuple[DraftDocument, ...],
    document_id: str,
) -> tuple[BilledCharge, ...]:
    """What is on record once a bill is issued, each document under an id of its own."""
    changed = {charge.id: charge for charge in bill.changed}
    customer_id = documents[0].draft.contract.customer_id if documents else ""
    return (
        *(changed.get(charge.id, charge) for charge in billed),
        *(
            record
            for place, document in enumerate(documents, start=1)
            for record in document.records(f"{document_id}.{place}")
        ),
        *unshown_records([bill], documents, customer_id),
    )
