"""Which news is worth a message, and to whom."""

from umlauf.billing.events import InvoiceIssued
from umlauf.dunning.events import CaseClosed, StepTaken
from umlauf.dunning.model import StepKind, StepOutcome
from umlauf.kernel.events import Event
from umlauf.notifications.model import Channel, Template, Wish
from umlauf.payments.events import PaymentFailed, PaymentReturned
from umlauf.wallets.events import ToppedUp


def wish_for(event: Event) -> Wish | None:
    """The message an event gives occasion to, if any."""
    match event:
        case InvoiceIssued():
            return _of_invoice(event)
        case PaymentFailed() | PaymentReturned():
            return _of_attempt(event)
        case StepTaken():
            return _of_step(event)
        case CaseClosed():
            return _of_closing(event)
        case ToppedUp():
            return _of_top_up(event)
        case _:
            return None


def _of_invoice(event: InvoiceIssued) -> Wish:
    return Wish(
        Template.INVOICE_ISSUED, event.customer_id, event.invoice_id, invoice_id=event.invoice_id
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
