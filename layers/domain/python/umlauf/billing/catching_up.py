"""Billing contracts until they are up to date: the one way in, for a run and for a single retry.

Not a use case, for each boundary is a work of its own. So it may be cut off anywhere and begun
again: what is billed is not due any more.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from umlauf.billing.errors import TooManyCharges
from umlauf.billing.ports import BillingDesk, ParkedContracts
from umlauf.billing.results import BillingResult, NextNumber
from umlauf.billing.use_cases.bill_together import bill_together
from umlauf.billing.use_cases.release_contract import release_contract
from umlauf.kernel.work import Work, Works, carry_out
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions

MAX_BOUNDARIES: Final = 24
"""How many boundaries a contract catches up in one go; the next run goes on."""
MOST_TOGETHER: Final = 45
"""Contracts on one invoice: more would hardly fit into one transaction."""
_PAGE: Final = 50
_MAX_PAGES: Final = 10


class NumberSource(Protocol):
    """Where the numbers of documents come from."""

    def for_work(self, work: Work) -> NextNumber:
        """The free numbers for one attempt: asked for again before `used`, the last one failed."""

    def used(self, numbers: Iterable[str]) -> None:
        """A work that uses these was committed."""


@dataclass(frozen=True, slots=True)
class BillingOffice:
    """Everything it takes to bill contracts up to date, wired by the edge."""

    desk: BillingDesk
    works: Works
    parked: ParkedContracts
    numbers: NumberSource
    now: datetime


def catch_up(
    contracts: Sequence[Subscription], office: BillingOffice, *, were_parked: bool = False
) -> Iterator[tuple[BillingResult, ...]]:
    """Bill contracts of one customer and currency together, one boundary after the other.

    Copies that are out of date are read again. What does not fit one transaction is billed in
    halves. Contracts that were parked are released by the work that bills them. Gives the results
    of each work. Raises what `bill_contract` raises, and StaleVersion when somebody else keeps
    being faster.
    """
    due, are_fresh = tuple(contracts), False
    for _ in range(MAX_BOUNDARIES):
        try:
            results = _bill_once(due, office, are_fresh=are_fresh, were_parked=were_parked)
        except TooManyCharges:
            if len(due) == 1:
                raise
            middle = len(due) // 2
            for half in (due[:middle], due[middle:]):
                yield from catch_up(half, office, were_parked=were_parked)
            return
        yield results
        due = tuple(one.subscription for one in results if one.is_due_again(office.now))
        are_fresh = True
        if not due:
            return


def due_with(
    subscription: Subscription, now: datetime, subscriptions: Subscriptions
) -> tuple[Subscription, ...]:
    """The contract, and what else of its customer is due in the same currency, oldest order first.

    From an index that may lag behind: a contract that is missed gets a document of its own.
    """
    found = {subscription.id: subscription}
    cursor: str | None = None
    for _ in range(_MAX_PAGES):
        page = subscriptions.list_of_customer(subscription.customer_id, limit=_PAGE, cursor=cursor)
        for one in page.items:
            is_due = one.next_due_at is not None and one.next_due_at <= now
            if is_due and one.currency == subscription.currency:
                found.setdefault(one.id, one)
        cursor = page.next_cursor
        if cursor is None:
            break
    others = sorted(found.values(), key=lambda one: (one.ordered_at, one.id))
    return (subscription, *(one for one in others if one is not subscription))[:MOST_TOGETHER]


def _bill_once(
    known: Sequence[Subscription], office: BillingOffice, *, are_fresh: bool, were_parked: bool
) -> tuple[BillingResult, ...]:
    """Bill in one work; one that lost a race is decided anew from the record."""
    copies = [] if are_fresh else [known]

    def decide(work: Work) -> tuple[BillingResult, ...]:
        contracts = copies.pop() if copies else [load(one.id) for one in known]
        numbers = office.numbers.for_work(work)
        results = bill_together(contracts, numbers, work=work, desk=office.desk)
        if were_parked:
            for one in contracts:
                release_contract(one.id, work=work, parked=office.parked)
        return results

    load = office.desk.subscriptions.get
    results = carry_out(decide, works=office.works, now=office.now)
    office.numbers.used(number for result in results for number in result.numbers)
    return results
