"""Cards and accounts on file. Card data never passes through here."""

from datetime import datetime

from umlauf.payments.enrolling import begin_method_setup, enroll_method
from umlauf.payments.model import MethodKind, PaymentMethod
from umlauf_http.calls import Call
from umlauf_http.commands import Idempotency
from umlauf_http.endpoints import Routes, endpoint
from umlauf_http.identity import Access
from umlauf_http.wire import Identifier, In, Out, PageOut, PageQuery
from wiring import PAYERS, PAYMENT_METHODS, payment_desk

routes = Routes(__name__, Access.CUSTOMER)


class MethodSetupIn(In):
    kind: MethodKind


class MethodSetupOut(Out):
    """Confirm it with the provider by `client_secret`, then register the method it made."""

    reference: str
    client_secret: str


class PaymentMethodIn(In):
    """`reference` is the provider's id of the confirmed method, e.g. `pm_...`."""

    reference: Identifier


class PaymentMethodOut(Out):
    id: str
    kind: str
    label: str
    is_default: bool
    added_at: datetime

    @classmethod
    def of(cls, method: PaymentMethod, default_id: str | None) -> "PaymentMethodOut":
        return cls(
            id=method.id,
            kind=method.kind.value,
            label=method.label,
            is_default=method.id == default_id,
            added_at=method.added_at,
        )


class PaymentMethodsOut(PageOut[PaymentMethodOut]):
    """The caller's payment methods."""


@endpoint(
    routes,
    "/v1/payment-methods/setup",
    method="POST",
    status=201,
    errors=(404,),
    idempotency=Idempotency.REPEATED,
)
def set_up_payment_method(body: MethodSetupIn, call: Call) -> MethodSetupOut:
    """Begin to register a card or account with the provider."""
    setup = begin_method_setup(
        call.customer_id, body.kind, key=call.command_id, desk=payment_desk(), now=call.now
    )
    return MethodSetupOut(reference=setup.reference, client_secret=setup.client_secret)


@endpoint(routes, "/v1/payment-methods", method="POST", status=201, errors=(404,))
def add_payment_method(body: PaymentMethodIn, call: Call) -> PaymentMethodOut:
    """Put a confirmed method on file; it is the default from now on."""
    method = enroll_method(call.customer_id, body.reference, desk=payment_desk(), now=call.now)
    return PaymentMethodOut.of(method, default_id=method.id)


@endpoint(routes, "/v1/payment-methods")
def list_payment_methods(query: PageQuery, call: Call) -> PaymentMethodsOut:
    """List the methods on file."""
    payer = PAYERS.get(call.customer_id)
    default_id = payer.default_method_id if payer else None
    page = PAYMENT_METHODS.of_customer(call.customer_id, limit=query.limit, cursor=query.cursor)
    return PaymentMethodsOut.of(page, lambda each: PaymentMethodOut.of(each, default_id))
