"""Invoices, receivables and billed charges in DynamoDB."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from umlauf.billing.charges import BilledCharge
from umlauf.billing.credit_notes import ChargingDocument
from umlauf.billing.model import Invoice, Receivable
from umlauf.kernel.work import Page
from umlauf_adapters.billing.layouts import (
    BILLED_CHARGES,
    CHARGES,
    INVOICES,
    RECEIVABLES,
    charge_key,
    invoice_partition,
    overdue_partition,
    subscription_partition,
)

_SORTS_LAST: Final = "~"


class DynamoInvoices:
    """Implements umlauf.billing.ports.Invoices."""

    def get(self, invoice_id: str) -> Invoice | None:
        return INVOICES.get(invoice_partition(invoice_id), "INVOICE")


class DynamoReceivables:
    """Implements umlauf.billing.ports.Receivables."""

    def get(self, invoice_id: str) -> Receivable | None:
        return RECEIVABLES.get(invoice_partition(invoice_id), "RECEIVABLE")

    def overdue(
        self, shard: int, on: date, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Receivable]:
        return RECEIVABLES.page(
            overdue_partition(shard),
            index="gsi1",
            up_to=f"{on}#~",  # sorts after every id of the day
            limit=limit,
            cursor=cursor,
        )


class DynamoBilledCharges:
    """Implements umlauf.billing.ports.BilledCharges."""

    def ending_after(self, subscription_id: str, day: date) -> Sequence[BilledCharge]:
        return list(
            BILLED_CHARGES.all(
                subscription_partition(subscription_id),
                between=(f"{CHARGES}{day}{_SORTS_LAST}", f"{CHARGES}{_SORTS_LAST}"),
            )
        )

    def of_subscription(self, subscription_id: str) -> Sequence[BilledCharge]:
        return list(BILLED_CHARGES.all(subscription_partition(subscription_id), prefix=CHARGES))

    def page_of_subscription(
        self, subscription_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[BilledCharge]:
        """The latest service period first."""
        return BILLED_CHARGES.page(
            subscription_partition(subscription_id),
            prefix=CHARGES,
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )

    def of_document(self, document: ChargingDocument) -> Sequence[BilledCharge]:
        return BILLED_CHARGES.get_many(
            charge_key(line.subscription_id, line.service_period.end, line.charge_id)
            for line in document.lines
            if line.corrects is None
        )
