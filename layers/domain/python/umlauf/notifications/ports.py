"""What notifications needs from outside.

Its log, the mail service, and the state of what it tells of.
"""

from dataclasses import dataclass
from typing import Protocol

from umlauf.billing.credit_notes import CreditNote
from umlauf.billing.model import Invoice, Receivable
from umlauf.billing.ports import Arrangements
from umlauf.customers.model import Customer
from umlauf.dunning.ports import Cases, Dossiers
from umlauf.kernel.work import Page, Works
from umlauf.notifications.model import Mail, Message
from umlauf.payments.ports import LivePayments, PaymentAttempts
from umlauf.subscriptions.model import Subscription


class Messages(Protocol):
    def get(self, message_id: str) -> Message | None: ...

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Message]:
        """A customer's messages, newest first; may lag behind by a moment."""


class Post(Protocol):
    def send(self, mail: Mail) -> str:
        """Hand a mail over and give its reference.

        Raises PostUnavailable (nothing went out), PostRefused (nothing ever will), PostSilent.
        """


class Addressees(Protocol):
    def find(self, customer_id: str) -> Customer | None: ...


class Invoices(Protocol):
    def get(self, invoice_id: str) -> Invoice | None: ...


class CreditNotes(Protocol):
    def get(self, note_id: str) -> CreditNote | None: ...


class Receivables(Protocol):
    def get(self, invoice_id: str) -> Receivable | None: ...


class Subscriptions(Protocol):
    def find(self, subscription_id: str) -> Subscription | None: ...


@dataclass(frozen=True, slots=True)
class MessageDesk:
    """Everything it takes to tell a customer something, wired by the edge."""

    works: Works
    messages: Messages
    post: Post
    customers: Addressees
    invoices: Invoices
    credit_notes: CreditNotes
    receivables: Receivables
    arrangements: Arrangements
    attempts: PaymentAttempts
    live_payments: LivePayments
    cases: Cases
    dossiers: Dossiers
    subscriptions: Subscriptions
