"""How far a payment got, as both invoices and top-ups show it."""

from umlauf.payments.taking import Taken
from umlauf_http.wire import MoneyOut, Out


class PaymentOut(Out):
    """`processing` is not unpaid: a slow debit is under way. `failed` says why and what helps.

    With a `client_secret` the bank wants the customer to confirm; it is answered once.
    """

    id: str
    state: str
    amount: MoneyOut
    payment_method_id: str
    awaits_customer: bool
    reason_code: str | None
    retry: str | None

    @classmethod
    def of(cls, taken: Taken) -> "PaymentOut":
        attempt = taken.attempt
        return cls(
            id=attempt.id,
            state=attempt.state.value,
            amount=MoneyOut.of(attempt.amount),
            payment_method_id=attempt.method_id,
            awaits_customer=attempt.awaits_customer,
            reason_code=attempt.reason_code,
            retry=attempt.retry.value if attempt.retry else None,
        )
