"""Which news is worth a message, and to whom."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from umlauf.billing.credit_notes import NoteKind
from umlauf.billing.events import CreditNoteIssued, InvoiceIssued, InvoicePaid
from umlauf.billing.model import LineKind
from umlauf.customers.events import CustomerSignedUp
from umlauf.dunning.events import CaseClosed, StepTaken
from umlauf.dunning.model import StepKind, StepOutcome
from umlauf.kernel.events import Event
from umlauf.notifications.model import Channel, Template, Wish
from umlauf.payments.events import PaymentFailed, PaymentReturned
from umlauf.subscriptions.events import SubscriptionActivated
from umlauf.wallets.events import ToppedUp


def wish_for(event: Event) -> Wish | None:
    """The message an event gives occasion to, if any."""
    occasion = OCCASIONS.get(type(event))
    return occasion(event) if occasion else None


def _of_signup(event: CustomerSignedUp) -> Wish:
    return Wish(Template.WELCOME, event.customer_id, event.customer_id)


def _of_start(event: SubscriptionActivated) -> Wish:
    return Wish(
        Template.SUBSCRIPTION_STARTED,
        event.customer_id,
        event.subscription_id,
        subscription_id=event.subscription_id,
    )


def _of_payment(event: InvoicePaid) -> Wish:
    """An invoice may be paid again after its payment was returned: each is an occasion."""
    return Wish(
        Template.PAYMENT_RECEIVED,
        event.customer_id,
        f"{event.invoice_id}:{event.paid_at.isoformat()}",
        invoice_id=event.invoice_id,
    )


def _of_invoice(event: InvoiceIssued) -> Wish:
    """A deposit is owed back, so asking for it is no invoice."""
    is_deposit = bool(event.lines) and all(line.kind is LineKind.DEPOSIT for line in event.lines)
    return Wish(
        Template.DEPOSIT_REQUESTED if is_deposit else Template.INVOICE_ISSUED,
        event.customer_id,
        event.invoice_id,
        invoice_id=event.invoice_id,
    )


def _of_note(event: CreditNoteIssued) -> Wish:
    is_cancellation = event.kind == NoteKind.CANCELLATION
    return Wish(
        Template.INVOICE_CANCELLED if is_cancellation else Template.CREDIT_NOTE_ISSUED,
        event.customer_id,
        event.credit_note_id,
        credit_note_id=event.credit_note_id,
    )


def _of_attempt(event: PaymentFailed | PaymentReturned) -> Wish | None:
    """A failure of either kind; of returns only an invoice's, for a wallet is never in arrears."""
    if isinstance(event, PaymentFailed):
        template = Template.PAYMENT_FAILED if event.invoice_id else Template.TOP_UP_FAILED
    elif event.invoice_id:
        template = Template.PAYMENT_RETURNED
    else:
        return None
    return Wish(
        template,
        event.customer_id,
        event.attempt_id,
        invoice_id=event.invoice_id,
        attempt_id=event.attempt_id,
    )


def _of_closing(event: CaseClosed) -> Wish:
    return Wish(
        Template.CASE_CLOSED,
        event.customer_id,
        event.case_id,
        invoice_id=event.invoice_id,
        case_id=event.case_id,
    )


def _of_top_up(event: ToppedUp) -> Wish:
    return Wish(Template.TOPPED_UP, event.customer_id, event.payment_id, amount=event.amount)


def _of_step(event: StepTaken) -> Wish | None:
    """A reminder or letter that was taken, not skipped; the other steps speak for themselves."""
    if event.channel is None or event.outcome is not StepOutcome.TAKEN:
        return None
    is_letter = event.kind is StepKind.SEND_LETTER
    return Wish(
        Template.LETTER if is_letter else Template.REMINDER,
        event.customer_id,
        f"{event.case_id}:{event.step}",
        channel=Channel(event.channel.value),
        invoice_id=event.invoice_id,
        case_id=event.case_id,
        step_id=event.step,
    )


OCCASIONS: Final[Mapping[type[Event], Callable[[Any], Wish | None]]] = MappingProxyType(
    {
        CustomerSignedUp: _of_signup,
        SubscriptionActivated: _of_start,
        InvoiceIssued: _of_invoice,
        CreditNoteIssued: _of_note,
        InvoicePaid: _of_payment,
        PaymentFailed: _of_attempt,
        PaymentReturned: _of_attempt,
        StepTaken: _of_step,
        CaseClosed: _of_closing,
        ToppedUp: _of_top_up,
    }
)
"""Every event that may be worth a message."""
