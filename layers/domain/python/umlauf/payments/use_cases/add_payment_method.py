"""Put a card or account that the customer confirmed with the provider on file."""

from umlauf.kernel.identifiers import derive_id
from umlauf.kernel.work import Work
from umlauf.payments.errors import UnknownPaymentMethod
from umlauf.payments.events import MethodAdded
from umlauf.payments.model import PaymentMethod, ProviderMethod
from umlauf.payments.ports import Payers, PaymentMethods


def add_payment_method(
    customer_id: str,
    confirmed: ProviderMethod,
    *,
    work: Work,
    payers: Payers,
    methods: PaymentMethods,
) -> PaymentMethod:
    """The method, which is the default from now on. Adding it again changes nothing but that.

    Raises UnknownPaymentMethod if the provider knows it as somebody else's.
    """
    payer = payers.get(customer_id)
    if payer is None or confirmed.provider_customer_id != payer.provider_customer_id:
        raise UnknownPaymentMethod(
            f"there is no payment method {confirmed.reference}; set one up first", field="reference"
        )
    method_id = derive_id("pmt", customer_id, confirmed.reference)
    method = methods.get(customer_id, method_id)
    if method is None:
        method = PaymentMethod(
            id=method_id,
            customer_id=customer_id,
            kind=confirmed.kind,
            provider_method_id=confirmed.reference,
            fingerprint=confirmed.fingerprint,
            label=confirmed.label,
            added_at=work.now,
            mandate=confirmed.mandate,
        )
        work.put(method, MethodAdded(method.id, customer_id, method.kind))
    if payer.default_method_id != method_id:
        work.put(payer.with_default(method_id))
    return method
