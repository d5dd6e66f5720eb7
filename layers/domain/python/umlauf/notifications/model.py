"""Messages to customers: what was said, when, over which channel, and how often it was tried.

A message holds ids and figures, never an address, a name or a text: those are read when it is sent
and kept nowhere else.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.money import Money
from umlauf.notifications.errors import BeingSent

MAX_ATTEMPTS: Final = 20
"""The queue tries five times before a message is a dead letter.

People may put it back a few times.
"""
SENDING_TAKES_AT_MOST: Final = timedelta(minutes=2)
"""Longer than any call to the mail service.

After it, a sender that said nothing is taken for dead.
"""


class Template(StrEnum):
    WELCOME = "welcome"
    SUBSCRIPTION_STARTED = "subscription_started"
    INVOICE_ISSUED = "invoice_issued"
    DEPOSIT_REQUESTED = "deposit_requested"
    CREDIT_NOTE_ISSUED = "credit_note_issued"
    INVOICE_CANCELLED = "invoice_cancelled"
    PAYMENT_RECEIVED = "payment_received"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_RETURNED = "payment_returned"
    REMINDER = "reminder"
    LETTER = "letter"
    CASE_CLOSED = "case_closed"
    TOPPED_UP = "topped_up"
    TOP_UP_FAILED = "top_up_failed"


class Channel(StrEnum):
    EMAIL = "email"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Wish:
    """The wish to tell a customer something. `occasion` is the business fact.

    One message for each.
    """

    template: Template
    customer_id: str
    occasion: str
    channel: Channel = Channel.EMAIL
    invoice_id: str | None = None
    credit_note_id: str | None = None
    attempt_id: str | None = None
    case_id: str | None = None
    step_id: str | None = None
    subscription_id: str | None = None
    amount: Money | None = None

    @property
    def message_id(self) -> str:
        return derive_id("msg", self.template.value, self.occasion)


class PaymentCase(StrEnum):
    """What an issued invoice asks of the customer."""

    DEBIT = "debit"
    CARD = "card"
    TRANSFER = "transfer"
    CREDIT = "credit"
    """Nothing: their credit balance paid it."""
    NOTHING = "nothing"
    """Nothing: it is over nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPayment:
    """How an invoice is paid, as it was settled when it was issued.

    `amount` is what `from_credit` left over. `mandate_id` and `creditor_id` are a debit's,
    `iban` is the account to transfer to.
    """

    case: PaymentCase
    amount: Money
    from_credit: Money
    collected_on: date | None = None
    mandate_id: str = ""
    creditor_id: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """The figures a text may name, as they stand when it is sent."""

    amount: Money | None = None
    number: str = ""
    due_on: date | None = None
    fee: Money | None = None
    starts_on: date | None = None
    payment: AskedPayment | None = None


class MessageState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Given up: refused for good, or tried too often."""


@dataclass(frozen=True, slots=True)
class Message:
    """One line of the delivery log."""

    KIND: ClassVar[str] = "message"

    id: str
    customer_id: str
    template: Template
    channel: Channel
    occasion: str
    facts: Facts
    begun_at: datetime
    """When the latest try began."""
    state: MessageState = MessageState.SENDING
    attempts: int = 1
    sent_at: datetime | None = None
    provider_reference: str | None = None
    failure: str | None = None
    version: int = 0

    def try_again(self, facts: Facts, now: datetime) -> "Message":
        """Begin another try, or give up.

        Raises BeingSent while the latest try may still be running.
        """
        if now - self.begun_at < SENDING_TAKES_AT_MOST:
            raise BeingSent(f"{self.id} is being sent; look again in a moment")
        if self.attempts >= MAX_ATTEMPTS:
            return replace(self, state=MessageState.FAILED, failure="tried_too_often")
        return replace(self, facts=facts, begun_at=now, attempts=self.attempts + 1)

    def sent(self, provider_reference: str, now: datetime) -> "Message":
        return replace(
            self,
            state=MessageState.SENT,
            sent_at=now,
            provider_reference=provider_reference,
        )

    def failed(self, failure: str) -> "Message":
        return replace(self, state=MessageState.FAILED, failure=failure)

    def put_off(self) -> "Message":
        """The mail service said no for now: the next try need not wait for this one."""
        return replace(self, begun_at=self.begun_at - SENDING_TAKES_AT_MOST)


@dataclass(frozen=True, slots=True)
class Mail:
    """What goes out. `to` is None for a letter, which the print desk addresses."""

    message_id: str
    customer_id: str
    template: Template
    channel: Channel
    subject: str
    text: str
    to: str | None
