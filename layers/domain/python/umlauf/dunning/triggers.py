"""What may begin a case.

A failed charge, a returned one, a due date that passed, a debt reopened.
"""

from dataclasses import dataclass
from typing import Self

from umlauf.dunning.errors import BooksBehind
from umlauf.dunning.model import Debt, Fee, RetryAdvice
from umlauf.kernel.money import Money
from umlauf.payments.events import PaymentFailed, PaymentReturned


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why an invoice may need dunning. `advice` is what the bank said about trying again."""

    invoice_id: str
    reason: str
    advice: RetryAdvice | None = None
    bank_fee: Money | None = None
    is_customer_fault: bool = False
    is_return: bool = False

    @classmethod
    def of_failure(cls, failed: PaymentFailed, invoice_id: str) -> Self:
        advice = RetryAdvice(
            failed.attempt_id, failed.payment_method_id, failed.retry, failed.retry_not_before
        )
        return cls(
            invoice_id,
            f"payment_failed:{failed.reason_code}",
            advice,
            failed.fee,
            failed.is_customer_fault,
        )

    @classmethod
    def of_return(cls, returned: PaymentReturned, invoice_id: str) -> Self:
        advice = RetryAdvice(
            returned.attempt_id,
            returned.payment_method_id,
            returned.retry,
            returned.retry_not_before,
        )
        return cls(
            invoice_id,
            f"payment_returned:{returned.reason_code}",
            advice,
            returned.bank_fee,
            returned.is_customer_fault,
            is_return=True,
        )

    def require_booked(self, debt: Debt) -> None:
        """The receivable must know this news, or it would look paid or processing still.

        Raises BooksBehind: billing is told by the same event at the same time.
        """
        if self.advice is None:
            return
        attempt_id = self.advice.attempt_id
        if attempt_id in debt.processing_attempts:
            raise BooksBehind(f"the failure of {attempt_id} is not booked yet; try again")
        if self.is_return and attempt_id not in debt.returned_attempts:
            raise BooksBehind(f"the return of {attempt_id} is not booked yet; try again")

    def fee(self) -> Fee | None:
        """The bank's cost, passed on only where the customer is at fault."""
        if self.bank_fee is None or not self.bank_fee or not self.is_customer_fault:
            return None
        return Fee(self.bank_fee, documented_cost=self.bank_fee)
