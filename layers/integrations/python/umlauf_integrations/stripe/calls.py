"""Calling Stripe: one client per key, short time-outs, and its errors in our four kinds."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from umlauf.payments.errors import ProviderRefused, ProviderUnavailable, UnknownPaymentMethod
from umlauf_integrations.stripe.parameters import StripeParameters

if TYPE_CHECKING:
    from stripe import StripeClient

_SECONDS: Final = 8  # the library would wait 80
_RETRIES: Final = 2


class StripeConnection:
    """Gives the client for the key in force."""

    def __init__(self, parameters: StripeParameters, api_base: str) -> None:
        self._parameters = parameters
        self._api_base = api_base
        self._client: StripeClient | None = None
        self._key = ""

    @property
    def client(self) -> "StripeClient":
        key = self._parameters.api_key
        if self._client is None or key != self._key:
            import stripe  # noqa: PLC0415 - heavy: only who takes money pays for it

            self._client, self._key = (
                stripe.StripeClient(
                    key,
                    base_addresses={"api": self._api_base},
                    http_client=stripe.RequestsClient(timeout=_SECONDS),
                    max_network_retries=_RETRIES,
                ),
                key,
            )
        return self._client

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Name Stripe's errors: what may pass, what is not there, what is wrong for good.

        A card's decline passes through as the library's CardError: it is an answer.
        """
        import stripe  # noqa: PLC0415

        try:
            yield
        except stripe.CardError:
            raise
        except stripe.StripeError as error:
            if isinstance(error, stripe.AuthenticationError):
                self._parameters.forget()
            raise _named(error) from error


def _named(error: Any) -> Exception:
    import stripe  # noqa: PLC0415

    reference = f"{error.code or type(error).__name__}, request {error.request_id}"
    if isinstance(error, stripe.InvalidRequestError):
        if error.code == "resource_missing":
            return UnknownPaymentMethod(f"the provider knows no such {error.param}: {reference}")
        return ProviderRefused(f"the provider refuses this: {reference}", field=error.param)
    if isinstance(error, stripe.IdempotencyError) and error.http_status != _CONFLICT:
        return ProviderRefused(f"the key was used for another request: {reference}")
    return ProviderUnavailable(f"the provider could not answer: {reference}")


_CONFLICT: Final = 409
"""Another request with the same key is still running."""
