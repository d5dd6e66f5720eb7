"""Invoices, receivables and rated usage in DynamoDB."""

from collections.abc import Sequence
from datetime import date

from umlauf.billing.model import Invoice, RatedUsage, Receivable
from umlauf.kernel.work import Page
from umlauf_adapters.billing.layouts import (
    INVOICES,
    RATED_USAGES,
    RECEIVABLES,
    customer_partition,
    invoice_partition,
    overdue_partition,
    rated_prefix,
    subscription_partition,
)


class DynamoInvoices:
    """Implements umlauf.billing.ports.Invoices."""

    def get(self, invoice_id: str) -> Invoice | None:
        return INVOICES.get(invoice_partition(invoice_id), "INVOICE")

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Invoice]:
        return INVOICES.page(
            customer_partition(customer_id),
            index="gsi1",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )


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


class DynamoRatedUsages:
    """Implements umlauf.billing.ports.RatedUsages."""

    def latest(self, subscription_id: str, item: str, count: int) -> Sequence[RatedUsage]:
        return RATED_USAGES.page(
            subscription_partition(subscription_id),
            prefix=rated_prefix(item),
            limit=count,
            newest_first=True,
        ).items

    def of_subscription(self, subscription_id: str) -> Sequence[RatedUsage]:
        return list(RATED_USAGES.all(subscription_partition(subscription_id), prefix="RATED#"))
