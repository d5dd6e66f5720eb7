"""What an invoice is collected with, as payments has it on file."""

from umlauf.billing.arrangements import BY_TRANSFER, Arrangement
from umlauf.billing.documents import PaymentMeans
from umlauf.billing.model import Invoice
from umlauf.payments.model import FIRST_COLLECTION, MethodKind, Purpose, attempt_id_of
from umlauf.payments.ports import Payers, PaymentAttempts, PaymentMethods


class ArrangementsOnFile:
    """Implements umlauf.billing.ports.Arrangements."""

    def __init__(self, payers: Payers, methods: PaymentMethods, attempts: PaymentAttempts) -> None:
        self._payers = payers
        self._methods = methods
        self._attempts = attempts

    def of(self, invoice: Invoice) -> Arrangement:
        """By the method that its collection began with, or else will begin with."""
        method_id = self._begun_with(invoice.id) or self._default_of(invoice.customer_id)
        method = self._methods.get(invoice.customer_id, method_id) if method_id else None
        if method is None:
            return BY_TRANSFER
        brand, _, digits = method.label.rpartition(" ")
        if method.kind is MethodKind.CARD:
            return Arrangement(PaymentMeans.CARD, brand, digits)
        return Arrangement(PaymentMeans.DIRECT_DEBIT, digits=digits, mandate=method.mandate)

    def _begun_with(self, invoice_id: str) -> str | None:
        begun = self._attempts.get(attempt_id_of(Purpose.INVOICE, invoice_id, FIRST_COLLECTION))
        return begun.method_id if begun else None

    def _default_of(self, customer_id: str) -> str | None:
        payer = self._payers.get(customer_id)
        return payer.default_method_id if payer else None
