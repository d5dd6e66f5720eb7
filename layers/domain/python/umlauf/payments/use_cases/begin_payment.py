"""Put on record that money is about to be taken, before the provider hears of it."""

from umlauf.kernel.money import Money
from umlauf.kernel.work import Work
from umlauf.payments.errors import NoPaymentMethod, UnknownPaymentMethod
from umlauf.payments.model import (
    LivePayment,
    Payer,
    PaymentAttempt,
    PaymentMethod,
    PaymentOrder,
)
from umlauf.payments.ports import PaymentDesk


def begin_payment(order: PaymentOrder, *, work: Work, desk: PaymentDesk) -> PaymentAttempt:
    """The attempt of this order, new or as it stands: the same act never begins twice.

    Raises PaymentInFlight while another attempt is live, ReceivableBehind when money arrived that
    the order does not count as paid, NothingToPay, NoPaymentMethod, UnknownPaymentMethod.
    """
    begun = desk.attempts.get(order.attempt_id)
    if begun is not None:
        return begun

    live = desk.live_payments.get(order.subject_id)
    if live is None:
        live = LivePayment(order.subject_id, collected=Money(0, order.amount.currency))
    occupied = live.begin(order)
    payer, method = _means(order, desk)
    attempt = PaymentAttempt(
        id=order.attempt_id,
        purpose=order.purpose,
        subject_id=order.subject_id,
        customer_id=order.customer_id,
        method_id=method.id,
        amount=order.amount,
        number=occupied.attempts_made,
        created_at=work.now,
        kind=method.kind,
        provider_customer_id=payer.provider_customer_id,
        provider_method_id=method.provider_method_id,
        legal_entity=order.legal_entity,
        wallet_id=order.wallet_id,
        is_customer_present=order.is_customer_present,
    )
    work.put(occupied)
    work.put(attempt)
    return attempt


def _means(order: PaymentOrder, desk: PaymentDesk) -> tuple[Payer, PaymentMethod]:
    payer = desk.payers.get(order.customer_id)
    method_id = order.method_id or (payer.default_method_id if payer else None)
    if payer is None or method_id is None:
        raise NoPaymentMethod("no payment method is on file; add one and pay again")
    method = desk.methods.get(order.customer_id, method_id)
    if method is None:
        raise UnknownPaymentMethod(
            f"there is no payment method {method_id}; list the payment methods, or add one",
            field="method_id",
        )
    return payer, method
