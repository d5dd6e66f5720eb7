"""What came of the demo month.

Counted from the stored books, not from what the story believes it did.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from invariants.books import Books
from invariants.report import Report
from umlauf.billing.charges import BilledCharge
from umlauf.billing.model import Invoice, Receivable, ReceivableStatus
from umlauf.dunning.model import Case, CaseState
from umlauf.kernel.money import Money
from umlauf.subscriptions.model import Status, Subscription
from umlauf.usage.model import DayUsage, PlacedReading
from umlauf.wallets.model import Session, SessionStatus

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Figures:
    """The closing table. Seconds are whole, money per currency."""

    customers: int
    active_subscriptions: int
    rides: int
    metered_seconds: int
    billed_seconds: int
    open_seconds: int
    included_seconds: int
    """Ridden on a flat plan: metered, and paid for by its fee."""

    prepaid_seconds: int
    prepaid_sessions: int
    invoices: int
    invoiced: Mapping[str, Money]
    paid: Mapping[str, Money]
    invoices_by_status: Mapping[str, int]
    dunning_cases: Mapping[str, int]
    dead_letters: Mapping[str, int]
    """Messages that could not be processed, by queue."""

    invariants_hold: bool

    @property
    def usage_adds_up(self) -> bool:
        """Metered = billed + open + included + prepaid."""
        return self.metered_seconds == (
            self.billed_seconds + self.open_seconds + self.included_seconds + self.prepaid_seconds
        )


def count(books: Books, report: Report) -> Figures:
    invoices, receivables = books.of(Invoice), books.of(Receivable)
    rated = [charge for charge in books.of(BilledCharge) if charge.usage is not None]
    rated_owners = {one.subscription_id for one in rated}
    by_invoice: Counter[str] = Counter()
    prepaid = 0
    in_all = 0
    for day in books.of(DayUsage):
        by_invoice[day.owner_id] += day.by_invoice.ride_seconds
        prepaid += day.by_wallet.ride_seconds
        in_all += day.in_all.ride_seconds
    billable = sum(n for owner, n in by_invoice.items() if owner in rated_owners)
    billed = sum(int(one.usage.counted) for one in rated if one.usage)
    sessions = [one for one in books.of(Session) if one.status is SessionStatus.SETTLED]
    subscriptions = books.of(Subscription)
    return Figures(
        customers=len({one.customer_id for one in subscriptions}),
        active_subscriptions=sum(one.status is Status.ACTIVE for one in subscriptions),
        rides=sum(one.used.rides for one in books.of(PlacedReading)),
        metered_seconds=in_all,
        billed_seconds=billed,
        open_seconds=billable - billed,
        included_seconds=sum(by_invoice.values()) - billable,
        prepaid_seconds=prepaid,
        prepaid_sessions=len(sessions),
        invoices=len(invoices),
        invoiced=_sums(invoice.gross for invoice in invoices),
        paid=_sums(receivable.paid for receivable in receivables),
        invoices_by_status=_counted(
            [status.value for status in ReceivableStatus], [one.status.value for one in receivables]
        ),
        dunning_cases=_counted(
            [state.value for state in CaseState], [case.state.value for case in books.of(Case)]
        ),
        dead_letters={
            queue.name: queue.messages for queue in books.dead_letter_queues if queue.messages
        },
        invariants_hold=report.hold,
    )


def _sums(amounts: Any) -> dict[str, Money]:
    sums: dict[str, Money] = {}
    for amount in amounts:
        zero = Money(0, amount.currency)
        sums[amount.currency] = sums.get(amount.currency, zero) + amount
    return dict(sorted(sums.items()))


def _counted(names: list[str], values: list[str]) -> dict[str, int]:
    counted = Counter(values)
    return {name: counted[name] for name in names}
