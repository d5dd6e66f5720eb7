"""What payments refuses, each with the remedy."""

from umlauf.kernel.errors import Conflict, InvalidInput, NotFound, Transient


class UnknownPaymentMethod(NotFound):
    code = "payments.unknown_method"


class UnknownAttempt(NotFound):
    code = "payments.unknown_attempt"


class MethodDeclined(InvalidInput):
    """The bank, or we, do not take this method; another one may work."""

    code = "payments.method_declined"


class NoPaymentMethod(Conflict):
    """The customer has nothing to be charged with: people or a new card must help, not a retry."""

    code = "payments.no_method"


class NothingToPay(InvalidInput):
    code = "payments.nothing_to_pay"


class PaymentInFlight(Conflict):
    """Another attempt for the same invoice or top-up is live; there is never a second beside it."""

    code = "payments.in_flight"

    def __init__(self, subject_id: str, attempt_id: str) -> None:
        super().__init__(
            f"a payment for {subject_id} is under way; wait for its result and ask again"
        )
        self.attempt_id = attempt_id


class ReceivableBehind(Transient):
    """Money arrived that the receivable does not show yet: charging now might take it twice."""

    code = "payments.receivable_behind"


class ProviderUnavailable(Transient):
    """The payment provider did not answer or could not work; the same request is safe to repeat."""

    code = "payments.provider_unavailable"


class ProviderRefused(InvalidInput):
    """The provider says that the request can never be right."""

    code = "payments.provider_refused"
