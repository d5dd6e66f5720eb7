"""What a document says about how and when it is paid, in words."""

from umlauf.billing.documents import DocumentView, PaymentMeans
from umlauf_integrations.documents.formats import formats
from umlauf_integrations.documents.texts import TEXTS


def payment_terms(view: DocumentView) -> str:
    """One sentence, the same on the page and in the XML (BT-20)."""
    texts, write = TEXTS[view.language], formats(view.language)
    amount = write.money(view.payable)
    if view.kind.is_credit:
        return texts.credited_later.format(amount=amount)
    if not view.is_owed or view.due_on is None:
        return texts.paid_from_credit if view.paid else texts.nothing_due
    due = write.day(view.due_on)
    match view.payment.means:
        case PaymentMeans.TRANSFER:
            return texts.transfer_terms.format(due=due)
        case PaymentMeans.DIRECT_DEBIT:
            return _collecting(texts.debit, view)
        case PaymentMeans.CARD:
            return _collecting(texts.card, view)
        case PaymentMeans.NONE:
            return f"{texts.due_until.format(due=due)}."


def has_giro_code(view: DocumentView) -> bool:
    """Whether the customer is to transfer euros: then a code saves typing."""
    return view.payment.means is PaymentMeans.TRANSFER and view.currency == "EUR" and view.is_owed


def _collecting(announcement: str, view: DocumentView) -> str:
    """What is collected, and when: of a debit, this is the pre-notification."""
    write = formats(view.language)
    day = write.day(view.payment.collected_on or view.issued_on)
    return f"{announcement.format(amount=write.money(view.payable), day=day)}."
