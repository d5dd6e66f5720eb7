"""Cases and dossiers in DynamoDB."""

from umlauf.dunning.model import Case, Dossier
from umlauf.kernel.work import Page
from umlauf_adapters.dunning.layouts import (
    CASE,
    CASES,
    DOSSIER,
    DOSSIERS,
    case_partition,
    customer_partition,
    invoice_partition,
)


class DynamoCases:
    """Implements umlauf.dunning.ports.Cases."""

    def get(self, case_id: str) -> Case | None:
        return CASES.get(case_partition(case_id), CASE)

    def of_customer(
        self, customer_id: str, *, limit: int = 50, cursor: str | None = None
    ) -> Page[Case]:
        return CASES.page(
            customer_partition(customer_id),
            index="gsi1",
            limit=limit,
            cursor=cursor,
            newest_first=True,
        )


class DynamoDossiers:
    """Implements umlauf.dunning.ports.Dossiers."""

    def get(self, invoice_id: str) -> Dossier | None:
        return DOSSIERS.get(invoice_partition(invoice_id), DOSSIER)
