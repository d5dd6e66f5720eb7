"""What is owed, read from billing's receivable and the customer who owes it."""

from typing import Protocol

from umlauf.billing.model import Receivable, ReceivableStatus, SettlementState
from umlauf.customers.model import Customer
from umlauf.dunning.model import Debt


class Receivables(Protocol):
    def get(self, invoice_id: str) -> Receivable | None: ...


class Customers(Protocol):
    def get(self, customer_id: str) -> Customer:
        """Raises UnknownCustomer."""


class BookedDebts:
    """Implements umlauf.dunning.ports.Debts."""

    def __init__(self, receivables: Receivables, customers: Customers) -> None:
        self._receivables = receivables
        self._customers = customers

    def get(self, invoice_id: str) -> Debt | None:
        receivable = self._receivables.get(invoice_id)
        if receivable is None:
            return None
        customer = self._customers.get(receivable.customer_id)
        return Debt(
            invoice_id=receivable.id,
            subscription_id=receivable.subscription_id,
            customer_id=receivable.customer_id,
            legal_entity=receivable.legal_entity,
            country=customer.country,
            is_business=customer.is_business,
            time_zone=receivable.time_zone,
            due_on=receivable.due_on,
            open=receivable.open,
            paid=receivable.paid,
            is_paid=receivable.status is ReceivableStatus.PAID,
            is_processing=receivable.status is ReceivableStatus.PROCESSING,
            returned_attempts=_attempts(receivable, SettlementState.RETURNED),
            processing_attempts=_attempts(receivable, SettlementState.PROCESSING),
        )


def _attempts(receivable: Receivable, state: SettlementState) -> tuple[str, ...]:
    return tuple(one.attempt_id for one in receivable.settlements if one.state is state)
