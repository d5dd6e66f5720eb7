"""Putting means of payment on file: the provider first, then our record of it.

Every step safe to repeat.
"""

from datetime import datetime

from umlauf.kernel.work import carry_out
from umlauf.payments.model import MethodKind, MethodSetup, Payer, PaymentMethod
from umlauf.payments.ports import PaymentDesk
from umlauf.payments.use_cases.add_payment_method import add_payment_method
from umlauf.payments.use_cases.register_payer import register_payer


def begin_method_setup(
    customer_id: str, kind: MethodKind, *, key: str, desk: PaymentDesk, now: datetime
) -> MethodSetup:
    """Let the customer's app set a method up with the provider.

    Card data never passes through us.
    """
    payer = _payer(customer_id, desk, now)
    return desk.provider.begin_setup(payer.provider_customer_id, kind, key)


def enroll_method(
    customer_id: str, reference: str, *, desk: PaymentDesk, now: datetime
) -> PaymentMethod:
    """Put a method on file that the customer set up.

    Raises UnknownPaymentMethod, also for somebody else's.
    """
    payer = _payer(customer_id, desk, now)
    confirmed = desk.provider.method(reference)
    if confirmed.provider_customer_id is None:
        confirmed = desk.provider.attach(reference, payer.provider_customer_id)
    return carry_out(
        lambda work: add_payment_method(
            customer_id, confirmed, work=work, payers=desk.payers, methods=desk.methods
        ),
        works=desk.works,
        now=now,
    )


def _payer(customer_id: str, desk: PaymentDesk, now: datetime) -> Payer:
    known = desk.payers.get(customer_id)
    if known is not None:
        return known
    provider_customer_id = desk.provider.open_customer(customer_id)
    return carry_out(
        lambda work: register_payer(
            customer_id, provider_customer_id, work=work, payers=desk.payers
        ),
        works=desk.works,
        now=now,
    )
