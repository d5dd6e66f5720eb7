"""What a part payment pays first: costs, then interest, then principal (§ 367 (1) BGB).

Pure. It matters for what is left: interest runs on principal only, and a claim is handed on by its
parts. The customer may direct otherwise; a receivable takes the payment of a whole invoice as such
a direction.
"""

from dataclasses import dataclass

from umlauf.kernel.errors import InvalidInput
from umlauf.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Arrears:
    """What is owed, by its parts."""

    costs: Money
    interest: Money
    principal: Money

    @property
    def total(self) -> Money:
        return self.costs + self.interest + self.principal


def allocate(payment: Money, arrears: Arrears) -> Arrears:
    """What is left of each part after a payment; more than is owed leaves nothing.

    Raises InvalidInput for a negative payment.
    """
    if payment.amount_minor < 0:
        raise InvalidInput(f"a payment must not be negative: {payment}", field="payment")
    costs = _left(arrears.costs, payment)
    interest = _left(arrears.interest, payment - arrears.costs)
    principal = _left(arrears.principal, payment - arrears.costs - arrears.interest)
    return Arrears(costs, interest, principal)


def _left(owed: Money, available: Money) -> Money:
    nothing = Money(0, owed.currency)
    return max(owed - max(available, nothing), nothing)
