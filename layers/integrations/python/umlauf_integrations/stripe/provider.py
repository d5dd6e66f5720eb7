"""Implements umlauf.payments.ports.Provider with Stripe's PaymentIntents.

Every call that creates something carries a key derived from the business act, so a repetition, also
by another process after a crash, meets its first result. A decline is an answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from umlauf.payments.errors import MethodDeclined, ProviderRefused
from umlauf.payments.model import (
    Charge,
    MethodKind,
    MethodSetup,
    ProviderMethod,
    ProviderPayment,
)
from umlauf_integrations.stripe.calls import StripeConnection
from umlauf_integrations.stripe.parameters import StripeParameters
from umlauf_integrations.stripe.reading import (
    ATTEMPT_ID,
    is_disputed,
    read_mandate,
    read_method,
    read_payment,
)

_CHARGE: Final = "latest_charge"
_FAILURE_FEE: Final = "latest_charge.failure_balance_transaction"
_MAX_PAGES: Final = 10
_PAGE: Final = 100
_CLOCKS_DIFFER_BY: Final = timedelta(minutes=10)


def stripe_provider(
    ssm: Any, *, parameters_path: str, api_base: str, now: Callable[[], datetime]
) -> "StripeProvider":
    """The provider with its secrets from below a path of Systems Manager parameters."""
    parameters = StripeParameters(ssm, parameters_path, now)
    return StripeProvider(StripeConnection(parameters, api_base))


class StripeProvider:
    """Implements umlauf.payments.ports.Provider."""

    def __init__(self, connection: StripeConnection) -> None:
        self._connection = connection

    def open_customer(self, customer_id: str) -> str:
        # No name, no address: Stripe learns them, if at all, from the customer's own bank.
        with self._connection.faults():
            customer = self._connection.client.v1.customers.create(
                params={"metadata": {"customer_id": customer_id}},
                options={"idempotency_key": f"customer:{customer_id}"},
            )
        return customer.id

    def begin_setup(self, provider_customer_id: str, kind: MethodKind, key: str) -> MethodSetup:
        with self._connection.faults():
            setup = self._connection.client.v1.setup_intents.create(
                params={
                    "customer": provider_customer_id,
                    "allowed_payment_method_types": [kind.value],
                    "usage": "off_session",
                },
                options={"idempotency_key": f"setup:{provider_customer_id}:{key}"},
            )
        return MethodSetup(setup.id, setup.client_secret or "")

    def method(self, reference: str) -> ProviderMethod:
        with self._connection.faults():
            method = self._connection.client.v1.payment_methods.retrieve(reference)
        return self._with_mandate(_read_method(method.to_dict()))

    def attach(self, reference: str, provider_customer_id: str) -> ProviderMethod:
        import stripe  # noqa: PLC0415

        try:
            with self._connection.faults():
                method = self._connection.client.v1.payment_methods.attach(
                    reference,
                    params={"customer": provider_customer_id},
                    options={"idempotency_key": f"attach:{provider_customer_id}:{reference}"},
                )
        except stripe.CardError as declined:
            raise MethodDeclined(
                "the bank refuses this payment method; use another one", field="reference"
            ) from declined
        return self._with_mandate(_read_method(method.to_dict()))

    def charge(self, charge: Charge) -> ProviderPayment:
        import stripe  # noqa: PLC0415

        try:
            with self._connection.faults():
                intent = self._connection.client.v1.payment_intents.create(
                    params={
                        "amount": charge.amount.amount_minor,
                        "currency": charge.amount.currency.lower(),
                        "customer": charge.provider_customer_id,
                        "payment_method": charge.provider_method_id,
                        "allowed_payment_method_types": [charge.kind.value],
                        "off_session": not charge.is_customer_present,
                        "confirm": True,
                        "metadata": {ATTEMPT_ID: charge.attempt_id},
                        "expand": [_CHARGE],
                    },
                    options={"idempotency_key": charge.attempt_id},
                )
        except stripe.CardError as declined:
            return self._declined(charge, declined)
        return read_payment(intent.to_dict())

    def find(self, charge: Charge) -> ProviderPayment | None:
        since = int((charge.created_at - _CLOCKS_DIFFER_BY).timestamp())
        with self._connection.faults():
            page = self._connection.client.v1.payment_intents.list(
                params={
                    "customer": charge.provider_customer_id,
                    "created": {"gte": since},
                    "limit": _PAGE,
                }
            )
            for _ in range(_MAX_PAGES):
                for intent in page.data:
                    if intent.to_dict()["metadata"].get(ATTEMPT_ID) == charge.attempt_id:
                        return self.payment(intent.id)
                if not page.has_more:
                    return None
                page = page.next_page()
        raise RuntimeError(f"{charge.provider_customer_id} has more payments than we look through")

    def payment(self, reference: str) -> ProviderPayment:
        with self._connection.faults():
            intent = self._connection.client.v1.payment_intents.retrieve(
                reference, params={"expand": [_CHARGE, _FAILURE_FEE]}
            ).to_dict()
        return read_payment(intent, self._dispute(reference) if is_disputed(intent) else None)

    def cancel(self, reference: str) -> ProviderPayment:
        try:
            with self._connection.faults():
                self._connection.client.v1.payment_intents.cancel(
                    reference, options={"idempotency_key": f"cancel:{reference}"}
                )
        except ProviderRefused as refusal:
            cause = refusal.__cause__
            # It moved on meanwhile, which is what we are about to see.
            if getattr(cause, "code", None) != "payment_intent_unexpected_state":
                raise
        return self.payment(reference)

    def _declined(self, charge: Charge, declined: Any) -> ProviderPayment:
        """The payment behind a CardError; one that was declined before it was made has none."""
        intent = getattr(declined.error, "payment_intent", None)
        if intent is not None:
            return read_payment(intent.to_dict())
        found = self.find(charge)
        if found is None:
            raise ProviderRefused("the method was declined before it was charged") from declined
        return found

    def _with_mandate(self, method: ProviderMethod) -> ProviderMethod:
        """The method with the mandate it was set up with, which it does not name by itself."""
        if method.kind is not MethodKind.SEPA_DEBIT:
            return method
        with self._connection.faults():
            setups = self._connection.client.v1.setup_intents.list(
                params={
                    "payment_method": method.reference,
                    "expand": ["data.mandate"],
                    "limit": _PAGE,
                }
            )
        return replace(method, mandate=read_mandate([one.to_dict() for one in setups.data]))

    def _dispute(self, reference: str) -> Mapping[str, Any] | None:
        with self._connection.faults():
            disputes = self._connection.client.v1.disputes.list(
                params={"payment_intent": reference, "limit": 1}
            )
        return disputes.data[0].to_dict() if disputes.data else None


def _read_method(document: Mapping[str, Any]) -> ProviderMethod:
    try:
        return read_method(document)
    except ValueError as error:
        raise MethodDeclined(
            "use a card or a SEPA account; we take nothing else", field="reference"
        ) from error
