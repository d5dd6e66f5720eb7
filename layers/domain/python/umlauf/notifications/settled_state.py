"""Whether what a message would say is still true, and the figures it would name.

News travels slower than money: by the time a failure is told, the customer may have paid. So the
state is read anew for every message, and one that is overtaken is not sent.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from umlauf.billing.arrangements import paid_at_issue, payment_of
from umlauf.billing.documents import PaymentMeans
from umlauf.billing.model import Receivable, ReceivableStatus
from umlauf.billing.terms import entity_of
from umlauf.dunning.model import CaseState
from umlauf.dunning.plans import plan
from umlauf.kernel.money import Money
from umlauf.notifications.model import AskedPayment, Facts, PaymentCase, Template, Wish
from umlauf.notifications.ports import MessageDesk
from umlauf.payments.model import AttemptState
from umlauf.subscriptions.model import Status

_UNPAID: Final = {
    Template.PAYMENT_FAILED: AttemptState.FAILED,
    Template.PAYMENT_RETURNED: AttemptState.RETURNED,
}


def facts_for(wish: Wish, desk: MessageDesk) -> Facts | None:
    """The figures as they stand now; None if there is nothing (any more) to tell."""
    return _READERS[wish.template](wish, desk)


def _welcome(wish: Wish, desk: MessageDesk) -> Facts:  # noqa: ARG001 - who is erased is not told
    return Facts()


def _started(wish: Wish, desk: MessageDesk) -> Facts | None:
    subscription = desk.subscriptions.find(wish.subscription_id or "")
    if subscription is None or subscription.status is not Status.ACTIVE:
        return None
    return Facts(starts_on=subscription.starts_on)


def _issued(wish: Wish, desk: MessageDesk) -> Facts | None:
    """As of issue, as its document says it: for a debit this is the pre-notification."""
    invoice = desk.invoices.get(wish.invoice_id or "")
    if invoice is None:
        return None
    paid = paid_at_issue(invoice, desk.receivables.get(invoice.id))
    entity = entity_of(invoice.legal_entity)
    payment = payment_of(invoice, desk.arrangements.of(invoice), entity, paid=paid)
    asked = AskedPayment(
        case=_case_of(payment.means, paid),
        amount=invoice.gross - paid,
        from_credit=paid,
        collected_on=payment.collected_on,
        mandate_id=payment.mandate_id,
        creditor_id=payment.creditor_id,
        iban=entity.bank_account.iban if payment.means is PaymentMeans.TRANSFER else "",
    )
    return Facts(invoice.gross, invoice.number, invoice.due_on, payment=asked)


def _case_of(means: PaymentMeans, paid: Money) -> PaymentCase:
    match means:
        case PaymentMeans.DIRECT_DEBIT:
            return PaymentCase.DEBIT
        case PaymentMeans.CARD:
            return PaymentCase.CARD
        case PaymentMeans.TRANSFER:
            return PaymentCase.TRANSFER
        case PaymentMeans.NONE:
            return PaymentCase.CREDIT if paid else PaymentCase.NOTHING


def _credited(wish: Wish, desk: MessageDesk) -> Facts | None:
    """A note never changes, so what it says stays true."""
    note = desk.credit_notes.get(wish.credit_note_id or "")
    return Facts(note.gross, note.number) if note else None


def _received(wish: Wish, desk: MessageDesk) -> Facts | None:
    """What was paid in all, while it stands; nothing when credit alone paid.

    Once an invoice was dunned, the end of its case is the better news; but that is told only when
    nothing is open any more.
    """
    receivable = desk.receivables.get(wish.invoice_id or "")
    if receivable is None or receivable.status is not ReceivableStatus.PAID:
        return None
    if not receivable.paid:
        return None
    if not receivable.open and desk.dossiers.get(receivable.id) is not None:
        return None
    return Facts(receivable.paid, receivable.number)


def _unpaid(wish: Wish, desk: MessageDesk) -> Facts | None:
    """The attempt's amount, while the attempt still stands so and no other has paid or is at it.

    Payments is asked rather than the receivable, which learns of the same news at the same time.
    """
    attempt = desk.attempts.get(wish.attempt_id or "")
    receivable = desk.receivables.get(wish.invoice_id or "")
    if attempt is None or receivable is None or attempt.state is not _UNPAID[wish.template]:
        return None
    if _is_settled_or_settling(receivable, desk):
        return None
    return Facts(attempt.amount, receivable.number, receivable.due_on)


def _top_up_failed(wish: Wish, desk: MessageDesk) -> Facts | None:
    attempt = desk.attempts.get(wish.attempt_id or "")
    if attempt is None or attempt.state is not AttemptState.FAILED:
        return None
    live = desk.live_payments.get(attempt.subject_id)
    if live is not None and (live.live_attempt_id or live.collected):
        return None
    return Facts(attempt.amount)


def _dunned(wish: Wish, desk: MessageDesk) -> Facts | None:
    case = desk.cases.get(wish.case_id or "")
    receivable = desk.receivables.get(wish.invoice_id or "")
    if case is None or receivable is None:
        return None
    if case.state is CaseState.CLOSED or case.frozen_since:
        return None
    is_paid = receivable.status is ReceivableStatus.PAID
    if is_paid or _is_settled_or_settling(receivable, desk):
        return None
    step = plan(case.plan_id).step(wish.step_id or "")
    fee = step.fee(receivable.open.currency) if step else None
    return Facts(receivable.open, receivable.number, receivable.due_on, fee.amount if fee else None)


def _closed(wish: Wish, desk: MessageDesk) -> Facts | None:
    case = desk.cases.get(wish.case_id or "")
    receivable = desk.receivables.get(wish.invoice_id or "")
    if case is None or receivable is None or not case.is_over or receivable.open:
        return None
    return Facts(receivable.paid, receivable.number)


def _is_settled_or_settling(receivable: Receivable, desk: MessageDesk) -> bool:
    live = desk.live_payments.get(receivable.id)
    if live is None:
        return False
    return live.live_attempt_id is not None or live.collected >= receivable.to_collect


def _topped_up(wish: Wish, desk: MessageDesk) -> Facts | None:  # noqa: ARG001 - credited already
    return Facts(wish.amount) if wish.amount else None


_READERS: Final[Mapping[Template, Callable[[Wish, MessageDesk], Facts | None]]] = MappingProxyType(
    {
        Template.WELCOME: _welcome,
        Template.SUBSCRIPTION_STARTED: _started,
        Template.INVOICE_ISSUED: _issued,
        Template.DEPOSIT_REQUESTED: _issued,
        Template.CREDIT_NOTE_ISSUED: _credited,
        Template.INVOICE_CANCELLED: _credited,
        Template.PAYMENT_RECEIVED: _received,
        Template.PAYMENT_FAILED: _unpaid,
        Template.PAYMENT_RETURNED: _unpaid,
        Template.TOP_UP_FAILED: _top_up_failed,
        Template.REMINDER: _dunned,
        Template.LETTER: _dunned,
        Template.CASE_CLOSED: _closed,
        Template.TOPPED_UP: _topped_up,
    }
)
