"""What billing a contract came to, and where it takes its numbers from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice
from umlauf.billing.numbering import FreeNumber
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
